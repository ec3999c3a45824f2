"""A snapshot in pieces gives the codes of the whole, in memory and on disk; no code stays behind."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.counts import stored
from noctule.counts.stored import encoded
from noctule.errors import DataError
from noctule.home import Home
from noctule.ingest import Snapshot, ingest
from tests.noctule.counts.tables import by_hand
from tests.rows import rows_of

ROWS = 50
DICTIONARY = {"arrow": "dictionary<int32, string>"}
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "role": "identifier"},
    {
        "name": "kind",
        "type": "category",
        "categories": ["x", "y"],
        "nullable": True,
        "arrow": "dictionary<int32, string>",
    },
    {
        "name": "pressure",
        "type": "text",
        "format": "{high}/{low}",
        "parts": {"high": {"type": "integer", "bounds": [0, 240]}, "low": {"type": "integer", "bounds": [0, 400]}},
        "nullable": True,
    },
    {"name": "age", "type": "integer", "bounds": [0, 110], "outside": "refuse", "nullable": True},
]


@pytest.fixture
def contract(make_contract: Callable[..., Contract]) -> Contract:
    return make_contract(COLUMNS)


@pytest.fixture
def taken(contract: Contract, home: Home, tmp_path: Path) -> Callable[[int], Snapshot]:
    """A snapshot whose row (from 1) of that number holds an age out of bounds; 0: none does."""

    def take(wrong: int) -> Snapshot:
        ages = [200 if row == wrong else "" if row % 11 == 0 else row for row in range(1, ROWS + 1)]
        lines = [f"p{i},{'xyz'[i % 3]},{i * 4}/{i * 7},{age}" for i, age in enumerate(ages)]
        (tmp_path / "sample.csv").write_text("\n".join(["id,kind,pressure,age", *lines]) + "\n")
        return ingest(contract, home, tmp_path)

    return take


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "ROWS", 7)


@pytest.fixture(params=["memory", "disk"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "disk":
        monkeypatch.setattr(stored, "IN_MEMORY", 0)
    return request.param


def test_pieces_are_the_whole(
    contract: Contract, home: Home, taken: Callable[[int], Snapshot], place: str, tmp_path: Path
) -> None:
    snapshot, codec = taken(0), Codec(contract)
    whole, scratch = codec.encode(rows_of(snapshot).table()), home.vault / "codes" / "sample"
    with encoded(rows_of(snapshot), contract, scratch) as counts:
        assert counts.domain == codec.domain
        for name, column in counts.codes().items():
            assert np.array_equal(column, whole[name])
        pairs = list(combinations(codec.domain, 2))
        expected, found = by_hand(whole, pairs, codec.domain), counts.marginals(pairs)
        assert all(np.array_equal(found[pair], expected[pair]) for pair in pairs)
        written = list(scratch.glob("*/*"))
        assert [path.name for path in written] == (["codes.parquet"] if place == "disk" else [])
        assert all(path.parent.stat().st_mode & 0o777 == 0o700 for path in [*written, *scratch.glob("*")])
    assert not list(scratch.glob("*"))


def test_a_refused_cell_is_named_by_its_row_in_the_table(
    contract: Contract, home: Home, taken: Callable[[int], Snapshot], place: str
) -> None:
    scratch = home.vault / "codes" / "sample"
    with pytest.raises(DataError, match="column 'age', row 45"), encoded(rows_of(taken(45)), contract, scratch):
        pass
    assert not list(scratch.glob("*"))


def test_a_failed_fit_leaves_no_codes(
    contract: Contract, home: Home, taken: Callable[[int], Snapshot], place: str
) -> None:
    scratch = home.vault / "codes" / "sample"
    with pytest.raises(ZeroDivisionError), encoded(rows_of(taken(0)), contract, scratch):
        raise ZeroDivisionError
    assert not list(scratch.glob("*"))


def test_codes_of_a_killed_run_are_removed(
    contract: Contract, home: Home, taken: Callable[[int], Snapshot], place: str
) -> None:
    scratch = home.vault / "codes" / "sample"
    stale = scratch / ".codes-killed"
    stale.mkdir(parents=True)
    (stale / "codes.parquet").touch()
    with encoded(rows_of(taken(0)), contract, scratch):
        assert not stale.exists()
