"""What a genome costs, alone and in shards: measured here, extrapolated to sizes in the open.

Prints the tables of docs/scaling.md. Sequence is random. One thread is pinned to a core, two threads
to two; the best of some rounds counts, since the machine does other work.
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
    parser.add_argument("--contigs", type=int, default=200_000, help="short ones")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", nargs="+", default=MODELS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.windrow, options.rounds, Path(folder))
        seconds = rates(bench, options.models, options.megabases)
        memory(bench, options.models)
        contig = short_contigs(bench, options.models[0], options.contigs)
        start = starts(bench, options.models[0], options.file)
    genomes(seconds, contig)
    shards(seconds[options.models[0]], start)


class Bench:
    def __init__(self, windrow, rounds, folder):
        self.windrow, self.rounds, self.folder = windrow, rounds, folder
        self.cores = sorted(os.sched_getaffinity(0))

    def run(self, fasta, *flags, threads=1):
        """The least wall and CPU time and the most memory of all rounds."""
        stats = self.folder / "stats.json"
        argv = [self.windrow, "-q", "--no-header", "-t", str(threads), "--stats", stats, *flags]
        ledgers = []
        for _ in range(self.rounds):
            subprocess.run(
                [*argv, fasta],
                check=True,
                stdout=subprocess.DEVNULL,
                preexec_fn=lambda: os.sched_setaffinity(0, self.cores[-threads:]),
            )
            ledgers.append(json.loads(stats.read_text()))
        best = {key: min(one[key] for one in ledgers) for key in ("wall_seconds", "cpu_seconds")}
        best["megabytes"] = max(one["peak_memory_bytes"] for one in ledgers) / 1e6
        return best

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
    """CPU seconds a megabase of each model, on one thread."""
    fasta = bench.fasta("contig.fa", [megabases * 1_000_000])
    table("model", "CPU s a Mb, one thread", "wall s a Mb, one core", "two cores", "gain")
    seconds = {}
    for model in models:
        one, two = (bench.run(fasta, "-m", model, threads=threads) for threads in (1, 2))
        seconds[model] = one["cpu_seconds"] / megabases
        walls = [best["wall_seconds"] / megabases for best in (one, two)]
        row(
            model,
            f"{seconds[model]:.2f}",
            *(f"{wall:.2f}" for wall in walls),
            f"{walls[0] / walls[1]:.2f}x",
        )
    return seconds


def memory(bench, models):
    fasta = bench.fasta("memory.fa", [500_000])
    threads = (1, 2, 4, 8, 16)
    table("peak MB", *(f"{count} threads" if count > 1 else "1 thread" for count in threads))
    bench.rounds, rounds = 1, bench.rounds
    for flags in [[model] for model in models] + [models]:
        runs = [bench.run(fasta, "-m", ",".join(flags), threads=count) for count in threads]
        name = flags[0] if len(flags) == 1 else f"all {len(flags)}"
        row(name, *(f"{run['megabytes']:.0f}" for run in runs))
    bench.rounds = rounds


def short_contigs(bench, model, count):
    """CPU seconds that a contig adds to those of its bases."""
    draw = random.Random(2)
    # A few long and many short ones, as of an assembly.
    lengths = [min(int(300 * draw.paretovariate(1.4)), 200_000) for _ in range(count)]
    parts = bench.fasta("parts.fa", lengths)
    whole = bench.fasta("whole.fa", [sum(lengths)])
    # Windows so far apart that only reading and the bookkeeping of contigs is left.
    flags = ["-m", model, "--raw", "-s", "1000000"]
    many, one = (bench.run(fasta, *flags) for fasta in (parts, whole))
    added = (many["cpu_seconds"] - one["cpu_seconds"]) / count
    table("contigs", "bases", "CPU s of reading", "peak MB")
    for contigs, best in ((count, many), (1, one)):
        row(
            f"{contigs:,}",
            f"{sum(lengths):,}",
            f"{best['cpu_seconds']:.2f}",
            f"{best['megabytes']:.0f}",
        )
    print(f"\nA contig adds {added * 1e6:.1f} microseconds.")
    return added


def starts(bench, model, megabases):
    """Seconds of the last shard of so many that it has nearly no bases, by kind of input."""
    # Short beside one, so that what is before the last shard must be read or leapt over.
    lengths = [10_000_000] * (megabases // 10)
    fasta = bench.fasta("genome.fa", lengths)
    subprocess.run(["bgzip", "--keep", fasta], check=True)
    packed = fasta.with_name("genome.fa.gz")
    for path in (fasta, packed):
        subprocess.run(["samtools", "faidx", path], check=True)
    regions = fasta.with_name("genome.bed")
    regions.write_text("".join(f"c{i}\t0\t{length}\n" for i, length in enumerate(lengths)))
    small = bench.fasta("small.fa", [2_000])
    alone = bench.run(small, "-m", model)["wall_seconds"]
    table("input", "first shard, s", "last shard, s", "of it a Gb of file, s")
    found = {}
    for name, flags, path in (
        ("FASTA", [], fasta),
        ("FASTA, bgzip", [], packed),
        ("regions of an indexed FASTA", ["-r", fasta], regions),
        ("regions of an indexed FASTA, bgzip", ["-r", packed], regions),
    ):
        first, last = (
            bench.run(path, "-m", model, *flags, "--shard", f"{part}/{MANY}")["wall_seconds"]
            for part in (1, MANY)
        )
        row(name, f"{first:.2f}", f"{last:.2f}", f"{(last - alone) / megabases * 1e3:.2f}")
        # Counting reads all once; a shard then reads up to its own end.
        found[name] = ((first - alone) / megabases, (last - first) / megabases)
    print(f"\nThe start alone, on 2,000 bases: {alone:.2f} s.")
    return alone, found


# Megabases and contigs, rounded.
GENOMES = [
    ("human", 3_100, 24),
    ("bread wheat", 14_600, 21),
    ("metagenome of 10 million contigs", 10_000, 10_000_000),
]


def duration(seconds):
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"


def genomes(seconds, contig):
    cores = (1, 2, 16, 1_000)
    table("", "Gb", "model", *(f"{count:,} core{'s' * (count > 1)}" for count in cores))
    for name, megabases, contigs in GENOMES:
        for model, rate in seconds.items():
            total = megabases * rate + contigs * contig
            row(name, megabases / 1e3, model, *(duration(total / count) for count in cores))


def shards(rate, start):
    """A human genome in shards: what each part of a shard's time is, and the longest against the mean."""
    alone, found = start
    megabases = GENOMES[0][1]
    table("input", "shards", "mean s", "longest s", "longest / mean", "of CPU time not scoring")
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
    row("a job a contig", 24, f"{mean:.0f}", f"{longest:.0f}", f"{longest / mean:.2f}", f"{100 * alone / mean:.0f} %")


if __name__ == "__main__":
    main()
