"""Any table of declared types, written as CSV, loads equal."""

import datetime as dt
import io
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract.model import Source
from noctule.errors import ContractError
from noctule.ingest.delimited import read_csv
from noctule.ingest.source import Promise

TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
MOMENT = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
    pa.float32(): st.floats(allow_nan=False, allow_infinity=False, width=32),
    pa.decimal128(12, 3): st.decimals(-99999, 99999, places=3),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    pa.timestamp("us"): MOMENT,
    pa.timestamp("s"): MOMENT.map(lambda moment: moment.replace(microsecond=0)),
    pa.timestamp("us", "Europe/Berlin"): MOMENT.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
    pa.string(): TEXT,
    pa.large_string(): TEXT,
    pa.dictionary(pa.int32(), pa.string()): TEXT,
    pa.dictionary(pa.int16(), pa.large_string()): TEXT,
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """One column of each type, rows of values and nulls."""
    size = draw(st.integers(1, 5))
    columns = [draw(st.lists(st.none() | values, min_size=size, max_size=size)) for values in VALUES.values()]
    arrays = [pa.array(column, kind) for kind, column in zip(VALUES, columns, strict=True)]
    return pa.Table.from_arrays(arrays, names=[f"c{i}" for i in range(len(arrays))])


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


@pytest.mark.parametrize("delimiter", ["¦", '"', "\n"])
def test_delimiters_that_cannot_work(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(ContractError, match="delimiter"):
        next(read_csv(tmp_path / "x.csv", source(delimiter), pa.schema([]), Promise(None, None)))
