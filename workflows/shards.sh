# Shards by hand, and what goes wrong with them; workflows/test runs it.

mkdir "$work/shards"
for part in {1..8}; do
    windrow --quiet --model exon-start --shard "$part/8" --output "$work/shards/$part.bed" \
        --stats "$work/shards/$part.json" "$example"
done
windrow --gather "$work/shards/all.bed.gz" "$work"/shards/{1..8}.bed
zcat "$work/shards/all.bed.gz" >"$work/shards/all.bed"
same "$work/shards/all.bed" "--gather"
windrow --gather "$work/shards/all.json" "$work"/shards/{8..1}.json
pass "shards by hand: gathered rows are those of a plain run"

refused 1 "has 200000 bases, fewer than" windrow --shard 1/900000 "$example"
refused 2 "cannot be read twice" windrow --shard 1/8 - <"$example"
refused 1 "shard 3/8 is missing" windrow --gather "$work/shards/few.json" "$work"/shards/[!3a].json
[ ! -e "$work/shards/few.json" ] || fail "a gathered file without shard 3"
pass "more shards than bases, standard input, and a missing shard are refused"

# Jobs by region, as in docs/scaling.md.
if have samtools -- samtools; then
    mkdir "$work/jobs"
    cp "$example" "$work/jobs/genome.fa"
    samtools faidx "$work/jobs/genome.fa"
    awk '{ for (at = 1; at <= $2; at += 3e4)
               printf "%s:%d-%d\n", $1, at, (at + 3e4 > $2 ? $2 : at + 3e4 - 1) }' \
        "$work/jobs/genome.fa.fai" >"$work/jobs/regions"
    while read -r region; do
        windrow --quiet --no-header --model exon-start -r "$work/jobs/genome.fa" -R "$region"
    done <"$work/jobs/regions" >"$work/jobs/rows.bed"
    same "$work/jobs/rows.bed" "jobs by region"
    pass "jobs by region: rows are those of a plain run"
fi

# Two nodes: the second has the reference without its index.
mkdir "$work"/node{1,2}
cp "$example" "$work/node1/genome.fa"
cp "$example" "$work/node2/genome.fa"
printf 'example\t0\t100000\nexample\t100000\t200000\n' >"$work/regions.bed"
if have samtools -- samtools; then
    samtools faidx "$work/node1/genome.fa"
    region() {
        windrow --quiet --reference "$work/$1/genome.fa" "${@:2}" "$work/regions.bed"
    }
    region node1 --shard 1/2 --output "$work/node1/rows.bed"
    region node2 --shard 2/2 --output "$work/node2/rows.bed"
    region node1 --output "$work/regions.rows.bed"
    windrow --gather "$work/gathered.bed" "$work"/node{1,2}/rows.bed
    cmp <(grep -v '^#' "$work/gathered.bed") <(grep -v '^#' "$work/regions.rows.bed") \
        || fail "a node without the index: rows differ"
    [ ! -e "$work/node2/genome.fa.fai" ] || fail "a node without the index: one was written"
    # An index of another file.
    sed 's/61$/62/' "$work/node1/genome.fa.fai" >"$work/node2/genome.fa.fai"
    refused 1 "genome.fa" region node2 --shard 2/2 --output "$work/node2/again.bed"
    [ ! -e "$work/node2/again.bed" ] || fail "rows by a wrong index"
    pass "a node without the index makes its own; one with a wrong index ends with an error"
else
    skip "a node without the index: no samtools"
fi

# A disk of 64 kB.
mkdir "$work/small"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=64k tmpfs "$work/small" 2>"$work/log"; then
    for ending in bed bed.gz bw bb; do
        flags=(--raw)
        [ "$ending" != bw ] || flags+=(--strand +)
        for part in 1 2; do
            windrow --quiet "${flags[@]}" --shard "$part/2" --output "$work/shards/raw$part.$ending" \
                "$example"
        done
        refused 1 "No space left on device" windrow --gather "$work/small/all.$ending" \
            "$work"/shards/raw{1,2}."$ending"
        [ -z "$(ls -A "$work/small")" ] || fail "a full disk holds $(ls -A "$work/small")"
    done
    umount "$work/small"
    pass "a disk that fills up while shards are gathered: an error, and no file"
else
    skip "a disk that fills up: not root, or no mount"
fi
