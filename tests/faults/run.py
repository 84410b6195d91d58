#!/usr/bin/env python3
"""Runs windrow under faults until the time is up, and counts what it did.

usage: tests/faults/run.py [-t SECONDS] [-s SEED] [-k WORD] [-r FASTA] WINDROW

Each run has one fault: a disk that is full after some bytes, a signal at some moment, too few
descriptors, threads or too little memory, pipes that stall, standard streams that are full or
closed, no place for temporary files. With -r, stretches of a real genome are run on both cores
while one of these comes between, and all files they leave are held against an undisturbed run.
Small disks are made as root only, by mount. Checked after each: the exit status is one that is documented,
an error is one line, an output is whole or as it was before, no temporary file is left.

Prints a table of runs and outcomes; exit status 1 if anything broke, with the command of each.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

MODEL = ["-q", "-m", "expression", "-t", "2"]
# Many rows: more than a page of disk for each part of an output.
LARGE = ["-q", "-m", "exon-start", "-t", "2", "--strand", "+", "--raw"]
BEFORE = b"what was here before\n"
# Outputs: name, flags.
OUTPUTS = {
    "out.bed": [],
    "out.bed.gz": ["-z", "--index"],
    "out.bedgraph": ["-f", "bedgraph", "--raw"],
    "out.bw": ["-f", "bigwig"],
    "out.bb": ["-f", "bigbed"],
}
# A hang is a fault of its own.
PATIENCE = 60
# Those that end a program that does not expect them, as terminals, shells and batch systems send.
SIGNALS = [
    signal.SIGKILL,
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGXCPU,
]


class Broken(Exception):
    pass


class Harness:
    def __init__(self, binary, rng, real):
        self.binary = binary
        self.rng = rng
        self.folder = tempfile.mkdtemp(prefix="faults")
        os.chmod(self.folder, 0o777)
        self.input = os.path.join(self.folder, "in.fa")
        bases = "".join(rng.choices("ACGT", k=6000))
        with open(self.input, "w") as file:
            file.write(f">c1\n{bases[:4000]}\n>c2\n{bases[4000:]}\n")
        os.chmod(self.input, 0o644)
        self.whole = {name: self.reference(name) for name in OUTPUTS}
        self.limits = {}
        self.large = os.path.join(self.folder, "large.fa")
        bases = "".join(rng.choices("ACGT", k=20000))
        with open(self.large, "w") as file:
            for contig in range(5):
                file.write(f">c{contig}\n{bases[4000 * contig:][:4000]}\n")
        self.of_large = {name: self.reference(name, large=True) for name in OUTPUTS}
        self.real = real
        self.stretches = {}
        self.rows = self.run(MODEL + [self.input]).stdout

    def reference(self, name, large=False):
        """Bytes of each file that an undisturbed run leaves, by name."""
        with self.scratch() as folder:
            ended = self.run(self.argv(name, folder, large), folder)
            if ended.returncode != 0:
                raise SystemExit(f"{name}: {ended.stderr.decode()}")
            return files(os.path.join(folder, "to"))

    def argv(self, name, folder, large=False):
        target = os.path.join(folder, "to", name)
        model, source = (LARGE, self.large) if large else (MODEL, self.input)
        return model + OUTPUTS[name] + ["-o", target, source]

    def scratch(self):
        return Scratch(self.folder)

    def next_limit(self, name):
        """A byte at which the disk is full: each one in turn, in a random order."""
        most = max(len(data) for data in self.whole[name].values())
        left, _ = self.limits.get(name, ([], 0))
        if not left:
            left = list(range(most + 100))
            self.rng.shuffle(left)
            self.limits[name] = (left, len(left))
        return left.pop()

    def command(self, argv):
        self.last = " ".join([self.binary, *argv])
        return [self.binary, *argv]

    def options(self, folder=None, limit=None, **more):
        environment = dict(os.environ)
        if folder:
            environment["TMPDIR"] = os.path.join(folder, "tmp")
        environment.update(more.pop("environment", {}))
        given = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "env": environment,
            "preexec_fn": limit,
            # SIGXFSZ stays ignored: a write beyond the limit is an error, as on a full disk.
            "restore_signals": False,
        }
        given.update(more)
        return given

    def run(self, argv, folder=None, limit=None, **more):
        try:
            return subprocess.run(
                self.command(argv), timeout=PATIENCE, **self.options(folder, limit, **more)
            )
        except subprocess.TimeoutExpired:
            raise Broken("it hangs") from None

    def check_target(self, name, folder, status, stood):
        """Files are those of a whole run, or those that stood there before."""
        found = files(os.path.join(folder, "to"))
        before = {name: BEFORE} if stood else {}
        whole = self.whole[name]
        # The two files of an indexed output appear one after the other.
        between = len(whole) > 1 and {**before, **found} == found and all(
            found[key] in (whole.get(key), before.get(key)) for key in found
        )
        if status == 0 and found != whole:
            raise Broken(f"status 0 and {sorted(found)}")
        if found not in (whole, before) and not (status == -signal.SIGKILL and between):
            sizes = {key: len(value) for key, value in found.items()}
            raise Broken(f"status {status}: target neither whole nor as before: {sizes}")


class Scratch:
    """A folder with `to`, where the output goes, and `tmp`."""

    def __init__(self, parent):
        self.parent = parent

    def __enter__(self):
        self.path = tempfile.mkdtemp(dir=self.parent)
        os.chmod(self.path, 0o777)
        for name in ["to", "tmp"]:
            os.mkdir(os.path.join(self.path, name))
            os.chmod(os.path.join(self.path, name), 0o777)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def files(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = file.read()
    return found


def no_leftovers(folder):
    left = [name for name in os.listdir(os.path.join(folder, "to")) if name.startswith(".")]
    left += os.listdir(os.path.join(folder, "tmp"))
    if left:
        raise Broken(f"left behind: {left}")


def one_line(ended, statuses=(0, 1)):
    """The status is one of these, and 1 comes with one line."""
    error = ended.stderr.decode(errors="replace")
    if ended.returncode not in statuses:
        raise Broken(f"status {ended.returncode}: {error}")
    if ended.returncode == 1 and (error.count("\n") != 1 or not error.startswith("windrow: error: ")):
        raise Broken(f"no one-line error: {error!r}")
    return error


def limited(kind, amount):
    return lambda: resource.setrlimit(kind, (amount, amount))


def stand(folder, name, rng):
    """Half of the time a file stands where the output goes."""
    stood = rng.random() < 0.5
    if stood:
        with open(os.path.join(folder, "to", name), "wb") as file:
            file.write(BEFORE)
        os.chmod(os.path.join(folder, "to", name), 0o666)
    return stood


def full_disk(harness):
    name = harness.rng.choice(list(OUTPUTS))
    limit = harness.next_limit(name)
    with harness.scratch() as folder:
        stood = stand(folder, name, harness.rng)
        argv = harness.argv(name, folder)
        ended = harness.run(argv, folder, limited(resource.RLIMIT_FSIZE, limit))
        error = one_line(ended)
        harness.last += f"  # {limit} bytes a file"
        harness.check_target(name, folder, ended.returncode, stood)
        no_leftovers(folder)
        if ended.returncode == 1 and "sort" in error:
            raise Broken(f"a full disk is called a matter of order: {error}")
    return ended.returncode


def mounted(folder, kilobytes):
    """A disk of that size in the place of a folder, as a context; none if that is not allowed."""
    size = f"size={kilobytes}k,mode=777"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", folder], stderr=subprocess.DEVNULL)
    return made.returncode == 0


def small_disk(harness):
    """The output, or what is temporary, lies on a disk that is too small for it."""
    if os.getuid() != 0:
        return "skipped: not root"
    name = harness.rng.choice(["out.bw", "out.bb", "out.bed.gz", "out.bed"])
    place = harness.rng.choice(["to", "tmp"] if name in ["out.bw", "out.bb"] else ["to"])
    with harness.scratch() as folder:
        disk = os.path.join(folder, place)
        if not mounted(disk, 4 * harness.rng.randrange(1, 100)):
            return "skipped: no mount"
        try:
            if harness.rng.random() < 0.3:
                # Full from the start.
                with open(os.path.join(disk, "filled"), "wb") as file:
                    try:
                        file.write(bytes(1 << 20))
                    except OSError:
                        pass
            ended = harness.run(harness.argv(name, folder, large=True), folder)
            error = one_line(ended)
            filled = os.path.join(disk, "filled")
            if os.path.exists(filled):
                os.remove(filled)
            if ended.returncode == 1 and place == "tmp" and disk not in error:
                raise Broken(f"the error does not name the folder: {error}")
            found = files(os.path.join(folder, "to"))
            if found not in (harness.of_large[name], {}) or (ended.returncode == 0) != bool(found):
                sizes = {key: len(value) for key, value in found.items()}
                raise Broken(f"status {ended.returncode}: not whole: {sizes}")
            no_leftovers(folder)
        finally:
            subprocess.run(["umount", disk], check=True)
    return ended.returncode


def full_device(harness):
    with open("/dev/full", "wb") as full:
        ended = harness.run(MODEL + [harness.input], stdout=full)
    if ended.returncode == 0:
        raise Broken("rows were lost with status 0")
    one_line(ended)
    return ended.returncode


def remove_temporary(folder):
    for left in os.listdir(folder):
        if left.startswith(".windrow-"):
            os.remove(os.path.join(folder, left))


def signals(harness):
    sent = harness.rng.choice(SIGNALS)
    name = harness.rng.choice(list(OUTPUTS))
    with harness.scratch() as folder:
        stood = stand(folder, name, harness.rng)
        argv = harness.command(harness.argv(name, folder))
        child = subprocess.Popen(argv, **harness.options(folder))
        time.sleep(harness.rng.random() * 0.25)
        child.send_signal(sent)
        harness.last += f"  # {sent.name}"
        try:
            _, error = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            raise Broken("it outlives its signal") from None
        if child.returncode not in (0, -sent):
            raise Broken(f"status {child.returncode}: {error.decode()}")
        if sent != signal.SIGKILL:
            no_leftovers(folder)
        else:
            # Nothing can be removed then; what is left is known by its name.
            remove_temporary(os.path.join(folder, "to"))
        harness.check_target(name, folder, child.returncode, stood)
    return sent.name


def descriptors(harness):
    name = harness.rng.choice(list(OUTPUTS))
    with harness.scratch() as folder:
        stood = stand(folder, name, harness.rng)
        limit = limited(resource.RLIMIT_NOFILE, harness.rng.randrange(4, 24))
        ended = harness.run(harness.argv(name, folder), folder, limit)
        one_line(ended)
        harness.check_target(name, folder, ended.returncode, stood)
        no_leftovers(folder)
    return ended.returncode


def threads(harness):
    """Limits on processes hold for other users than root only."""
    if os.getuid() != 0:
        return "skipped: not root"
    user, most = 54321, harness.rng.randrange(1, 12)

    def limit():
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
        os.setgid(user)
        os.setuid(user)

    binary = os.path.join(harness.folder, "windrow")
    if not os.path.exists(binary):
        shutil.copy(harness.binary, binary)
    usual, harness.binary = harness.binary, binary
    try:
        ended = harness.run(MODEL + ["-t", "8", harness.input], limit=limit)
    finally:
        harness.binary = usual
    harness.last += f"  # {most} threads"
    error = one_line(ended)
    if "bundled" in error:
        raise Broken(f"a thread that is refused is called a matter of the model: {error}")
    if ended.returncode == 0 and ended.stdout != harness.rows:
        raise Broken("other rows")
    return ended.returncode


def memory(harness):
    name = harness.rng.choice(list(OUTPUTS))
    megabytes = harness.rng.randrange(20, 400)
    with harness.scratch() as folder:
        stood = stand(folder, name, harness.rng)
        limit = limited(resource.RLIMIT_AS, megabytes << 20)
        ended = harness.run(harness.argv(name, folder), folder, limit)
        harness.last += f"  # {megabytes} MB"
        # An allocation that fails ends the process; the loader, too, may have no room.
        if ended.returncode not in (0, 1, 127, -signal.SIGABRT, -signal.SIGSEGV):
            raise Broken(f"status {ended.returncode}: {ended.stderr.decode()}")
        if ended.returncode == 101:
            raise Broken(ended.stderr.decode())
        found = files(os.path.join(folder, "to"))
        left = [key for key in found if key.startswith(".windrow-")]
        for key in left:
            os.remove(os.path.join(folder, "to", key))
        if left and ended.returncode >= 0:
            raise Broken(f"left behind: {left}")
        harness.check_target(name, folder, ended.returncode, stood)
    return ended.returncode


def pipes(harness):
    """Input in bursts, output taken slowly: the rows are the same."""
    with open(harness.input, "rb") as file:
        text = file.read()
    child = subprocess.Popen(
        harness.command(MODEL), **harness.options(stdin=subprocess.PIPE)
    )
    pid, rng = os.fork(), harness.rng
    if pid == 0:
        child.stdout.close()
        at = 0
        try:
            while at < len(text):
                more = rng.choice([1, 7, 60, 900, 4096])
                child.stdin.write(text[at : at + more])
                child.stdin.flush()
                at += more
                if rng.random() < 0.05:
                    time.sleep(0.02)
        finally:
            os._exit(0)
    child.stdin.close()
    rows = b""
    while part := os.read(child.stdout.fileno(), rng.choice([1, 100, 65536])):
        rows += part
        if rng.random() < 0.05:
            time.sleep(0.01)
    os.waitpid(pid, 0)
    status = child.wait()
    child.stdout.close()
    child.stderr.close()
    # The child of this fork drew numbers of its own.
    rng.random()
    if status != 0 or header_free(rows) != header_free(harness.rows):
        raise Broken(f"status {status}, {len(rows)} bytes of {len(harness.rows)}")
    return status


def header_free(rows):
    return [line for line in rows.splitlines() if not line.startswith(b"#")]


def gone_reader(harness):
    """A reader that leaves is no error, as of `| head`."""
    child = subprocess.Popen(harness.command(MODEL + ["--raw", harness.input]), **harness.options())
    child.stdout.read(harness.rng.randrange(1, 500))
    child.stdout.close()
    error = child.stderr.read().decode()
    child.stderr.close()
    status = child.wait(PATIENCE)
    if status not in (0, -signal.SIGPIPE) or error:
        raise Broken(f"status {status}: {error}")
    return status


def standard_error(harness):
    """Nowhere to tell: rows and the exit status are as ever."""
    loud = [flag for flag in MODEL if flag != "-q"]
    broken = harness.rng.random() < 0.5
    argv = loud + [os.path.join(harness.folder, "none.fa") if broken else harness.input]
    if harness.rng.random() < 0.5:
        with open("/dev/full", "wb") as full:
            ended = harness.run(argv, stderr=full)
        harness.last += " 2>/dev/full"
    else:
        ended = harness.run(argv, limit=lambda: os.close(2), stderr=None)
        harness.last += " 2>&-"
    if ended.returncode != int(broken):
        raise Broken(f"status {ended.returncode} for {int(broken)}")
    if not broken and header_free(ended.stdout) != header_free(harness.rows):
        raise Broken("other rows")
    return ended.returncode


def standard_output(harness):
    ended = harness.run(MODEL + [harness.input], limit=lambda: os.close(1), stdout=None)
    harness.last += " >&-"
    if ended.returncode == 0:
        raise Broken("rows go nowhere with status 0")
    one_line(ended)
    return ended.returncode


def standard_input(harness):
    ended = harness.run(MODEL, limit=lambda: os.close(0), stdin=None)
    harness.last += " <&-"
    one_line(ended, (0, 1, 2))
    return ended.returncode


def real_sequence(harness):
    """A stretch of a real genome, of a bundled model, on both cores: the files are whole, whatever
    comes between."""
    if not harness.real:
        return "skipped: no -r"
    rng, name = harness.rng, harness.rng.choice(list(OUTPUTS))
    contig, start, end = rng.choice(harness.real[1])
    start += STRETCH * rng.randrange((end - start) // STRETCH)
    # Some come back, so that few runs are spent on what to hold them against.
    at = f"{contig}:{start + 1}-{start + STRETCH}"

    def argv(folder):
        target = os.path.join(folder, "to", name)
        return MODEL + OUTPUTS[name] + ["-o", target, "-r", harness.real[0], "-R", at]

    def undisturbed():
        with harness.scratch() as folder:
            ended = harness.run(argv(folder), folder)
            if ended.returncode != 0:
                raise Broken(f"status {ended.returncode}: {ended.stderr.decode()}")
            return files(os.path.join(folder, "to"))

    if (name, at) not in harness.stretches:
        harness.stretches[name, at] = undisturbed()
    whole = harness.stretches[name, at]
    with harness.scratch() as folder:
        fault = rng.choice(["none", "pauses", *SIGNALS])
        limit = None
        if rng.random() < 0.3:
            limit = limited(resource.RLIMIT_FSIZE, rng.randrange(sum(map(len, whole.values()))))
        child = subprocess.Popen(harness.command(argv(folder)), **harness.options(folder, limit))
        harness.last += f"  # {fault}"
        time.sleep(rng.random())
        if fault == "pauses":
            for _ in range(5):
                child.send_signal(signal.SIGSTOP)
                time.sleep(0.1 * rng.random())
                child.send_signal(signal.SIGCONT)
                time.sleep(0.1 * rng.random())
        elif fault != "none":
            child.send_signal(fault)
        try:
            _, error = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            raise Broken("it hangs") from None
        status = child.returncode
        allowed = [0, 1] if limit else [0]
        if status not in allowed and (fault in ["none", "pauses"] or status != -fault):
            raise Broken(f"status {status}: {error.decode()}")
        if status != -signal.SIGKILL:
            no_leftovers(folder)
        remove_temporary(os.path.join(folder, "to"))
        found = files(os.path.join(folder, "to"))
        parts = {key: whole[key] for key in found if key in whole}
        if found != parts or (status == 0 and found != whole) or (status == 1 and found):
            raise Broken(f"status {status}: not whole: {sorted(found)}")
    return status if status >= 0 else signal.Signals(-status).name


def no_temporary_folder(harness):
    name = harness.rng.choice(["out.bw", "out.bb", "out.bed.gz", "out.bed"])
    with harness.scratch() as folder:
        nowhere = os.path.join(folder, "none")
        argv = harness.argv(name, folder)
        ended = harness.run(argv, folder, environment={"TMPDIR": nowhere})
        harness.last += "  # TMPDIR is missing"
        error = one_line(ended)
        if ended.returncode == 1 and nowhere not in error:
            raise Broken(f"the error does not name the folder: {error}")
        harness.check_target(name, folder, ended.returncode, False)
    return ended.returncode


# Bases of a stretch of a real genome.
STRETCH = 300_000

FAULTS = [
    full_disk,
    small_disk,
    full_device,
    signals,
    descriptors,
    threads,
    memory,
    pipes,
    gone_reader,
    standard_error,
    standard_output,
    standard_input,
    no_temporary_folder,
    real_sequence,
]


def contigs_of(fasta):
    """The FASTA, and its contigs that are long enough, as (name, 0, bases)."""
    with open(fasta + ".fai") as index:
        rows = [line.split("\t") for line in index]
    known = [(name, 0, int(bases)) for name, bases, *_ in rows if int(bases) >= STRETCH]
    if not known:
        raise SystemExit(f"{fasta}: no contig of {STRETCH} bases")
    return os.path.abspath(fasta), known


def main():
    parser = argparse.ArgumentParser(description="Runs windrow under faults.")
    parser.add_argument("-t", "--seconds", type=float, default=120)
    parser.add_argument("-s", "--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("-k", "--only", default="", help="faults whose name has this word")
    parser.add_argument("-r", "--real", help="an indexed FASTA of a genome")
    parser.add_argument("windrow")
    given = parser.parse_args()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    print(f"seed {given.seed}", flush=True)
    end = time.monotonic() + given.seconds
    real = contigs_of(given.real) if given.real else None
    harness = Harness(os.path.abspath(given.windrow), random.Random(given.seed), real)
    faults = [fault for fault in FAULTS if given.only in fault.__name__]
    outcomes = {fault.__name__: {} for fault in faults}
    broken = []
    while time.monotonic() < end:
        for fault in faults:
            try:
                outcome = fault(harness)
            except Broken as what:
                outcome = "BROKEN"
                broken.append(f"{fault.__name__}: {what}\n  {harness.last}")
            counts = outcomes[fault.__name__]
            counts[outcome] = counts.get(outcome, 0) + 1
    shutil.rmtree(harness.folder)
    print(f"{'fault':22} {'runs':>6}  outcomes (exit status or signal: runs)")
    for name, counts in outcomes.items():
        shown = ", ".join(f"{key}: {count}" for key, count in sorted(counts.items(), key=str))
        print(f"{name:22} {sum(counts.values()):6}  {shown}")
    for name, (left, all_of_them) in harness.limits.items():
        print(f"full at {all_of_them - len(left)} of {all_of_them} byte counts of {name}")
    for what in broken[:20]:
        print(f"broken: {what}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
