"""The module against the program that came with it."""

import random
import subprocess
import threading
from pathlib import Path

import pytest

import windrow

BASES = 40_000
WHOLE = Path(__file__).parents[3] / "examples" / "example.fa"


@pytest.fixture(scope="module")
def bases():
    _, _, bases = WHOLE.read_text().partition("\n")
    return bases.replace("\n", "")[:BASES]


@pytest.fixture(scope="module")
def example(bases, tmp_path_factory):
    path = tmp_path_factory.mktemp("example") / "example.fa"
    path.write_text(f">example\n{bases}\n")
    return path


@pytest.fixture(scope="module")
def called(example):
    return windrow.calls(example)


def rows(*argv):
    """Rows of a table, by the program alone."""
    command = [windrow.program(), "-q", "--no-header", "-f", "tsv", *argv]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.split("\t") for line in out.splitlines()]


def test_calls_are_the_rows_of_the_program(called, example):
    expected = rows(str(example))
    assert len(called) == len(expected) > 5
    for call, row in zip(called, expected):
        assert [str(field) for field in call[:5]] == row[:5]
        assert call.value == float(row[5])
        assert call.summit == int(row[6])
        assert call.model == row[7] == "exon-start"
        assert call.name is None


def test_a_mapping_gives_the_same_as_a_file(called, bases):
    assert windrow.calls({"example": bases}) == called


def test_records_of_a_mapping_keep_their_order(called, bases):
    found = windrow.calls({"b": bases, "a": bases})
    assert [call.contig for call in found] == ["b"] * len(called) + ["a"] * len(called)
    assert [call[1:] for call in found[len(called) :]] == [call[1:] for call in called]


def test_models_and_flags_reach_the_program(example):
    both = windrow.calls(example, models=["exon-start", "promoter"], flags=["-t", "2"])
    assert {call.model for call in both} == {"exon-start", "promoter"}
    assert [call.label for call in both] == [row[3] for row in rows("-m", "exon-start,promoter", str(example))]
    certain = windrow.calls(example, flags=["--min-score", "0.6"])
    assert 0 < len(certain) < len(both)
    assert all(call.value >= 0.6 for call in certain)


def test_regions_have_names(example, tmp_path):
    regions = tmp_path / "regions.bed"
    regions.write_text("example\t0\t20000\tfirst\n")
    found = windrow.calls(regions, flags=["--names", "--reference", str(example)])
    assert found and {call.name for call in found} == {"first"}


def test_calls_come_as_they_are_made(bases):
    # Far more rows than pipes and buffers hold.
    found = windrow.iterate({f"c{copy}": bases for copy in range(1_000)}, flags=["--raw"])
    assert next(found).contig == "c0"
    found.close()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(10)
    assert threading.active_count() == 1


def test_errors_have_the_message_of_the_program(example, tmp_path):
    missing = tmp_path / "none.fa"
    with pytest.raises(windrow.Error) as error:
        windrow.calls(missing)
    assert str(error.value).startswith(f"{missing}: No such file")
    assert error.value.status == 1
    with pytest.raises(windrow.Error, match="^standard input: record 2 .b., line 4") as error:
        windrow.calls({"a": "ACGT", "b": "AC!"})
    with pytest.raises(windrow.Error, match="--stride") as error:
        windrow.calls(example, flags=["--stride", "x"])
    assert error.value.status == 2


def test_rows_before_an_error_are_given_first(bases):
    found = windrow.iterate({"example": bases, "broken": "A!"})
    assert next(found).contig == "example"
    with pytest.raises(windrow.Error, match="broken"):
        list(found)


@pytest.mark.parametrize(
    "records",
    [{"a\n>b": "ACGT"}, {"a\r": "ACGT"}, {"a": "ACGT\n>b\nACGT"}],
    ids=["a name of two lines", "a return", "bases of two records"],
)
def test_what_is_not_one_record_is_refused(records):
    with pytest.raises(ValueError):
        windrow.calls(records)


def test_no_sequence_has_no_calls():
    assert windrow.calls({}) == []
    assert windrow.calls({"short": "".join(random.Random(1).choices("ACGT", k=50))}) == []


def test_a_file_called_dash_is_no_standard_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(windrow.Error, match="^./-: No such file"):
        windrow.calls("-")


def test_polars(called, example):
    polars = pytest.importorskip("polars")
    frame = windrow.polars_frame(example)
    assert frame.rows() == [tuple(call) for call in called]
    assert frame.schema["start"] == polars.Int64
    assert windrow.polars_frame({}).schema == frame.schema


def test_pandas(called, example):
    pytest.importorskip("pandas")
    frame = windrow.pandas_frame(example)
    assert list(frame.columns) == list(windrow.Call._fields)
    assert frame["start"].tolist() == [call.start for call in called]
    assert frame["value"].tolist() == [call.value for call in called]
    assert str(frame["summit"].dtype) == "Int64"
    assert windrow.pandas_frame({}).dtypes.equals(frame.dtypes)
