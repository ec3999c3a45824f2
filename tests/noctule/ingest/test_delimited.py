"""Any table of declared types, written as CSV, loads equal."""

import csv as python_csv
import datetime as dt
import io
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract.model import Source
from noctule.errors import ContractError, DataError
from noctule.ingest.delimited import read_csv
from noctule.ingest.source import Promise
from tests.noctule.ingest.tables import tables


def as_text(table: pa.Table) -> pa.Table:
    """Columns that pyarrow's writer has no form for, as this reader expects them."""
    for index, field in enumerate(table.schema):
        column = table.column(index)
        if pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type)
        if getattr(field.type, "tz", None):
            column = pa.chunked_array(
                [[v and v.astimezone(dt.UTC).isoformat() for v in column.to_pylist()]], pa.string()
            )
        table = table.set_column(index, field.name, column)
    return table


def source(delimiter: str) -> Source:
    return Source(kind="csv", path="x.csv", delimiter=delimiter)


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([",", ";", "\t"]))
def test_any_table_loads_equal(table: pa.Table, delimiter: str) -> None:
    sink = io.BytesIO()
    csv.write_csv(as_text(table), sink, csv.WriteOptions(delimiter=delimiter))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(sink.getvalue())
        found = list(read_csv(path, source(delimiter), table.schema, Promise(None, None)))
    loaded = pa.Table.from_batches(found)
    assert loaded.schema == table.schema
    assert loaded.to_pylist() == table.to_pylist()


SMALL = pa.schema([("id", pa.string()), ("age", pa.int64())])
BASE = 'id,age\np1,40\r\n"p""2",\n\n"a,b\nc",60\n'


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_as_python_reads_it(data: st.DataObject) -> None:
    """Oracle: the csv module in strict mode, blank lines skipped."""
    text = BASE
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(7, len(text)))
        text = text[:at] + data.draw(st.sampled_from(['"', ",", "\n", "\r", "1", " ", ""])) + text[at + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.encode())
        try:
            batches = list(read_csv(path, source(","), SMALL, Promise(None, None)))
        except DataError as error:
            assert error.__context__ is None
            return
    rows = [row for batch in batches for row in batch.to_pylist()]
    expected = [row for row in python_csv.reader(io.StringIO(text, newline=""), strict=True) if row][1:]
    assert [[row["id"] or "", row["age"]] for row in rows] == [
        [name, int(age) if age.strip() else None] for name, age in expected
    ]


@pytest.mark.parametrize("delimiter", ["¦", '"', "\n"])
def test_delimiters_that_cannot_work(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(ContractError, match="delimiter"):
        next(read_csv(tmp_path / "x.csv", source(delimiter), pa.schema([]), Promise(None, None)))
