"""Calls of the program windrow in Python: rows are read from its pipe.

>>> import windrow
>>> for call in windrow.calls("examples/example.fa"):
...     print(call.contig, call.start, call.strand, call.value)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from ._program import Error, program, rows

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["Call", "Error", "calls", "iterate", "pandas_frame", "polars_frame", "program"]

Sequence = Union[str, "PathLike[str]", Mapping[str, str]]


class Call(NamedTuple):
    """A row of windrow's table (`--format tsv`)."""

    #: First word of the header.
    contig: str
    #: First base, counted from 0.
    start: int
    #: The base after the last one.
    end: int
    #: What was called.
    label: str
    #: "+" or "-"; "." of a symmetric model.
    strand: str
    #: Probability, or the predicted value.
    value: float
    #: Base that the best window reports on, counted from 0; None if a read has no base there.
    summit: int | None
    #: Name of the model.
    model: str
    #: Name of the region or read; None without one.
    name: str | None


def iterate(
    sequence: Sequence,
    *,
    models: str | Iterable[str] = "exon-start",
    flags: Iterable[str] = (),
) -> Iterator[Call]:
    """Calls as windrow writes them, in the order of the input.

    `sequence` is the path of a file that windrow reads, or a mapping of names to bases. `models`
    are names or paths of models. `flags` are further flags of the program, for instance
    `["--min-score", "0.5", "--threads", "2"]`; those that say where rows go or how they look are
    not for here. Closing the iterator ends the program.

    Raises `Error` with windrow's message if the program fails: at the first call, or after the
    calls that came before a fault of the input.
    """
    for fields in rows(sequence, [models] if isinstance(models, str) else models, flags):
        contig, start, end, label, strand, value, summit, model, *name = fields
        yield Call(
            contig,
            int(start),
            int(end),
            label,
            strand,
            float(value),
            None if summit == "." else int(summit),
            model,
            None if name in ([], ["."]) else name[0],
        )


def calls(
    sequence: Sequence,
    *,
    models: str | Iterable[str] = "exon-start",
    flags: Iterable[str] = (),
) -> list[Call]:
    """All calls of `iterate`, as a list."""
    return list(iterate(sequence, models=models, flags=flags))


def polars_frame(
    sequence: Sequence,
    *,
    models: str | Iterable[str] = "exon-start",
    flags: Iterable[str] = (),
) -> polars.DataFrame:
    """All calls of `iterate` as a polars frame, a column for each field of `Call`."""
    import polars

    types: dict[str, Any] = {
        "start": polars.Int64,
        "end": polars.Int64,
        "value": polars.Float64,
        "summit": polars.Int64,
    }
    schema = {field: types.get(field, polars.String) for field in Call._fields}
    found = calls(sequence, models=models, flags=flags)
    return polars.DataFrame(found, schema=schema, orient="row")


def pandas_frame(
    sequence: Sequence,
    *,
    models: str | Iterable[str] = "exon-start",
    flags: Iterable[str] = (),
) -> pandas.DataFrame:
    """All calls of `iterate` as a pandas frame, a column for each field of `Call`."""
    import pandas

    types = {"start": "int64", "end": "int64", "value": "float64", "summit": "Int64"}
    found = calls(sequence, models=models, flags=flags)
    columns = {field: [call[place] for call in found] for place, field in enumerate(Call._fields)}
    series = {
        field: pandas.Series(values, dtype=types.get(field, "object"))
        for field, values in columns.items()
    }
    return pandas.DataFrame(series)
