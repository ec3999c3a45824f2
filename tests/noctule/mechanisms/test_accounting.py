"""The conversion between zCDP and (epsilon, delta): known values, other implementations, and both roundings."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.errors import UsageError
from noctule.mechanisms.accounting import MAX_NANO_RHO, NANO, epsilon_of, rho_of

deltas = st.floats(-12, -1).map(lambda power: 10**power)
epsilons = st.floats(-4, 4).map(lambda power: 10**power)
nano_rhos = st.integers(0, 10**13)


@pytest.mark.parametrize(("delta", "rho"), [(1e-5, 0.0305566), (1e-6, 0.024356)])
def test_epsilon_1_is_worth_the_rho_of_the_literature(delta: float, rho: float) -> None:
    assert rho_of(1.0, delta) / NANO == pytest.approx(rho, rel=2e-5)


def test_365_nights_at_epsilon_a_tenth_compose_to_2_3() -> None:
    """Basic composition would say 36.5."""
    assert epsilon_of(365 * rho_of(0.1, 1e-6), 1e-6) == pytest.approx(2.34, abs=0.01)


@pytest.mark.parametrize("delta", [1e-9, 1e-6, 1e-2])
@pytest.mark.parametrize("epsilon", [0.01, 0.5, 1.0, 3.0, 20.0])
def test_it_agrees_with_opendp(epsilon: float, delta: float) -> None:
    """OpenDP's curve is the same proposition, in other code; smartnoise's cdp_rho calls it."""
    import opendp.prelude as dp

    dp.enable_features("contrib", "floating-point")
    rho = rho_of(epsilon, delta) / NANO
    space = dp.atom_domain(T=float, nan=False), dp.absolute_distance(T=float)
    gaussian = dp.m.make_gaussian(*space, scale=1 / math.sqrt(2 * rho))
    theirs = dp.c.make_zCDP_to_approxDP(gaussian).map(1.0).epsilon(delta)
    assert epsilon_of(rho_of(epsilon, delta), delta) == pytest.approx(theirs, rel=1e-6)


def test_smartnoise_finds_the_same_rho() -> None:
    from snsynth.utils import cdp_rho

    assert rho_of(1.0, 1e-6) / NANO == pytest.approx(cdp_rho(1.0, 1e-6), rel=1e-6)


@given(epsilons, deltas)
@settings(max_examples=100, deadline=None)
def test_a_brute_force_search_over_alpha_confirms_it(epsilon: float, delta: float) -> None:
    """The formula as printed in the paper, on a grid: never below our delta, and tight to the step of the grid."""
    nano_rho = rho_of(epsilon, delta)
    if nano_rho < 1000:
        return  # one nano-rho is then a step too coarse for the comparison
    rho, best = nano_rho / NANO, math.inf
    for step in range(4000):
        a = 10 ** (-6 + step * 14 / 4000)
        best = min(best, a * ((a + 1) * rho - epsilon) - math.log(a) + (a + 1) * math.log(a / (a + 1)))
    assert best == pytest.approx(math.log(delta), abs=0.02 + abs(math.log(delta)) * 1e-3)


@given(epsilons, deltas)
@settings(max_examples=200, deadline=None)
def test_the_gaussian_mechanism_keeps_the_promise(epsilon: float, delta: float) -> None:
    """The exact curve of the rho-zCDP Gaussian (Balle, Wang 2018, Theorem 8) lies under the claimed delta."""
    rho = rho_of(epsilon, delta) / NANO
    if rho == 0 or epsilon > 500:
        return  # nothing granted; exp overflows
    normal, mu = NormalDist(), math.sqrt(2 * rho)
    exact = normal.cdf(mu / 2 - epsilon / mu) - math.exp(epsilon) * normal.cdf(-mu / 2 - epsilon / mu)
    assert exact <= delta * (1 + 1e-9)


@given(epsilons, deltas)
@settings(max_examples=200, deadline=None)
def test_rho_is_rounded_down(epsilon: float, delta: float) -> None:
    assert epsilon_of(rho_of(epsilon, delta), delta) <= epsilon
    assert epsilon_of(rho_of(epsilon, delta) + 1, delta) > epsilon


@given(nano_rhos, deltas)
@settings(max_examples=200, deadline=None)
def test_epsilon_is_rounded_up(nano_rho: int, delta: float) -> None:
    epsilon = epsilon_of(nano_rho, delta)
    back = rho_of(epsilon, delta)
    assert back >= nano_rho
    if epsilon > 0:  # at epsilon 0, delta alone may pay for more
        assert back <= nano_rho + 1


@given(st.tuples(nano_rhos, nano_rhos).map(sorted), st.tuples(epsilons, epsilons).map(sorted), deltas)
@settings(max_examples=100, deadline=None)
def test_more_buys_more(rhos: list[int], pair: list[float], delta: float) -> None:
    assert epsilon_of(rhos[0], delta) <= epsilon_of(rhos[1], delta)
    assert rho_of(pair[0], delta) <= rho_of(pair[1], delta)


def test_the_ends_of_the_range() -> None:
    assert epsilon_of(0, 1e-6) == 0
    assert rho_of(0.0, 1e-12) == 0
    assert rho_of(1e300, 1e-6) == MAX_NANO_RHO >= rho_of(1e10, 1e-6) > 9e18


@pytest.mark.parametrize(
    ("epsilon", "delta"), [(-1.0, 1e-6), (math.nan, 1e-6), (math.inf, 1e-6), (1.0, 0.0), (1.0, 1.0), (1.0, math.nan)]
)
def test_nonsense_is_refused(epsilon: float, delta: float) -> None:
    with pytest.raises(UsageError):
        rho_of(epsilon, delta)


def test_a_negative_rho_is_refused() -> None:
    with pytest.raises(UsageError):
        epsilon_of(-1, 1e-6)
