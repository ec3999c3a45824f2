"""The sparse vector technique: its exact law against its promise, its draws against the law, and its price."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from noctule.mechanisms.opendp import opendp
from noctule.mechanisms.sparse_vector import AboveThreshold, discrete_laplace
from noctule.mechanisms.tap import NoiseTap

SENSITIVITY, RHO = 2, 0.5  # epsilon 1


def draw(tap: NoiseTap | None = None, *, sensitivity: int = SENSITIVITY, rho: float = RHO) -> AboveThreshold:
    return AboveThreshold.draw(sensitivity=sensitivity, rho=rho, tap=tap or NoiseTap())


def mass(z: NDArray[np.int64], scale: float) -> NDArray[np.float64]:
    p = math.exp(-1 / scale)
    return (1 - p) / (1 + p) * p ** np.abs(z)


def below(z: NDArray[np.int64], scale: float) -> NDArray[np.float64]:
    """P[noise < z]."""
    p = math.exp(-1 / scale)
    return np.where(z > 0, 1 - p ** np.maximum(z, 0) / (1 + p), p ** np.maximum(1 - z, 0) / (1 + p))


def law(counts: list[int], test: AboveThreshold, threshold: int = 0) -> NDArray[np.float64]:
    """P[the first yes is at question i], and last P[no yes at all], by summing over the threshold's noise."""
    z = np.arange(-round(100 * test.threshold_scale), round(100 * test.threshold_scale) + 1)
    left, found = mass(z, test.threshold_scale), []
    for count in counts:
        no = below(threshold - count + z, test.question_scale)
        found.append(float((left * (1 - no)).sum()))
        left = left * no
    return np.array([*found, left.sum()])


def loss(counts: list[int], shifts: list[int], test: AboveThreshold) -> float:
    """The most that the log of any outcome's probability moves from one table to its neighbour."""
    ours, theirs = law(counts, test), law([a + b for a, b in zip(counts, shifts, strict=True)], test)
    return float(np.abs(np.log(ours / theirs)).max())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(-60, 60), st.integers(-SENSITIVITY, SENSITIVITY)), min_size=1, max_size=30))
def test_no_answer_tells_more_than_epsilon(questions: list[tuple[int, int]]) -> None:
    assert loss([count for count, _ in questions], [shift for _, shift in questions], draw()) <= 1 + 1e-9


@pytest.mark.parametrize(("told", "lost"), [(SENSITIVITY, 1.0), (SENSITIVITY // 2, 2.0)])
def test_the_promise_is_met_exactly_and_a_wrong_sensitivity_breaks_it(told: int, lost: float) -> None:
    """Many noes one way, then a yes the other way. With half of the true sensitivity, twice epsilon leaks."""
    counts, shifts = [0] * 101, [SENSITIVITY] * 100 + [-SENSITIVITY]
    assert loss(counts, shifts, draw(sensitivity=told)) == pytest.approx(lost, abs=1e-6)


def test_noes_are_free() -> None:
    """A thousand of them lose no more than ten: the part of epsilon that is the threshold's."""
    few, many = (loss([-30] * n, [SENSITIVITY] * n, draw()) for n in (10, 1000))
    assert few < many <= SENSITIVITY / draw().threshold_scale + 1e-9 < 0.4


def test_the_draws_follow_the_law() -> None:
    """Each of 5 shares of 4,000 tests within 6 standard errors: fails falsely about once in 10^8."""
    counts, trials = [-9, -3, 4, 9], 4000
    seen = np.zeros(5)
    for _ in range(trials):
        test = draw()
        seen[next((i for i, count in enumerate(counts) if test.reached(count, 0)), 4)] += 1
    expected = law(counts, draw())
    assert (np.abs(seen / trials - expected) < 6 * np.sqrt(expected * (1 - expected) / trials)).all()


def test_each_question_has_noise_of_its_own() -> None:
    """Were it drawn once, 200 answers to one question would agree; drawn anew they do so with odds below 10^-9.

    The question is put where the threshold lies, noise included, so that yes and no are equally likely.
    """
    test = draw()
    assert len({test.reached(test.noise, 0) for _ in range(200)}) == 2


def test_price_and_secrecy() -> None:
    tap = NoiseTap()
    test = draw(tap, sensitivity=315, rho=1_217_798e-9)
    tap.require_equal(1_217_798)
    (only,) = tap.draws
    assert (only.mechanism, only.sensitivity) == ("sparse_vector", 315)
    assert "noise" not in repr(test) and str(test.noise) not in str(tap.events())


def test_price_is_the_one_opendp_proves() -> None:
    """Epsilon of the two discrete Laplace mechanisms, as OpenDP maps them; pure epsilon is epsilon^2 / 2 zCDP."""
    dp, test = opendp(), draw(sensitivity=105, rho=1e-3)
    space = dp.atom_domain(T=dp.i64), dp.absolute_distance(T=dp.i64)
    epsilon = sum(
        (space >> dp.m.then_laplace(scale=scale)).map(moved)
        for scale, moved in ((test.threshold_scale, 105), (test.question_scale, 210))
    )
    assert epsilon**2 / 2 == pytest.approx(1e-3, rel=1e-9)


@pytest.mark.parametrize("scale", [3.0, 40.0])
def test_variance_of_the_noise(scale: float) -> None:
    """Mean and variance of 6,000 draws within 6 standard errors (normal approximation): fail falsely once in 10^8."""
    support = np.arange(-4000, 4001)
    law_ = mass(support, scale)
    variance, fourth = float((support**2 * law_).sum()), float((support**4.0 * law_).sum())
    seen = np.array([discrete_laplace(scale) for _ in range(6000)])
    assert abs(seen.mean()) < 6 * math.sqrt(variance / 6000)
    assert abs((seen**2).mean() - variance) < 6 * math.sqrt((fourth - variance**2) / 6000)


@pytest.mark.parametrize(("sensitivity", "rho"), [(0, 1.0), (1, 0.0), (1, math.nan)])
def test_what_hides_nothing_is_refused_before_the_tap(sensitivity: int, rho: float) -> None:
    tap = NoiseTap()
    with pytest.raises(ValueError, match="positive"):
        draw(tap, sensitivity=sensitivity, rho=rho)
    assert not tap.draws
