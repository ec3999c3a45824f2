"""Which values are frequent, exactly; and what is told of them, noisily."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.cells import frequent_numbers, frequent_texts
from noctule.purchase.heavy import Spend, heavy


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.integers(-5, 5), max_size=80),
    floor=st.integers(0, 6),
    kind=st.sampled_from(["i8", "f8", "f4", "u8"]),
)
def test_frequent_numbers_are_counted_exactly(values: list[int], floor: int, kind: str) -> None:
    array = (np.abs(values) if kind == "u8" else np.array(values)).astype(kind)
    blocks = [array[:7], array[7:7], array[7:]]
    found, counts = frequent_numbers(lambda: iter(blocks), floor)
    expected = {value: count for value, count in Counter(array.tolist()).items() if count > floor}
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == expected


def test_negative_zero_is_zero() -> None:
    found, counts = frequent_numbers(lambda: iter([np.array([0.0, -0.0, 1.5])]), 0)
    assert found.tolist() == [0.0, 1.5] and counts.tolist() == [2, 1]


def test_frequent_texts_are_counted_across_blocks_and_encodings() -> None:
    blocks = [pa.array(["a", None, "b"]), pa.array(["a", "c", "a"]), pa.array([], pa.string())]
    assert [x if isinstance(x, list) else x.tolist() for x in frequent_texts(iter(blocks), 1)] == [["a"], [3]]
    encoded = iter([block.dictionary_encode() for block in blocks])
    assert frequent_texts(encoded, 1)[0] == ["a"]
    assert frequent_texts(iter([pa.array([3, 3, 4])]), 1)[0] == [3]


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.integers(0, 30), min_size=1, max_size=12),
    unit=st.lists(st.integers(0, 11), min_size=1, max_size=4),
    floor=st.integers(0, 12),
)
def test_the_excess_over_a_public_floor_is_no_more_sensitive_than_the_counts(
    rows: list[int], unit: list[int], floor: int
) -> None:
    """One unit more: the excess changes in no more cells, by no more, and a new cell begins at the change."""
    before = np.zeros(12, int)
    before[: len(rows)] = rows
    after = before + np.bincount(unit, minlength=12)
    excess = np.maximum(after - floor, 0) - np.maximum(before - floor, 0)
    assert (np.abs(excess) <= after - before).all()
    appeared = (np.maximum(before - floor, 0) == 0) & (excess > 0)
    assert (np.maximum(after - floor, 0)[appeared] <= (after - before)[appeared]).all()


def test_heavy_values_are_found_and_the_draw_costs_what_it_may() -> None:
    spend, tap = Spend(200_000, 1e-9, 2), NoiseTap()
    rows = np.array([3, round(spend.least - 8 * spend.scale), round(spend.least + 8 * spend.scale)])
    found = heavy(lambda floor: (["x", "y", "z"], rows), spend, tap)
    assert [value for value, _ in found] == ["z"]  # false failure below 1e-14
    assert abs(found[0][1] - rows[2]) < 8 * spend.scale
    tap.require_equal(200_000, 10**9)


@pytest.mark.parametrize("max_rows", [1, 3])
def test_a_unit_of_more_rows_gets_more_noise_for_the_same_rho(max_rows: int) -> None:
    assert Spend(200_000, 1e-9, max_rows).scale == pytest.approx(max_rows * 50.0)
