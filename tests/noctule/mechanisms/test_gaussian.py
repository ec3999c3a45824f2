"""The discrete Gaussian: its law, its price, and that nothing seeds it."""

import random

import numpy as np
import pytest

from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.opendp import opendp
from noctule.mechanisms.tap import NoiseTap

DRAWS = 20_000


def _noise(scale: float, cells: int = DRAWS) -> np.ndarray:
    return discrete_gaussian(np.zeros(cells, np.int64), scale=scale, sensitivity=1.0, tap=NoiseTap())


@pytest.mark.parametrize("scale", [0.7, 3.0, 40.0])
def test_mean_and_variance(scale: float) -> None:
    """Within 6 standard errors (normal approximation): each of 6 assertions fails falsely 2 times in 10^9."""
    support = np.arange(-1000, 1001)
    mass = np.exp(-(support**2) / (2 * scale**2))
    variance = float((support**2 * mass).sum() / mass.sum())
    fourth = float((support**4.0 * mass).sum() / mass.sum())
    noise = _noise(scale)
    assert abs(noise.mean()) < 6 * np.sqrt(variance / DRAWS)
    assert abs((noise**2).mean() - variance) < 6 * np.sqrt((fourth - variance**2) / DRAWS)


def test_distribution() -> None:
    """Kolmogorov-Smirnov against the exact discrete law; conservative on atoms. Fails falsely below once in 10^6."""
    scale, support = 5.0, np.arange(-200, 201)
    mass = np.exp(-(support**2) / (2 * scale**2))
    exact = mass.cumsum() / mass.sum()
    seen = np.bincount(_noise(scale) + 200, minlength=401).cumsum() / DRAWS
    assert np.abs(seen - exact).max() < np.sqrt(np.log(2e6) / (2 * DRAWS))


def test_cells_are_independent() -> None:
    """Correlation of neighbouring cells within 6 standard errors: fails falsely 2 times in 10^9."""
    noise = _noise(10.0)
    assert abs(np.corrcoef(noise[:-1], noise[1:])[0, 1]) < 6 / np.sqrt(DRAWS)


def test_seeding_the_usual_generators_changes_nothing() -> None:
    """Two runs under one seed agree by chance with probability below (1 / (scale sqrt(2 pi)))^50 < 10^-90."""
    seen: list[list[int]] = []
    for _ in range(2):
        np.random.seed(0)
        random.seed(0)
        seen.append(_noise(40.0, 50).tolist())
    assert seen[0] != seen[1]


def test_price_shape_and_type() -> None:
    tap = NoiseTap()
    out = discrete_gaussian(np.full((3, 4), 2**40), scale=30.0, sensitivity=2.0, tap=tap)
    assert out.shape == (3, 4) and out.dtype == np.int64
    assert np.abs(out - 2**40).max() < 1000  # 33 standard deviations
    assert [draw.rho for draw in tap.draws] == [2.0**2 / (2 * 30.0**2)]


@pytest.mark.parametrize(("scale", "sensitivity"), [(0.5, 1.0), (30.0, 1.0), (12.5, 3.0), (1e4, 7.0)])
def test_price_is_the_one_opendp_proves(scale: float, sensitivity: float) -> None:
    tap = NoiseTap()
    discrete_gaussian(np.zeros(1, np.int64), scale=scale, sensitivity=sensitivity, tap=tap)
    dp = opendp()
    space = dp.vector_domain(dp.atom_domain(T=dp.i64)), dp.l2_distance(T=float)
    assert tap.draws[0].rho == pytest.approx((space >> dp.m.then_gaussian(scale=scale)).map(sensitivity), rel=1e-12)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_that_hides_nothing_is_refused_before_the_tap(scale: float) -> None:
    tap = NoiseTap()
    with pytest.raises(ValueError, match="positive and finite"):
        discrete_gaussian(np.zeros(1, np.int64), scale=scale, sensitivity=1.0, tap=tap)
    assert not tap.draws


def test_floats_are_refused() -> None:
    with pytest.raises(ValueError, match="integer"):
        discrete_gaussian(np.zeros(1), scale=1.0, sensitivity=1.0, tap=NoiseTap())  # pyright: ignore
