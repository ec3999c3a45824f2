"""The purse: what is spent is what the tap saw, and the rest is what is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.engines.purse import Purse
from noctule.errors import UsageError
from noctule.mechanisms.tap import NoiseTap


@settings(max_examples=50, deadline=None)
@given(nano_rho=st.integers(1, 10**10), parts=st.lists(st.floats(0.01, 0.9), max_size=20), max_rows=st.integers(1, 5))
def test_any_split_ends_the_budget_exactly(nano_rho: int, parts: list[float], max_rows: int) -> None:
    purse = Purse(nano_rho / 1e9, max_rows, NoiseTap())
    for part in parts:
        purse.measure(("a",), np.array([3, 4]), part * purse.left / 2, fine=True)
        purse.choose(np.array([1.0, 2.0]), 2.0, part * purse.left / 2)
    purse.measure(("a",), np.array([3, 4]), purse.left, fine=True)
    purse.tap.require_equal(nano_rho)
    assert abs(purse.left) <= 1e-15 * nano_rho


def test_noise_and_sensitivity_grow_with_the_rows_of_a_unit() -> None:
    one, three = Purse(1.0, 1, NoiseTap()), Purse(1.0, 3, NoiseTap())
    assert three.sigma(0.1) == 3 * one.sigma(0.1)
    assert three.measure(("a",), np.array([7]), 0.1, fine=False).sigma == three.sigma(0.1)
    three.choose(np.array([0.0]), 4.0, 0.1)
    assert [draw.sensitivity for draw in three.tap.draws] == [3.0, 12.0]


@pytest.mark.parametrize(("rho", "max_rows"), [(0.0, 1), (1.0, 0)])
def test_an_empty_purse_is_refused(rho: float, max_rows: int) -> None:
    with pytest.raises(UsageError, match="positive budget"):
        Purse(rho, max_rows, NoiseTap())
