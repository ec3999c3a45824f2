"""A stored snapshot is read back exactly, or refused."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from noctule.errors import DataError
from noctule.home import Home
from noctule.ingest import Snapshot, load
from tests.rows import rows_of

HEAD = b"id,when,paid,kind\n"
COLUMNS = [
    {"name": "id", "role": "identifier"},
    {
        "name": "when",
        "type": "datetime",
        "arrow": "timestamp[s, UTC]",
        "bounds": ["2024-01-01T00:00:00", "2025-01-01T00:00:00"],
    },
    {"name": "paid", "type": "number", "arrow": "decimal128(10, 2)", "bounds": [0, 100]},
    {"name": "kind", "type": "category", "arrow": "dictionary<int8, large_string>", "categories": ["a", "b"]},
]


@pytest.fixture
def snapshot(read: Callable[..., Snapshot]) -> Snapshot:
    return read(HEAD + b"p1,2024-01-31T01:02:03Z,1.50,a\np2,2024-01-31T01:02:03Z,0.10,b\np3,,,\n", COLUMNS)


def test_declared_types_survive_exactly(snapshot: Snapshot) -> None:
    kinds = [pa.string(), pa.timestamp("s", "UTC"), pa.decimal128(10, 2), pa.dictionary(pa.int8(), pa.large_string())]
    assert rows_of(snapshot).table().schema == pa.schema(list(zip(["id", "when", "paid", "kind"], kinds, strict=True)))


def test_batches_and_columns(snapshot: Snapshot) -> None:
    assert [batch.num_rows for batch in rows_of(snapshot).batches(2)] == [2, 1]
    assert rows_of(snapshot).table(["kind", "id"]).to_pydict() == {"kind": ["a", "b", None], "id": ["p1", "p2", "p3"]}


def test_load_refuses_what_is_not_there(snapshot: Snapshot, home: Home) -> None:
    assert load(home, "sample", snapshot.id) == snapshot
    for dataset, id in (("sample", "0" * 32), ("other", snapshot.id), ("sample", "../sample"), ("..", snapshot.id)):
        with pytest.raises(DataError, match="snapshot"):
            load(home, dataset, id)


@pytest.mark.parametrize("name", ["data.parquet", "snapshot.json"])
def test_load_refuses_what_was_altered(snapshot: Snapshot, home: Home, name: str) -> None:
    path = snapshot.path / name
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    if name == "snapshot.json":
        path.write_bytes(content[:-1])
    with pytest.raises(DataError, match="missing or damaged"):
        load(home, "sample", snapshot.id)


def test_reading_damaged_pages_is_refused_without_a_trace(snapshot: Snapshot) -> None:
    path = snapshot.path / "data.parquet"
    path.chmod(0o600)
    path.write_bytes(b"PAR1" + bytes(40) + path.read_bytes()[44:])
    with pytest.raises(DataError, match="missing or damaged") as caught:
        rows_of(snapshot).table()
    assert caught.value.__context__ is None
