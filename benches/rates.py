"""Rates of windrow and of onnxruntime on the same model, sequence and core.

Rounds are interleaved, and the best of each contender counts: whatever else the machine does
slows all of them down, but seldom in every round.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parent.parent
WINDROW = ROOT / "target/release/windrow"
BATCH = 16


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="exon-start", help="bundled name or path")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bases", type=int, default=1_000_000)
    parser.add_argument("--windows", type=int, default=640, help="that onnxruntime scores a round")
    options = parser.parse_args()

    path = Path(options.model)
    if not path.exists():
        path = ROOT / f"models/{options.model}.onnx"
    records = read(options.data / "genome/dev_human_hg38_parts.fa.gz", options.bases)
    reference = Reference(path, records, options.windows)
    cores = sorted(os.sched_getaffinity(0))[:2]

    best = {}
    with tempfile.TemporaryDirectory() as folder:
        fasta = Path(folder) / "part.fa"
        fasta.write_text("".join(f">{name}\n{text}\n" for name, text in records))
        for _ in range(options.rounds):
            for name, measure in {
                "windrow -t 1": lambda: windrow(options.model, fasta, cores[:1]),
                "windrow -t 2": lambda: windrow(options.model, fasta, cores),
                "onnxruntime, 1 window": lambda: reference.rate(1, cores[0]),
                f"onnxruntime, {BATCH} windows": lambda: reference.rate(BATCH, cores[0]),
            }.items():
                best[name] = max(best.get(name, (0, 0)), measure())

    print(f"model {path.name}: window {reference.window}, step {reference.step}")
    print(f"{'':26}{'windows/s':>12}{'of a CPU second':>18}{'bases/s, all strands':>23}")
    for name, (wall, cpu) in best.items():
        bases = wall * reference.step / reference.strands
        print(f"{name:26}{wall:12.0f}{cpu:18.0f}{bases:23.0f}")
    one, two = best["windrow -t 1"], best["windrow -t 2"]
    rival = max(rate for name, rate in best.items() if name.startswith("onnxruntime"))
    print(f"one thread against onnxruntime: {one[0] / rival[0]:.1f}x wall, {one[1] / rival[1]:.1f}x CPU")
    print(f"two threads against one: {two[0] / one[0]:.2f}x wall on {len(cores)} core(s)")


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


def windrow(model, fasta, cores):
    """Windows per second of wall clock and of CPU time, the start of the process included."""
    with tempfile.NamedTemporaryFile() as stats:
        command = [
            "taskset", "-c", ",".join(map(str, cores)),
            WINDROW, "-q", "-m", model, "-t", str(len(cores)), "--stats", stats.name, fasta,
        ]
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall = time.perf_counter() - begin
        stats = json.loads(Path(stats.name).read_text())
    windows = stats["models"][0]["windows"]
    return windows / wall, windows / stats["cpu_seconds"]


class Reference:
    """onnxruntime on one thread, and a sample of the windows."""

    def __init__(self, path, records, windows):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.window = int(metadata["windrow.window"])
        self.step = int(metadata["windrow.step"])
        self.strands = 2 if metadata["windrow.strand"] == "stranded" else 1
        self.sample = self.windows(records, windows)

    def windows(self, records, count):
        draw = random.Random(1)
        text = max((text for _, text in records), key=len).upper()
        letters = np.frombuffer(text.encode(), np.uint8)
        sample = []
        while len(sample) < count:
            start = draw.randrange(len(letters) - self.window)
            window = letters[start : start + self.window]
            sample.append(np.stack([window == base for base in b"ACGT"]).astype(np.float32))
        return np.stack(sample)

    def rate(self, batch, core):
        """Windows per second of wall clock and of CPU time, pinned to a core."""
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {core})
        name = self.session.get_inputs()[0].name
        batches = [self.sample[i : i + batch] for i in range(0, len(self.sample), batch)]
        for warm in batches[:2]:
            self.session.run(None, {name: warm})
        wall, cpu = time.perf_counter(), time.process_time()
        for part in batches:
            self.session.run(None, {name: part})
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        os.sched_setaffinity(0, allowed)
        return len(self.sample) / wall, len(self.sample) / cpu


if __name__ == "__main__":
    main()
