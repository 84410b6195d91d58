#!/usr/bin/env python3
"""Writes the table of --rate into docs/calls.md: what 50 positions a megabase of the background are
on real sequence that no background was taken from.

usage: WINDROW_DATA=folder benches/calls.py [WINDROW]; default: target/release/windrow
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETS = ["dev_human_hg19", "dev_human_hg38_parts"]
RATE = 50
# What a user may take for the rate that was asked for.
LEAST, MOST = RATE / 2, RATE * 2
BEGIN, END = "<!-- made by benches/calls.py -->\n", "<!-- end -->\n"


def main():
    windrow = sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/windrow"
    data = Path(os.environ["WINDROW_DATA"]) / "genome"
    columns = []
    for name in SETS:
        for flags in ([], ["--raw"]):
            columns.append(rates(windrow, data / f"{name}.fa.gz", flags))
    lines = []
    for key in columns[0]:
        calls, positions = [column[key] for column in columns[::2]], [
            column[key] for column in columns[1::2]
        ]
        far = [
            name
            for name, *both in zip(SETS, calls, positions)
            if not any(LEAST <= rate <= MOST for rate in both)
        ]
        cells = [f"{rate:.0f}" for pair in zip(calls, positions) for rate in pair]
        lines.append([*key, *cells, ", ".join(far)])
    titles = ["model", "label"]
    for name in SETS:
        titles += [f"{name}: calls", "positions"]
    titles.append(f"neither is {LEAST:.0f} to {MOST:.0f}")
    table = [titles, ["---"] * len(titles), *lines]
    text = "".join(f"| {' | '.join(cells)} |\n" for cells in table)

    path = ROOT / "docs/calls.md"
    before, rest = path.read_text().split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def rates(windrow, fasta, flags):
    """Rows a megabase of scored bases by model and label."""
    with tempfile.TemporaryDirectory() as folder:
        stats = Path(folder) / "stats.json"
        argv = [windrow, "-q", "-m", "all", "--rate", f"{RATE}/Mb", *flags]
        subprocess.run([*argv, "--stats", stats, "-o", "/dev/null", fasta], check=True)
        ledger = json.loads(stats.read_text())
    return {
        (model["name"], label): 1e6 * rows / model["scored_bases"]
        for model in ledger["models"]
        for label, rows in model["rows"].items()
    }


if __name__ == "__main__":
    main()
