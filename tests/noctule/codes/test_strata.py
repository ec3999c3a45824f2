"""Orders are permutations, random inside a stratum; shares are one in each part, uniform, and never 1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.codes.strata import FEW, order, spread


@given(stratum=st.lists(st.integers(0, 6), max_size=40), seed=st.integers(0, 2**40))
def test_every_row_once_stratum_by_stratum_and_one_share_in_each_part(stratum: list[int], seed: int) -> None:
    column, rng = np.array(stratum, np.int32), np.random.default_rng(seed)
    assert sorted(rows := order(column, 7, rng).tolist()) == list(range(len(stratum)))
    assert [stratum[row] for row in rows] == sorted(stratum)
    share = spread(column, 7, rng)
    for one in set(stratum):
        mine = share[column == one]
        assert sorted((mine * mine.size).astype(int).tolist()) == list(range(mine.size))


def test_every_order_inside_a_stratum_is_as_likely() -> None:
    """6 orders of 3 rows, 12,000 times: each within 6 standard deviations (41) of 2000; fails falsely 1e-8 a run."""
    rng = np.random.default_rng(1)
    stratum = np.array([1, 0, 1, 1, 0])
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(12_000):
        rows = tuple(row for row in order(stratum, 2, rng).tolist() if stratum[row])
        seen[rows] = seen.get(rows, 0) + 1
    assert len(seen) == 6 and max(abs(count - 2000) for count in seen.values()) < 6 * 41


def test_a_share_times_a_number_stays_below_it() -> None:
    class Highest(np.random.Generator):
        def random(self, size: int) -> np.ndarray:  # type: ignore[override]
            return np.full(size, np.nextafter(1, 0))

    for rows in (3, FEW + 1):
        share = spread(np.zeros(rows, np.int32), 1, Highest(np.random.PCG64(0)))
        for number in (1.0, 3.0, 5.0, 2.0**53 + 2, 2.0**63):
            assert share.max() * number < number


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows(rows: int) -> None:
    stratum = np.zeros(rows, np.int32)
    assert order(stratum, 3, np.random.default_rng(0)).tolist() == [0] * rows
    assert spread(stratum, 3, np.random.default_rng(0)).size == rows
