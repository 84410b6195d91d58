#!/usr/bin/env python3
"""What a genome costs, alone and in shards: measured here, extrapolated to sizes in the open.

Prints the tables of docs/scaling.md. Sequence is random. One thread is pinned to a core, two threads
to two. All times are CPU seconds, the least of some rounds, so that they hold on a machine that does
other work too: alone, a run on one core takes as many seconds of wall clock, or fewer, since a thread
of its own reads.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ["exon-start", "promoter", "binding-site", "expression", "enhancer"]
# So many that the bases of one are nothing beside its start and its reading.
MANY = 10_000_000
LINE = 80


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windrow", type=Path, default=ROOT / "target/release/windrow")
    parser.add_argument("--megabases", type=int, default=4, help="of each run of a model")
    parser.add_argument("--file", type=int, default=400, help="megabases of the file in shards")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", nargs="+", default=MODELS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.windrow, options.rounds, Path(folder))
        contig, short = rates(bench, options.models, options.megabases)
        memory(bench, options.models)
        start = starts(bench, options.models[0], options.file)
    genomes(contig, short)
    shards(contig[options.models[0]], start)


class Bench:
    def __init__(self, windrow, rounds, folder):
        self.windrow, self.rounds, self.folder = windrow, rounds, folder
        self.cores = sorted(os.sched_getaffinity(0))

    def run(self, *argv, threads=1):
        """The least CPU seconds and the most memory of all rounds."""
        stats = self.folder / "stats.json"
        flags = ["-q", "--no-header", "-t", str(threads), "--stats", stats]
        ledgers = []
        for _ in range(self.rounds):
            subprocess.run(
                [self.windrow, *flags, *argv],
                check=True,
                stdout=subprocess.DEVNULL,
                preexec_fn=lambda: os.sched_setaffinity(0, self.cores[-threads:]),
            )
            ledgers.append(json.loads(stats.read_text()))
        seconds = min(one["cpu_seconds"] for one in ledgers)
        return seconds, max(one["peak_memory_bytes"] for one in ledgers) / 1e6

    def fasta(self, name, lengths):
        """Random contigs, cut at drawn places from a drawn stretch."""
        draw = random.Random(1)
        pool = "".join(draw.choices("ACGT", k=2_000_000))
        path = self.folder / name
        with path.open("w") as file:
            for number, length in enumerate(lengths):
                file.write(f">c{number}\n")
                while length > 0:
                    bases = min(length, 1_000_000 // LINE * LINE)
                    at = draw.randrange(len(pool) - bases)
                    lines = range(at, at + bases, LINE)
                    file.writelines(f"{pool[i:min(i + LINE, at + bases)]}\n" for i in lines)
                    length -= bases
        return path


def table(*titles):
    print(f"\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}", flush=True)


def row(*cells):
    print(f"| {' | '.join(str(cell) for cell in cells)} |", flush=True)


def rates(bench, models, megabases):
    """CPU seconds a megabase of each model on one thread, of a contig and of many short ones."""
    whole = bench.fasta("contig.fa", [megabases * 1_000_000])
    # Few are long and many short, as in an assembly of a metagenome; the mean is about 1,000.
    draw = random.Random(2)
    lengths = []
    while sum(lengths) < megabases * 1_000_000:
        lengths.append(min(int(300 * draw.paretovariate(1.4)), 200_000))
    parts = bench.fasta("parts.fa", lengths)
    table(
        "CPU seconds a megabase",
        "one thread",
        "two threads",
        "gain of two idle cores",
        f"{len(lengths):,} contigs, one thread",
    )
    contig, short = {}, {}
    for model in models:
        one, two = (bench.run("-m", model, whole, threads=threads)[0] for threads in (1, 2))
        many, _ = bench.run("-m", model, parts)
        contig[model] = one / megabases
        short[model] = many / sum(lengths) * 1e6
        row(
            model,
            f"{contig[model]:.2f}",
            f"{two / megabases:.2f}",
            f"{2 * one / two:.2f}x",
            f"{short[model]:.2f}",
        )
    return contig, short


def memory(bench, models):
    # More than all threads hold at once.
    fasta = bench.fasta("memory.fa", [1_500_000])
    threads = (1, 2, 4, 8)
    table("peak MB", *(f"{count} threads" if count > 1 else "1 thread" for count in threads))
    bench.rounds, rounds = 1, bench.rounds
    for flags in [[model] for model in models] + [models]:
        runs = [bench.run("-m", ",".join(flags), fasta, threads=count) for count in threads]
        name = flags[0] if len(flags) == 1 else f"all {len(flags)}"
        row(name, *(f"{megabytes:.0f}" for _, megabytes in runs))
    bench.rounds = rounds


def starts(bench, model, megabases):
    """CPU seconds of jobs with nearly no bases, at the first and at the last of an input."""
    lengths = [10_000_000] * (megabases // 10)
    fasta = bench.fasta("genome.fa", lengths)
    subprocess.run(["bgzip", "--keep", fasta], check=True)
    packed = fasta.with_name("genome.fa.gz")
    for path in (fasta, packed):
        subprocess.run(["samtools", "faidx", path], check=True)
    small = bench.fasta("small.fa", [2_000])
    alone, _ = bench.run("-m", model, small)
    table("job", "the first, CPU s", "the last, CPU s", "of it, a gigabase of input")
    found = {}
    last = len(lengths) - 1
    for name, path in (("FASTA", fasta), ("FASTA, bgzip", packed)):
        first, final = (
            bench.run("-m", model, "--shard", f"{part}/{MANY}", path)[0] for part in (1, MANY)
        )
        # Counting reads all once; a shard then reads up to its own end.
        found[f"a shard, {name}"] = tuple(max(seconds, 0) / megabases for seconds in (first - alone, final - first))
        row(f"a shard, {name}", *costs(first, final, alone, megabases))
        first, final = (
            bench.run("-m", model, "-r", path, "-R", region)[0]
            for region in ("c0:1-2000", f"c{last}:9998001-10000000")
        )
        found[f"a region, {name}"] = (0, max(final - first, 0) / megabases)
        row(f"a region, {name}", *costs(first, final, alone, megabases))
    print(f"\nThe start alone, on 2,000 bases: {alone:.2f} s.")
    return alone, found


def costs(first, last, alone, megabases):
    return f"{first:.2f}", f"{last:.2f}", f"{max(last - alone, 0) / megabases * 1e3:.2f}"


# Megabases, rounded, and whether contigs are short.
GENOMES = [
    ("human", 3_100, False),
    ("bread wheat", 14_600, False),
    ("metagenome of 10 million contigs", 10_000, True),
]


def duration(seconds):
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def genomes(contig, short):
    cores = (1, 2, 16, 1_000)
    table("", "Gb", "model", *(f"{count:,} core{'s' * (count > 1)}" for count in cores))
    for name, megabases, is_short in GENOMES:
        for model, rate in (short if is_short else contig).items():
            cells = (duration(megabases * rate / count) for count in cores)
            row(name, megabases / 1e3, model, *cells)


def shards(rate, start):
    """A human genome in jobs: the longest against the mean, and the share that is not scoring."""
    alone, found = start
    megabases = GENOMES[0][1]
    table("job", "jobs", "mean, CPU s", "longest, CPU s", "longest / mean", "not scoring")
    for name, (count, read) in found.items():
        for parts in (8, 100, 1_000):
            own = megabases / parts * rate
            times = [
                alone + megabases * count + megabases * (part + 1) / parts * read + own
                for part in range(parts)
            ]
            mean = sum(times) / parts
            row(
                name,
                f"{parts:,}",
                f"{mean:.0f}",
                f"{max(times):.0f}",
                f"{max(times) / mean:.2f}",
                f"{100 * (mean - own) / mean:.0f} %",
            )
    # As many contigs as of a human, of lengths that fall from 250 to 50 Mb; each is a region.
    lengths = [250 - 200 * number / 23 for number in range(24)]
    times = [alone + length * rate for length in lengths]
    mean = sum(times) / len(times)
    longest = max(times)
    row(
        "a job a contig",
        24,
        f"{mean:.0f}",
        f"{longest:.0f}",
        f"{longest / mean:.2f}",
        f"{100 * alone / mean:.0f} %",
    )


if __name__ == "__main__":
    main()
