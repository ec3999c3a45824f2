"""Every cell has one place on a public grid, and noise alone occupies none."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.profile import (
    BOOLEAN,
    DATES,
    FORMS,
    MOMENTS,
    NUMBERS,
    SIZE,
    TEXT,
    YEARS,
    decimals,
    occupied,
    power_of,
    profile,
    reach,
)


@given(
    cells=st.lists(
        st.one_of(st.none(), st.text(max_size=12), st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,3})?", fullmatch=True))
    )
)
def test_each_text_has_one_place(cells: list[str | None]) -> None:
    """A unit's rows change as many counts as it has rows, by that many in all: the sensitivity that is charged."""
    array = pa.array(cells, pa.string())
    assert profile(array).sum() == len(cells) - array.null_count
    assert decimals(array).sum() == profile(array)[NUMBERS].sum()


@given(value=st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_a_number_lies_in_the_reach_of_its_place(value: float) -> None:
    place = int(power_of(np.array([value]))[0])
    low, high = reach(place)
    if 2.0**-16 <= abs(value) < 2.0**62:
        assert low <= value < high or low < value <= high
    assert 0 <= place < NUMBERS.stop - NUMBERS.start


def test_kinds_of_text() -> None:
    cells = ["x", "007", "1.5.2", "", "TRUE", "false", "3", "-2.50", "1e3", "2024-02-30", "1999-12-31 23:59:59"]
    counts = profile(pa.array(cells))
    assert counts[TEXT].sum() == 4 and counts[BOOLEAN].sum() == 2 and counts[NUMBERS].sum() == 3
    assert counts[DATES][2024 - YEARS[0]] == 1 and counts[MOMENTS][1999 - YEARS[0]] == 1


def test_how_numbers_are_written() -> None:
    written = decimals(pa.array(["3", "-12", "3.0", "2.50", "0.125", "1.1234567", "1e3", "x"]))
    assert written.tolist() == [2, 1, 1, 0, 1, 0, 0, 0, 2]
    assert decimals(pa.array([3.0, 0.5, 0.25, np.pi, np.nan])).tolist() == [0, 1, 1, 1, 0, 0, 0, 0, 1]
    assert len(written) == FORMS


@pytest.mark.parametrize(
    ("array", "block"),
    [
        (pa.array([1, 2, None]), NUMBERS),
        (pa.array([1.5, np.nan, 2.0]), NUMBERS),
        (pa.array([1, 2, None], pa.int32()).cast(pa.decimal128(12, 2)), NUMBERS),
        (pa.array([0, 9000, None], pa.date32()), DATES),
        (pa.array([0, 10**15, None], pa.timestamp("us")), MOMENTS),
        (pa.array(["1", "2", None]).dictionary_encode(), NUMBERS),
    ],
)
def test_every_type_has_its_block(array: pa.Array, block: slice) -> None:
    assert profile(array)[block].sum() == profile(array).sum() == 2


def test_numbers_beyond_the_grid_stay_in_its_last_cells() -> None:
    assert power_of(np.array([1e300, np.inf, 2.0**63])).tolist() == [power_of(np.array([2.0**62]))[0]] * 3


def test_noise_alone_occupies_nothing() -> None:
    """Chance of any cell at any width: at most .005 for each of ten widths, so .05 a draw. Of 60 draws 12 or more fail
    falsely with probability below 1e-4 (the mean would be 3)."""
    empty = np.zeros(SIZE, np.int64)
    draws = (discrete_gaussian(empty, scale=30.0, sensitivity=1.0, tap=NoiseTap()) for _ in range(60))
    assert sum(occupied(draw, 30.0).any() for draw in draws) < 12


def test_a_broad_tail_is_seen_in_blocks() -> None:
    spread = np.zeros(400, np.int64)
    spread[96:128] = 60  # no cell by itself at 4.2 x 30, all 32 together at 60 x 32 against 4.2 x 30 x 5.7
    (seen,) = np.nonzero(occupied(spread, 30.0))
    assert 90 <= seen.min() <= 96 and 127 <= seen.max() <= 128
