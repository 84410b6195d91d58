#!/usr/bin/env python3
"""Cost as the work grows: bases, strides, models and threads, as a table and a plot.

Seconds and peak memory, as windrow's ledger tells them: the best of some rounds, since the machine
does other work.
"""

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windrow", type=Path, default=ROOT / "target/release/windrow")
    parser.add_argument("--megabases", type=float, nargs="+", default=[1, 10, 100])
    parser.add_argument("--strides", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64, 128, 200])
    parser.add_argument("--models", nargs="+", default=["exon-start"], help="names or paths")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", type=Path, default=ROOT / "benches/growth.svg")
    options = parser.parse_args()

    first = options.models[:1]
    points = []
    with tempfile.TemporaryDirectory() as folder:
        fasta = Path(folder) / "random.fa"
        print("| bases | models | stride | threads | wall s | CPU s | CPU ns a base | peak MB |")
        print("|---|---|---|---|---|---|---|---|")

        def row(bases, models, stride, threads):
            write(fasta, bases)
            rounds = range(options.rounds)
            stats = [run(options.windrow, fasta, models, stride, threads) for _ in rounds]
            wall, seconds = (min(s[key] for s in stats) for key in ("wall_seconds", "cpu_seconds"))
            peak = max(s["peak_memory_bytes"] for s in stats) / 1e6
            print(
                f"| {bases:,} | {len(models)} | {stride} | {threads} | {wall:.2f} | {seconds:.2f} "
                f"| {seconds / bases * 1e9:.0f} | {peak:.0f} |",
                flush=True,
            )
            return seconds, peak

        for megabases in options.megabases:
            bases = int(megabases * 1e6)
            points.append((bases, *row(bases, first, 1, 1)))
            row(bases, first, 1, 2)
        smallest = int(options.megabases[0] * 1e6)
        for stride in options.strides[1:]:
            row(smallest, first, stride, 1)
        for count in range(2, len(options.models) + 1):
            row(smallest, options.models[:count], None, 1)
    options.plot.write_text(plot(points))


def write(path, bases):
    """One record of pseudo-random bases, from repeats of a drawn stretch at drawn offsets."""
    draw = random.Random(1)
    pool = "".join(draw.choices("ACGT", k=1_000_000))
    with open(path, "w") as file:
        file.write(">random\n")
        while bases > 0:
            start = draw.randrange(len(pool) - 60_000)
            part = pool[start : start + min(bases, 60_000)]
            file.write(part + "\n")
            bases -= len(part)


def run(binary, fasta, models, stride, threads):
    with tempfile.NamedTemporaryFile() as stats:
        command = [binary, "-q", "-t", str(threads), "--stats", stats.name, fasta]
        command += [flag for model in models for flag in ("-m", model)]
        command += ["--raw", "-s", str(stride)] if stride else []
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return json.loads(Path(stats.name).read_text())


def plot(points):
    """CPU seconds and peak memory over bases, both axes logarithmic, as SVG."""
    import math

    def scaled(values, low, high):
        logs = [math.log10(value) for value in values]
        least, most = min(logs), max(logs)
        span = (most - least) or 1
        return [low + (log - least) / span * (high - low) for log in logs]

    xs = scaled([bases for bases, _, _ in points], 70, 430)
    seconds = [max(seconds, 1e-3) for _, seconds, _ in points]
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 300" font-family="sans-serif" font-size="11">',
        '<rect width="500" height="300" fill="white"/>',
        '<path d="M60 20V260H450" fill="none" stroke="black"/>',
    ]
    for name, colour, ys, texts in [
        ("CPU seconds", "#1f6fb4", scaled(seconds, 230, 40), [f"{s:.2f} s" for s in seconds]),
        ("peak memory", "#b4521f", [250] * len(points), [f"{p:.0f} MB" for _, _, p in points]),
    ]:
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in zip(xs, ys))
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        for x, y, text in zip(xs, ys, texts):
            lines.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>')
            lines.append(f'<text x="{x + 6:.0f}" y="{y - 6:.0f}" fill="{colour}">{text}</text>')
        lines.append(f'<text x="{xs[0]:.0f}" y="{ys[0] - 20:.0f}" fill="{colour}">{name}</text>')
    for x, (bases, _, _) in zip(xs, points):
        lines.append(f'<text x="{x:.0f}" y="276" text-anchor="middle">{bases / 1e6:g} Mb</text>')
    return "\n".join(lines + ["</svg>\n"])


if __name__ == "__main__":
    main()
