"""The noisy sum of clipped gradients: its price, its noise, and the sensitivity it states."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.mechanisms.dp_sgd import MOST_ROWS, STEPS, noisy_sum
from noctule.mechanisms.tap import NoiseTap


@settings(max_examples=50, deadline=None)
@given(nano_rho=st.integers(1, 10**9), bound=st.floats(1e-3, 1e3), max_rows=st.integers(1, 9), size=st.integers(1, 30))
def test_it_costs_exactly_its_price(nano_rho: int, bound: float, max_rows: int, size: int) -> None:
    tap = NoiseTap()
    noisy = noisy_sum(np.zeros(size), rows=0, bound=bound, max_rows=max_rows, rho=nano_rho / 1e9, tap=tap)
    tap.require_equal(nano_rho)
    assert noisy.shape == (size,) and noisy.dtype == np.float64


@settings(max_examples=100, deadline=None)
@given(rows=st.integers(1, 50), max_rows=st.integers(1, 5), size=st.integers(1, 40), seed=st.integers(0, 999))
def test_a_unit_moves_the_rounded_sum_by_no_more_than_the_stated_sensitivity(
    rows: int, max_rows: int, size: int, seed: int
) -> None:
    """Worst case: all rows of the unit point the same way, at full length."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(rows, size))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    before = vectors.sum(axis=0)
    after = before + max_rows * vectors[0]
    tap = NoiseTap()
    noisy_sum(before, rows=rows, bound=1.0, max_rows=max_rows, rho=0.1, tap=tap)
    grid = 1 / (STEPS * math.sqrt(size))
    assert np.linalg.norm(np.rint(after / grid) - np.rint(before / grid)) <= tap.draws[0].sensitivity
    assert tap.draws[0].sensitivity * grid <= 1.01 * max_rows  # and what rounding adds is small


def test_the_noise_has_the_scale_that_was_paid_for() -> None:
    """10,000 cells: the sample deviation is within 6 % of sigma, 8 of its own standard deviations (once in 10^14)."""
    noisy = noisy_sum(np.full(10_000, 5.0), rows=9, bound=2.0, max_rows=3, rho=0.5, tap=NoiseTap())
    assert np.std(noisy) == pytest.approx(6.0, rel=0.06)  # 3 rows x 2, rho 1/2 is sigma = sensitivity
    assert abs(noisy.mean() - 5) < 8 * 6 / 100


def test_what_the_proof_does_not_cover_is_refused() -> None:
    for exact, rows in ((np.zeros(3), MOST_ROWS + 1), (np.array([np.nan]), 1), (np.zeros(3, np.float32), 1)):
        tap = NoiseTap()
        with pytest.raises(ValueError, match="too many rows"):
            noisy_sum(exact, rows=rows, bound=1.0, max_rows=1, rho=1.0, tap=tap)
        assert not tap.draws
