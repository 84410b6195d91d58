# The Snakemake module and the wrapper; workflows/test runs it.

config=$work/config.yaml
cat >"$config" <<CONFIG
shards: 8
models: [exon-start]
multiqc: true
samples:
  - name: example
    input: $example
  - name: second
    input: $example
    options: --min-score 0.5
tracks:
  - name: forward
    model: exon-start
    strand: "+"
CONFIG
# As users include it.
snakefile=$work/Snakefile
cat >"$snakefile" <<SNAKEFILE
module windrow:
    snakefile: "$here/snakemake/Snakefile"
    config: config
use rule * from windrow
SNAKEFILE
# Runs the module in a folder of its own: flow FOLDER FLAG...
flow() {
    "$tools/snakemake" --snakefile "$snakefile" --directory "$work/$1" --configfile "$config" \
        "${@:2}" >"$work/$1.log" 2>&1 || { cat "$work/$1.log"; fail "Snakemake in $1"; }
}

if pypi Snakemake && have bgzip tabix -- tabix; then
    quietly "snakemake --lint" "$tools/snakemake" --snakefile "$here/snakemake/Snakefile" \
        --configfile "$here/snakemake/config.yaml" --lint
    export PATH="$PATH:$tools"
    flow local --cores 2
    zcat "$work/local/results/example.bed.gz" >"$work/local.bed"
    same "$work/local.bed" Snakemake
    tabix "$work/local/results/example.bed.gz" example:1-200000 | cmp - "$work/plain.rows"
    windrow --quiet --model exon-start --strand + --raw --output "$work/plain.bw" "$example"
    cmp "$work/plain.bw" "$work/local/results/example.forward.bw"
    grep -q '"records": 1,' "$work/local/results/example.json" || fail "Snakemake: no ledger"
    for text in '"example"' '"second"'; do
        grep -q "$text" "$work/local/results/multiqc_report_data/multiqc_data.json" \
            || fail "Snakemake: MultiQC has no $text"
    done
    flow local --report report.html
    grep -q "example.bed.gz" "$work/local/report.html" || fail "Snakemake: a report without calls"
    pass "Snakemake: rows of 8 shards are those of the plain run; MultiQC has each sample"

    # What the configuration may not hold: wrong SAMPLES MESSAGE.
    wrong() {
        refused 1 "windrow: $2" "$tools/snakemake" --snakefile "$snakefile" --directory \
            "$work/wrong" --dry-run --config "samples=$1"
    }
    wrong "[{name: a, input: $example}, {name: a, input: $example}]" "two samples are called a"
    wrong "[{input: $example}]" "sample 1 has no name"
    wrong "[{name: a}]" "sample 1 has no input"
    pass "Snakemake: two samples of one name, and one without a name or an input, are refused"

    mkdir "$work/wrapped"
    cp "$example" "$work/wrapped/genome.fa"
    mkdir -p "$work/wrappers/master/bio/windrow"
    cp "$here"/snakemake/wrapper/{wrapper.py,meta.yaml,environment.yaml} \
        "$work/wrappers/master/bio/windrow"
    quietly "the wrapper" "$tools/snakemake" --snakefile "$here/snakemake/wrapper/test/Snakefile" \
        --cores 2 --directory "$work/wrapped" --wrapper-prefix "file://$work/wrappers/" \
        calls.bed shards/{1,2,3,4,5,6,7,8}-of-8.bed
    cat "$work"/wrapped/shards/{1,2,3,4,5,6,7,8}-of-8.bed >"$work/wrapped.bed"
    same "$work/wrapped.bed" "the wrapper"
    windrow --quiet --no-header --model exon-start --min-score 0.5 "$example" \
        | cmp - <(grep -v '^#' "$work/wrapped/calls.bed") || fail "the wrapper: rows of calls.bed"
    pass "Snakemake wrapper: calls, and 8 shards"
fi
