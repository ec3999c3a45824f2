"""Contribution bounding: at most max_rows a unit, by a rule that looks at that unit alone."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract import Contract
from noctule.contract.model import Unit
from noctule.errors import DataError
from noctule.home import Home
from noctule.ingest import Snapshot, ingest
from noctule.ingest.bounding import kept_rows
from noctule.ingest.writer import write_parquet
from tests.noctule.ingest.tables import VALUES
from tests.rows import rows_of

KEY = b"k" * 32
Row = tuple[str, int]


def bounded(rows: list[Row], max_rows: int, folder: Path, key: bytes = KEY) -> list[Row]:
    if not rows:
        return []
    table = pa.table({"who": [row[0] for row in rows], "what": [row[1] for row in rows]})
    write_parquet(table.to_batches(), table.schema, folder / "draft")
    kept = kept_rows(folder / "draft", Unit(column="who", max_rows=max_rows), key)
    return rows if kept is None else [row for row, stays in zip(rows, kept, strict=True) if stays]


ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), max_size=30)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 3), st.randoms(use_true_random=False))
def test_bound_holds_and_a_unit_changes_no_other(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], max_rows: int, chance: random.Random
) -> None:
    """design.md invariant 5: without unit a, or with the file in another order, the same rows stay of the others."""
    folder = tmp_path_factory.mktemp("bounding")
    kept = bounded(rows, max_rows, folder)
    before, after = Counter(row[0] for row in rows), Counter(row[0] for row in kept)
    assert after == {unit: min(count, max_rows) for unit, count in before.items()}
    shuffled = [row for row in rows if row[0] != "a"]
    chance.shuffle(shuffled)
    assert Counter(bounded(shuffled, max_rows, folder)) == Counter(row for row in kept if row[0] != "a")


def test_order_of_the_file_is_kept(tmp_path: Path) -> None:
    rows = [("a", i) for i in range(100)] + [("b", 1)]
    kept = bounded(rows, 50, tmp_path)
    assert kept == sorted(kept) and len(kept) == 51


def test_the_key_decides_evenly_which_rows_stay(tmp_path: Path) -> None:
    """Each of 10 rows stays under about 30 of 300 keys; a false failure: below 1e-6 (10 binomial tails of 6 sigma)."""
    table = pa.table({"who": ["a"] * 10, "what": range(10)})
    write_parquet(table.to_batches(), table.schema, tmp_path / "draft")
    stays: Counter[int] = Counter()
    for key in range(300):
        kept = kept_rows(tmp_path / "draft", Unit(column="who", max_rows=1), key.to_bytes(16, "big"))
        assert kept is not None
        stays[kept.tolist().index(True)] += 1
    assert len(stays) == 10 and max(stays.values()) < 62


@pytest.mark.parametrize("kind", [pa.int64(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_units_of_any_type(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"who": pa.array(["1", "2", "1"]).cast(kind), "what": [0.5, None, 1.5]})
    write_parquet(table.to_batches(), table.schema, tmp_path / "draft")
    kept = kept_rows(tmp_path / "draft", Unit(column="who", max_rows=1), KEY)
    assert kept is not None and kept[1] and kept.sum() == 2


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_key_padded_with_blanks_is_the_same_unit(tmp_path: Path, kind: pa.DataType) -> None:
    who = pa.array(["p1", "p1 ", " p1", "p2", "p1\t"]).cast(kind)
    write_parquet(
        [pa.record_batch({"who": who, "what": range(5)})],
        pa.schema({"who": kind, "what": pa.int64()}),
        tmp_path / "draft",
    )
    kept = kept_rows(tmp_path / "draft", Unit(column="who", max_rows=2), KEY)
    assert kept is not None and kept[3] and kept.sum() == 3


def test_rows_of_columns_of_every_kind_can_be_ranked(tmp_path: Path) -> None:
    columns: dict[str, Any] = {f"c{i}": pa.array([None] * 3, kind) for i, kind in enumerate(VALUES)}
    table = pa.table({"who": ["a", "a", "b"], **columns})
    write_parquet(table.to_batches(), table.schema, tmp_path / "draft")
    kept = kept_rows(tmp_path / "draft", Unit(column="who", max_rows=1), KEY)
    assert kept is not None and kept.tolist() == [True, False, True]


@pytest.mark.parametrize("nobody", ["", '""', '"  "'])
def test_a_row_of_nobody_is_refused(read: Callable[..., Snapshot], nobody: str) -> None:
    content = f"id,age,score,note\np1,1,1,x\n{nobody},1,1,x\n".encode()
    with pytest.raises(DataError, match="column 'id', data row 2: the unit is missing"):
        read(content, unit={"column": "id", "max_rows": 1})
    assert rows_of(read(content)).table().num_rows == 2  # unit: row


def test_the_snapshot_holds_the_bounded_table(
    contract_for: Callable[..., Contract], home: Home, tmp_path: Path
) -> None:
    lines = [f"p{i % 40},{i % 90},0.5,n{i}" for i in range(200)]
    (tmp_path / "sample.csv").write_text("id,age,score,note\n" + "\n".join(lines) + "\n")
    contract = contract_for(unit={"column": "id", "max_rows": 3})
    snapshot = ingest(contract, home, tmp_path)
    assert set(Counter(rows_of(snapshot).table(["id"]).column(0).to_pylist()).values()) == {3}
    assert ingest(contract, home, tmp_path) == snapshot
    assert sorted(path.name for path in snapshot.path.iterdir()) == ["data.parquet", "snapshot.json"]
    assert rows_of(ingest(contract_for(), home, tmp_path)).table().num_rows == 200
