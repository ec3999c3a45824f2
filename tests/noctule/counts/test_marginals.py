"""Marginals over codes, against a count by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.counts import marginal, marginals, require_inside
from noctule.errors import DataError

DOMAIN = {"a": 3, "b": 4, "c": 2}


def _codes(rows: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, size, rows).astype(np.int32) for name, size in DOMAIN.items()}


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(0, 50),
    seed=st.integers(0, 99),
    clique=st.lists(st.sampled_from(sorted(DOMAIN)), min_size=1, max_size=3, unique=True),
)
def test_every_row_is_counted_once_in_its_cell(rows: int, seed: int, clique: list[str]) -> None:
    codes = _codes(rows, seed)
    expected = np.zeros([DOMAIN[name] for name in clique], np.int64)
    for row in zip(*(codes[name] for name in clique), strict=True):
        expected[row] += 1
    counted = marginal(codes, tuple(clique), DOMAIN)
    assert counted.dtype == np.int64
    assert np.array_equal(counted, expected)


def test_blocks_join_without_seam() -> None:
    codes = _codes(200_001)
    counted = marginals(codes, [("a", "b"), ("b", "a"), ("c",)], DOMAIN)
    assert counted["a", "b"].sum() == 200_001
    assert np.array_equal(counted["a", "b"], counted["b", "a"].T)
    assert np.array_equal(counted["c",], np.bincount(codes["c"]))


@pytest.mark.parametrize("code", [-1, 3])
def test_a_foreign_code_is_refused_without_being_shown(code: int) -> None:
    codes = _codes(10)
    codes["a"][4] = code
    with pytest.raises(DataError, match="'a' holds a code outside its domain of 3") as caught:
        marginal(codes, ("a", "b"), DOMAIN)
    assert str(code) not in str(caught.value).replace("domain of 3", "")


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(DataError, match="different numbers of rows"):
        require_inside({**_codes(10), "a": np.zeros(9, np.int32)}, DOMAIN)
