"""Outcomes come as often as the table says, and every arrangement of them over the rows of a state is as likely."""

from collections import Counter

import numpy as np
import pytest

from noctule.engines import sampling
from noctule.engines.sampling import draw


@pytest.mark.parametrize(("states", "outcomes"), [(1, 1), (1, 7), (5, 1), (5, 2), (300, 9)])
@pytest.mark.parametrize("rows", [1, 2, 999, 70_000])
def test_every_state_gets_its_outcomes_rounded_up_or_down(rows: int, states: int, outcomes: int) -> None:
    rng = np.random.default_rng(1)
    table = rng.dirichlet(np.ones(outcomes), states)
    state = rng.integers(0, states, rows).astype(np.int32) // 2 * 2  # odd states are met by no row
    out = np.full(rows, -1, np.int32)
    draw(table, state, rng, out)
    counts = np.zeros((states, outcomes))
    np.add.at(counts, (state, out), 1)
    assert np.abs(counts - counts.sum(axis=1, keepdims=True) * table).max() < 1


def test_no_rows() -> None:
    draw(np.full((3, 2), 0.5), np.zeros(0, np.int32), np.random.default_rng(0), np.zeros(0, np.int32))


@pytest.mark.parametrize("counts", [(2, 2), (3, 1, 1), (1, 1, 1, 1), (5, 1)])
def test_every_arrangement_is_as_likely(counts: tuple[int, ...]) -> None:
    """Each arrangement of 12,000 draws within 6 standard deviations of its share; fails falsely 1e-7 a run."""
    rng, rows, draws = np.random.default_rng(2), sum(counts), 12_000
    state = np.insert(np.ones(rows, np.int32), [0, rows // 2, rows], 0)  # rows of another state lie between
    table, out = np.array([counts, counts]) / rows, np.empty(state.size, np.int32)
    seen: Counter[tuple[int, ...]] = Counter()
    for _ in range(draws):
        draw(table, state, rng, out)
        seen[tuple(out[state == 1].tolist())] += 1
    ways = np.prod(range(1, rows + 1)) / np.prod([np.prod(range(1, count + 1)) for count in counts])
    assert len(seen) == ways
    assert max(abs(count - draws / ways) for count in seen.values()) < 6 * np.sqrt(draws / ways)


def test_where_many_rows_share_a_state_none_is_favoured() -> None:
    """Of 1,000 rows, 300 get the outcome. Given that, how many of those lie among any 200 is hypergeometric, and how
    often it comes to any two rows alike is known; over 4,000 draws, fails falsely 1e-6 a run (5 deviations each)."""
    rng, rows, ones, draws = np.random.default_rng(3), 1000, 300, 4000
    table, state, out = np.array([[0.7, 0.3]]), np.zeros(rows, np.int32), np.empty(rows, np.int32)
    parts = [slice(0, 200), slice(-200, None), slice(0, None, 5)]
    taken, beside = np.zeros((draws, len(parts))), np.zeros(draws)
    for at in range(draws):
        draw(table, state, rng, out)
        taken[at] = [out[part].sum() for part in parts]
        beside[at] = (out[1:] & out[:-1]).sum()
    mean, variance = 200 * 0.3, 200 * 0.3 * 0.7 * 800 / 999
    assert (np.abs(taken.mean(axis=0) - mean) < 5 * np.sqrt(variance / draws)).all()
    assert (np.abs(taken.var(axis=0) / variance - 1) < 5 * np.sqrt(2 / draws)).all()
    expected = 999 * ones * (ones - 1) / (rows * (rows - 1))
    assert abs(beside.mean() - expected) < 5 * beside.std() / np.sqrt(draws)


@pytest.mark.parametrize("filtered", [0, 0xFFFF], ids=["all rows kept first", "no row kept first"])
def test_as_many_rows_of_each_cell_as_asked_whatever_was_left_out_first(filtered: int) -> None:
    rng = np.random.default_rng(4)
    cell = rng.integers(0, 5, 300).astype(np.int32)
    height, count = np.bincount(cell), np.array([0, 1, 10, 50, 0])
    rows = sampling._some_of(cell, height, count, np.full(300, filtered, np.uint16), rng)  # pyright: ignore
    assert len(set(rows.tolist())) == rows.size
    assert cell[rows].tolist() == np.repeat(np.arange(5), count).tolist()
