#!/usr/bin/env bash
# Peak memory at two threads: a whole chromosome on standard input, 1 and 10 million short records,
# a million regions of the chromosome.
# Usage: WINDROW_DATA=folder benches/memory.sh [MODEL]
set -euo pipefail
cd "$(dirname "$0")/.."
: "${WINDROW_DATA:?names the folder that holds genome/human_chr1.fa.gz}"
model=${1:-exon-start}
cargo build --release --locked

chr1=$WINDROW_DATA/genome/human_chr1.fa.gz
stats=$(mktemp)
trap 'rm -f "$stats"' EXIT

# NAME, then the command that writes sequence.
measure() {
    "${@:2}" | target/release/windrow -q -t 2 -m "$model" -r "$chr1" --stats "$stats" >/dev/null
    python3 - "$1" "$stats" <<'PYTHON'
import json, sys
stats = json.load(open(sys.argv[2]))
peak, wall = stats["peak_memory_bytes"] / 1e6, stats["wall_seconds"]
print(f"{sys.argv[1]:24}{stats['bases']:>14} bases {wall:8.1f} s {peak:8.0f} MB peak")
PYTHON
}

# COUNT records of 300 pseudo-random bases.
records() {
    python3 - "$1" <<'PYTHON'
import random, sys
draw = random.Random(1)
pool = "".join(draw.choices("ACGT", k=100_300))
starts = [draw.randrange(100_000) for _ in range(100_000)]
texts = [pool[start : start + 300] for start in starts]
for first in range(0, int(sys.argv[1]), len(texts)):
    numbered = enumerate(texts[: int(sys.argv[1]) - first], first)
    sys.stdout.write("".join(f">r{number}\n{text}\n" for number, text in numbered))
PYTHON
}

# COUNT regions of 20 bases, 100 apart.
regions() {
    awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++)
        print "chr1\t" 100 * i "\t" 100 * i + 20 }'
}

measure "chr1" zcat "$chr1"
measure "1 million records" records 1000000
measure "10 million records" records 10000000
measure "1 million regions" regions 1000000
