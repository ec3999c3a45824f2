"""Parquet: any table of declared types loads equal, and nothing else is let in."""

import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract import Contract
from noctule.contract.model import Source
from noctule.errors import DataError
from noctule.home import Home
from noctule.ingest import ingest
from noctule.ingest.parquet import read_parquet, stored
from noctule.ingest.writer import write_parquet
from tests.noctule.ingest.tables import tables
from tests.rows import rows_of

SOURCE = Source(kind="parquet", path="x.parquet")


@settings(max_examples=40, deadline=None)
@given(tables(), st.integers(1, 3))
def test_any_table_loads_equal_and_is_stored_equal(table: pa.Table, group: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder) / "x.parquet", Path(folder) / "copy.parquet"
        pq.write_table(table, path, row_group_size=group)
        loaded = pa.Table.from_batches(list(read_parquet(path, SOURCE, table.schema)))
        write_parquet(loaded.to_batches(), table.schema, copy)
        again = pa.Table.from_batches(list(stored(copy)))
    for found in (loaded, again):
        assert found.schema == table.schema
        assert found.to_pylist() == table.to_pylist()


@pytest.fixture
def read(make_contract: Callable[..., Contract], home: Home, tmp_path: Path) -> Callable[..., pa.Table]:
    def run(table: pa.Table, columns: list[dict[str, Any]], **source: Any) -> pa.Table:
        pq.write_table(table, tmp_path / "x.parquet", row_group_size=2)
        contract = make_contract(columns, source={"kind": "parquet", "path": "x.parquet", **source})
        return rows_of(ingest(contract, home, tmp_path)).table()

    return run


AGE = {"name": "age", "type": "integer", "bounds": [0, 9]}
SCORE = {"name": "score", "type": "number", "bounds": [0, 1]}
NOTE = {"name": "note", "role": "free_text"}


def test_columns_come_in_contract_order_without_the_files_metadata(read: Callable[..., pa.Table]) -> None:
    table = pa.table({"note": ["a"], "age": [1]}).replace_schema_metadata({"pandas": "extremes of the index"})
    found = read(table, [AGE, NOTE])
    assert found.to_pydict() == {"age": [1], "note": ["a"]}
    assert found.schema.metadata is None


def test_types_must_be_the_contracts(read: Callable[..., pa.Table]) -> None:
    table = pa.table({"age": pa.array([1, 2], pa.int32())})
    with pytest.raises(DataError, match="'age': the file holds int32, the contract declares int64"):
        read(table, [AGE])
    assert read(table, [{**AGE, "arrow": "int32"}]).schema.field("age").type == pa.int32()


def test_undeclared_columns(read: Callable[..., pa.Table]) -> None:
    table = pa.table({"age": [1], "secret": [2]})
    with pytest.raises(DataError, match="numbers 2") as caught:
        read(table, [AGE])
    assert "secret" not in str(caught.value)
    assert read(table, [AGE], extra="drop").column_names == ["age"]
    with pytest.raises(DataError, match="missing: 'score'"):
        read(table, [AGE, SCORE], extra="drop")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_floats_must_be_finite(read: Callable[..., pa.Table], bad: float) -> None:
    with pytest.raises(DataError, match="column 'score', data row 5: the number is infinite or NaN"):
        read(pa.table({"score": [0.5, None, 0.5, 0.5, bad, bad]}), [SCORE])


@pytest.mark.parametrize(("bad", "words"), [(b"secret\0", "NUL"), (b"secret\xe9", "UTF-8")])
def test_text_must_be_sound(read: Callable[..., pa.Table], bad: bytes, words: str) -> None:
    cells = pa.array([b"a", None, b"b", b"c", bad, bad])
    text = pa.StringArray.from_buffers(6, *cells.buffers()[1:], cells.buffers()[0])
    with pytest.raises(DataError, match=rf"column 'note', data row 5: .*{words}") as caught:
        read(pa.table({"note": text, "age": [1] * 6}), [NOTE, AGE])
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_no_rows(read: Callable[..., pa.Table]) -> None:
    with pytest.raises(DataError, match="no rows"):
        read(pa.table({"age": pa.array([], pa.int64())}), [AGE])


def test_a_damaged_file_ends_in_our_error_or_in_rows(tmp_path: Path) -> None:
    table = pa.table({"age": [1, None] * 50, "note": ["secret", "x"] * 50})
    path, chance = tmp_path / "x.parquet", random.Random(5)
    pq.write_table(table, path)
    sound, refused = path.read_bytes(), 0
    for _ in range(300):
        content = bytearray(sound)
        for _ in range(3):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        try:
            list(read_parquet(path, SOURCE, table.schema))
        except DataError as error:
            refused += 1
            assert "secret" not in str(error) and error.__context__ is None
    assert refused > 100
