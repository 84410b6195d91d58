# The workflow in cwltool; workflows/test runs it.

if pypi cwltool; then
    if have node -- nodejs; then
        mkdir "$work/cwl"
        (cd "$work/cwl" && quietly cwltool "$tools/cwltool" --preserve-environment PATH \
            "$here/cwl/scatter.cwl" --sequence "$example" --shards 8)
        same "$work/cwl/calls.bed" cwltool
        grep -q '"records": 1,' "$work/cwl/calls.bed.json" || fail "cwltool: no ledger"
        # Two models, and regions of a reference with its index.
        printf 'example\t0\t20000\n' >"$work/cwl/part.bed"
        cp "$example" "$work/cwl/genome.fa"
        windrow --quiet -m exon-start,promoter -r "$work/cwl/genome.fa" -o "$work/cwl/plain.bed" \
            "$work/cwl/part.bed"
        if have samtools -- samtools; then
            samtools faidx "$work/cwl/genome.fa"
            (cd "$work/cwl" && quietly cwltool "$tools/cwltool" --preserve-environment PATH \
                "$here/cwl/scatter.cwl" --sequence part.bed --reference genome.fa \
                --models exon-start --models promoter --shards 2 --output part.calls.bed)
            cmp <(grep -v '^#' "$work/cwl/part.calls.bed") <(grep -v '^#' "$work/cwl/plain.bed") \
                || fail "cwltool: rows of regions"
        fi
        pass "cwltool: rows of 8 shards are those of the plain run"
    else
        skip "cwltool: no Node.js"
    fi
fi
