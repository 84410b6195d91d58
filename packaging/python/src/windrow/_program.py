"""The program that came with this package, and its pipe."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import IO


class Error(Exception):
    """windrow failed. The text is its message, without the name of the program before it.

    `status` is its exit status: 1 for an error of the input, 2 for wrong usage, negative for the
    number of a signal.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def program() -> str:
    """The path of the program: beside this package's interpreter, or else in `PATH`."""
    schemes = [sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user")]
    for scheme in schemes:
        path = os.path.join(sysconfig.get_path("scripts", scheme), "windrow")
        if os.access(path, os.X_OK):
            return path
    found = shutil.which("windrow")
    if found is None:
        raise FileNotFoundError("windrow is neither beside this Python nor in PATH")
    return found


def rows(
    sequence: str | os.PathLike[str] | Mapping[str, str],
    models: Iterable[str],
    flags: Iterable[str],
) -> Iterator[list[str]]:
    """The fields of each row of windrow's table."""
    argv = [program(), "--quiet", "--format", "tsv", "--no-header"]
    argv += ["--model", ",".join(models), *flags]
    records = sequence if isinstance(sequence, Mapping) else None
    if isinstance(sequence, Mapping):
        check(sequence)
    else:
        path = os.fspath(sequence)
        # A dash alone would be standard input.
        argv += ["--", "./-" if path == "-" else path]
    with tempfile.TemporaryFile() as messages, subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL if records is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=messages,
        encoding="utf-8",
        errors="surrogateescape",
    ) as process:
        try:
            if records is not None:
                # The thread alone closes it.
                pipe, process.stdin = process.stdin, None
                threading.Thread(target=feed, args=(pipe, records), daemon=True).start()
            assert process.stdout is not None
            for line in process.stdout:
                yield line.rstrip("\n").split("\t")
        except BaseException:
            process.terminate()
            raise
        status = process.wait()
        if status != 0:
            messages.seek(0)
            lines = messages.read().decode(errors="replace").splitlines()
            message = lines[-1] if lines else f"windrow ended with status {status}"
            raise Error(message.removeprefix("windrow: error: "), status)


def check(records: Mapping[str, str]) -> None:
    """Refuses what would not be one record of FASTA; windrow refuses the rest."""
    for name, bases in records.items():
        if "\n" in name or "\r" in name:
            raise ValueError(f"{name!r}: a name is one line")
        if ">" in bases:
            raise ValueError(f"record {name}: '>' is no base")


def feed(pipe: IO[str], records: Mapping[str, str]) -> None:
    """Writes FASTA for as long as it is read."""
    try:
        with pipe:
            for name, bases in records.items():
                pipe.write(f">{name}\n{bases}\n")
    except BrokenPipeError:
        # The program ended, and says why; or nobody wants more rows.
        pass
