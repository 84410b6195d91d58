#!/usr/bin/env bash
# What --tracks costs: CPU time of a run with it over that of a run without, the best of interleaved
# rounds. Usage: WINDROW_DATA=folder benches/tracks.sh [WINDROW [MODELS [ROUNDS]]]
set -euo pipefail
cd "$(dirname "$0")/.."
: "${WINDROW_DATA:?names the folder that holds genome/dev_human_hg38_parts.fa.gz}"
windrow=${1:-target/release/windrow}
models=${2:-exon-start}
rounds=${3:-5}
fasta=$WINDROW_DATA/genome/dev_human_hg38_parts.fa.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# CPU seconds of a run.
cost() {
    rm -rf "$work/tracks"
    "$windrow" -q -t 1 -m "$models" --stats "$work/stats.json" -o /dev/null "$@" "$fasta"
    sed -n 's/.*"cpu_seconds": \([0-9.]*\).*/\1/p' "$work/stats.json"
}

for _ in $(seq "$rounds"); do
    plain=$(cost)
    both=$(cost --tracks "$work/tracks")
    echo "$plain $both"
done | awk -v models="$models" '
    NR == 1 || $1 < plain { plain = $1 }
    NR == 1 || $2 < both { both = $2 }
    END { printf "%s: %.1f s, with --tracks %.1f s: %.2f times\n", models, plain, both, both / plain }'
