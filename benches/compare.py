#!/usr/bin/env python3
"""CPU time of one binary over that of another, for each bundled model.

Runs are interleaved, on one thread, from a file to BED. The table has the median of each binary, and
the median of the ratios of neighbouring runs.

Usage: WINDROW_DATA=folder benches/compare.py OLD NEW [--bases N] [--rounds N] [MODEL ...]
"""

import argparse
import gzip
import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--bases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_intermixed_args()
    models = args.models or sorted(path.stem for path in (ROOT / "models").glob("*.onnx"))
    genome = Path(os.environ["WINDROW_DATA"], "genome/dev_human_hg38_parts.fa.gz")
    with tempfile.TemporaryDirectory() as folder:
        fasta = Path(folder, "part.fa")
        with gzip.open(genome) as text:
            fasta.write_bytes(text.read(args.bases))
        print("| model | old, s | new, s | new / old |\n|---|---|---|---|", flush=True)
        for model in models:
            old, new = [], []
            for _ in range(args.rounds):
                old.append(cost(args.old, model, fasta))
                new.append(cost(args.new, model, fasta))
            ratio = median(b / a for a, b in zip(old, new))
            print(f"| {model} | {median(old):.2f} | {median(new):.2f} | {ratio:.3f} |", flush=True)


def cost(windrow, model, fasta):
    """CPU seconds of a run."""
    stats = fasta.with_name("stats.json")
    command = [windrow, "-q", "-t", "1", "-m", model, "--stats", stats, "-o", "/dev/null", fasta]
    subprocess.run(command, check=True)
    return json.loads(stats.read_text())["cpu_seconds"]


if __name__ == "__main__":
    main()
