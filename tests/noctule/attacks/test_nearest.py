"""The closest record, against the definition."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from noctule.attacks import nearest as module
from noctule.attacks.nearest import nearest
from noctule.contract import Contract
from noctule.evaluation.records import Records, records

Draw = Callable[[int, int], pa.Table]


def gower(left: Records, right: Records) -> NDArray[np.float64]:
    """Every distance by the definition, in double precision; shape (left, right)."""
    total = np.zeros((left.rows, right.rows))
    for a, b in zip(left.codes, right.codes, strict=True):
        total += a[:, None] != b[None]
    for a, b, width in zip(left.numbers, right.numbers, left.widths, strict=True):
        gaps = np.abs(a[:, None] - b[None]) / width
        nulls = np.isnan(a)[:, None].astype(float) - np.isnan(b)[None]
        total += np.where(np.isnan(gaps), np.abs(nulls), gaps)
    return total


@pytest.mark.parametrize("tile", [(64, 4096), (7, 13)])
def test_as_by_the_definition(
    contract: Contract, draw: Draw, tile: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUERIES", tile[0])
    monkeypatch.setattr(module, "REFERENCES", tile[1])
    left, right = records(draw(90, 1), contract), records(draw(300, 2), contract)
    distances = gower(left, right)
    found, which = nearest(left, right)
    assert found == pytest.approx(distances.min(axis=1), abs=1e-5)
    assert distances[np.arange(90), which] == pytest.approx(distances.min(axis=1), abs=1e-5)
    assert (nearest(right, right)[0] == 0).all()


def test_a_row_is_not_its_own_neighbour(contract: Contract, draw: Draw) -> None:
    rows = records(draw(200, 1), contract)
    distances = gower(rows, rows)
    np.fill_diagonal(distances, np.inf)
    chosen = np.array([5, 199, 0])
    found, which = nearest(rows.take(chosen), rows, own=chosen)
    assert found == pytest.approx(distances[chosen].min(axis=1), abs=1e-5)
    assert (which != chosen).all()


def test_by_some_of_the_columns(contract: Contract, draw: Draw) -> None:
    left, right = (records(draw(100, seed), contract).only(["ward"]) for seed in (1, 2))
    found, which = nearest(left, right)
    assert (found == 0).all() and (right.codes[0, which] == left.codes[0]).all()
