"""Rates of windrow and of others on the same model, sequence and core.

Rounds are interleaved, and the best of each contender counts: whatever else the machine does
slows all of them down, but seldom in every round.
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parent.parent
BATCH = 16
# Bases that the windows of a dense run advance by.
SPAN = 4096
# Programs that read all of a FASTA file and score nothing; those that are not there are left out.
READERS = [("cat", ["cat"]), ("samtools faidx", ["samtools", "faidx"])]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--windrow", type=Path, default=ROOT / "target/release/windrow")
    parser.add_argument("--model", default="exon", help="bundled name or path")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bases", type=int, default=1_000_000)
    parser.add_argument("--windows", type=int, default=320, help="that are scored alone a round")
    parser.add_argument("--pytorch", action="store_true", help="as a contender too")
    parser.add_argument("--minisplice", type=Path, help="its folder, with the program and a model")
    options = parser.parse_args()

    path = Path(options.model)
    if not path.exists():
        path = ROOT / f"models/{options.model}.onnx"
    records = read(options.data / "genome/dev_human_hg38_parts.fa.gz", options.bases)
    reference = Reference(path, records, options.windows)
    cores = sorted(os.sched_getaffinity(0))[-2:][::-1]

    best = {}
    with tempfile.TemporaryDirectory() as folder:
        fasta = Path(folder) / "part.fa"
        fasta.write_text("".join(f">{name}\n{text}\n" for name, text in records))
        tenth = Path(folder) / "tenth.fa"
        tenth.write_text(f">{records[0][0]}\n{records[0][1][: options.bases // 10]}\n")

        def run(text, cores, *flags):
            return lambda: windrow(options.windrow, options.model, text, cores, *flags)

        contenders = {
            "windrow -t 1": run(fasta, cores[:1]),
            "windrow -t 2": run(fasta, cores),
            "windrow -t 1 --engine avx2": run(fasta, cores[:1], "--engine", "avx2"),
            "windrow -t 1 --engine tract": run(tenth, cores[:1], "--engine", "tract"),
            "onnxruntime, dense": lambda: reference.dense_rate(cores[0]),
            "onnxruntime, 1 window": lambda: reference.rate(1, cores[0]),
            f"onnxruntime, {BATCH} windows": lambda: reference.rate(BATCH, cores[0]),
        }
        if options.pytorch:
            eager = PyTorch(path, reference)
            contenders["PyTorch, 1 window"] = lambda: eager.rate(cores[0])
        for _ in range(options.rounds):
            for name, measure in contenders.items():
                best[name] = tuple(map(max, best.get(name, (0, 0)), measure()))
        sparse = [options.windrow, "-q", "-t", "1", "-m", options.model, "--raw", "-s", "1000000"]
        readers = [reader for reader in READERS if shutil.which(reader[1][0])]
        readers.append(("windrow -t 1, a window a megabase", sparse))
        floors = {name: floor(command, fasta, cores[0], options.rounds) for name, command in readers}
        if options.minisplice:
            rate = minisplice(options.minisplice, fasta, sum(len(text) for _, text in records))
            print(f"minisplice predict -t1 -a: {rate:.0f} bases of a CPU second")

    ours = best["windrow -t 1"][1]
    print(f"{path.name}: window {reference.window}, step {reference.step}\n")
    print("| | windows/s | of a CPU second | bases of a CPU second, all strands | windrow -t 1 is |")
    print("|---|---|---|---|---|")
    for name, (wall, cpu) in best.items():
        bases = cpu * reference.step / reference.strands
        print(f"| {name} | {wall:,.0f} | {cpu:,.0f} | {bases:,.0f} | {ours / cpu:,.1f}x |")
    for name, rate in floors.items():
        print(f"| {name} | | | {rate:,.0f} | |")


def read(path, bases):
    """The first records of a FASTA file, up to so many bases."""
    records = []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            if line.startswith(">"):
                records.append((line[1:].split()[0], []))
            elif bases > 0:
                records[-1][1].append(line.strip()[:bases])
                bases -= len(records[-1][1][-1])
    return [(name, "".join(parts)) for name, parts in records if parts]


def floor(command, fasta, core, rounds):
    """Bases of a CPU second that a program reads which does nothing else, of many copies."""
    copies = 50
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder) / "many.fa"
        text = fasta.read_text()
        many.write_text("".join(text.replace(">", f">{copy}.") for copy in range(copies)))
        bases = copies * sum(len(line) for line in text.splitlines() if line[0] != ">")
        return max(bases / spent("taskset", "-c", str(core), *command, many) for _ in range(rounds))


def spent(*command):
    """CPU seconds of a program."""
    def until_now():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = until_now()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return until_now() - before


def windrow(binary, model, fasta, cores, *flags):
    """Windows per second of wall clock and of CPU time, the start of the process included."""
    with tempfile.NamedTemporaryFile() as stats:
        command = [
            "taskset", "-c", ",".join(map(str, cores)), binary,
            "-q", "-m", model, "-t", str(len(cores)), "--stats", stats.name, *flags, fasta,
        ]
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - begin
        stats = json.loads(Path(stats.name).read_text())
    windows = stats["models"][0]["windows"]
    return windows / wall, windows / stats["cpu_seconds"]


def minisplice(folder, fasta, bases):
    """Bases of a CPU second, acceptors only."""
    command = [folder / "minisplice", "predict", "-t1", "-a", *folder.glob("*.kan"), fasta]
    return bases / spent(*command)


class Reference:
    """onnxruntime on one thread, and a sample of the windows."""

    def __init__(self, path, records, windows):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.window = int(metadata["windrow.window"])
        self.step = int(metadata["windrow.step"])
        self.strands = 2
        # One score of a symmetric model is two runs of the network.
        self.runs = 2 if metadata["windrow.strand"] == "symmetric" else 1
        if self.runs == 2:
            self.strands = 1
        text = max((text for _, text in records), key=len).upper()
        self.letters = np.frombuffer(text.encode(), np.uint8)
        draw = random.Random(1)
        starts = [draw.randrange(len(self.letters) - self.window) for _ in range(windows)]
        self.sample = np.stack([self.encoded(start, self.window) for start in starts])
        lane = self.window + (SPAN // self.step - 1) * self.step
        starts = [draw.randrange(len(self.letters) - lane) for _ in range(8)]
        self.lanes = [self.encoded(start, lane)[None] for start in starts]

    def encoded(self, start, length):
        window = self.letters[start : start + length]
        return np.stack([window == base for base in b"ACGT"]).astype(np.float32)

    def rate(self, batch, core):
        """Windows per second of wall clock and of CPU time, pinned to a core."""
        batches = [self.sample[i : i + batch] for i in range(0, len(self.sample), batch)]
        return self.timed(batches, len(self.sample), core)

    def dense_rate(self, core):
        """The same with all windows of a stretch in one run."""
        return self.timed(self.lanes, len(self.lanes) * (SPAN // self.step), core)

    def timed(self, inputs, windows, core):
        name = self.session.get_inputs()[0].name
        return timed(lambda part: self.session.run(None, {name: part}), inputs, windows / self.runs, core)


class PyTorch:
    """The same graph in eager mode on one thread, and the same sample of the windows."""

    def __init__(self, path, reference):
        import onnx2torch
        import torch

        torch.set_num_threads(1)
        self.inference = torch.inference_mode
        self.network = onnx2torch.convert(str(path)).eval()
        self.sample = [torch.from_numpy(window[None]) for window in reference.sample]
        self.runs = reference.runs

    def rate(self, core):
        with self.inference():
            return timed(self.network, self.sample, len(self.sample) / self.runs, core)


def timed(run, inputs, windows, core):
    """Windows per second of wall clock and of CPU time, pinned to a core, after a warm-up."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    for warm in inputs[:2]:
        run(warm)
    wall, cpu = time.perf_counter(), time.process_time()
    for part in inputs:
        run(part)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    os.sched_setaffinity(0, allowed)
    return windows / wall, windows / cpu


if __name__ == "__main__":
    main()
