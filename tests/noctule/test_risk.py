"""Attack risks: the figures of the literature, other derivations of the same bounds, and the ends of the range."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.mechanisms.accounting import NANO, rho_of
from noctule.risk import (
    Attack,
    gaussian,
    gaussian_mu,
    loss_gaussian,
    loss_worst,
    loss_zcdp,
    posterior,
    worst,
    zcdp,
)

DELTA = 1e-6
epsilons = st.floats(-2, 1.5).map(lambda power: 10**power)
deltas = st.floats(-9, -1).map(lambda power: 10**power)
rhos = st.floats(-9, 2).map(lambda power: 10**power)
shares = st.floats(-3, -0.01).map(lambda power: 10**power)


def charged(epsilon: float, delta: float = DELTA) -> Attack:
    return zcdp(rho_of(epsilon, delta) / NANO)


def tuned(epsilon: float, delta: float = DELTA) -> Attack:
    return gaussian(gaussian_mu(epsilon, delta))


def percent(attack: Attack) -> tuple[float, float, float]:
    return 100 * attack.advantage, 100 * attack.found(0.01), 100 * attack.found(0.1)


@pytest.mark.parametrize(
    ("epsilon", "of_worst", "of_gaussian", "of_zcdp"),
    [  # the first two by riskcal 1.5.1 to five digits; its zCDP finds 1.00 at epsilon 0.5, less than the Gaussian's
        (0.1, (4.996, 1.105, 11.05), (1.099, 1.076, 10.49), (1.267, 1.0795, 10.545)),
        (0.5, (24.5, 1.65, 16.5), (4.9, 1.38, 12.35), (5.8, 1.409, 12.66)),
        (1.0, (46.2, 2.72, 27.2), (9.4, 1.83, 14.8), (11.0, 1.91, 15.52)),
        (3.0, (90.5, 20.1, 95.5), (25.4, 4.66, 26.3), (29.9, 5.24, 29.61)),
        (8.0, (99.9, 100, 100), (55.6, 21.3, 59.9), (66.1, 27.7, 70.65)),
    ],
)
def test_the_figures_of_other_software(
    epsilon: float, of_worst: tuple[float, ...], of_gaussian: tuple[float, ...], of_zcdp: tuple[float, ...]
) -> None:
    attacks = (worst(epsilon, DELTA), tuned(epsilon), charged(epsilon))
    for attack, known in zip(attacks, (of_worst, of_gaussian, of_zcdp), strict=True):
        for ours, theirs in zip(percent(attack), known, strict=True):
            assert ours == pytest.approx(theirs, abs=half_a_digit(theirs))


def half_a_digit(figure: float) -> float:
    """Of the last digit that is printed; a little more, as the figures are of the same rounding."""
    return 0.51 * 10.0 ** -len(f"{figure:g}".partition(".")[2]) if figure != 100 else 0.05


@pytest.mark.parametrize(
    ("epsilon", "half", "hundredth"), [(0.5, 62, 1.6), (1.0, 73, 2.7), (3.0, 95, 16.9), (8.0, 100, 97)]
)
def test_the_posteriors_of_the_literature(epsilon: float, half: float, hundredth: float) -> None:
    assert 100 * posterior(0.5, epsilon) == pytest.approx(half, abs=0.5)
    assert 100 * posterior(0.01, epsilon) == pytest.approx(hundredth, abs=0.5 if hundredth == 97 else 0.05)


@given(st.tuples(epsilons, epsilons).map(sorted), deltas, shares)
@settings(max_examples=60, deadline=None)
def test_more_epsilon_is_more_risk(pair: list[float], delta: float, accused: float) -> None:
    for reading in (worst, tuned, charged):
        less, more = (reading(epsilon, delta) for epsilon in pair)
        assert less.advantage <= more.advantage + 1e-12
        assert less.found(accused) <= more.found(accused) * (1 + 1e-4)  # the grid of orders moves with rho
    assert posterior(accused, pair[0]) <= posterior(accused, pair[1])


@given(epsilons, deltas, shares)
@settings(max_examples=100, deadline=None)
def test_zcdp_is_at_most_the_worst_case_of_what_it_implies(epsilon: float, delta: float, accused: float) -> None:
    """rho_of(epsilon, delta) implies (epsilon, delta), and so does the tuned Gaussian. The two have no fixed order."""
    bound = worst(epsilon, delta)
    for attack in (charged(epsilon, delta), tuned(epsilon, delta)):
        assert attack.advantage <= bound.advantage + 1e-9
        assert accused <= attack.found(accused) <= bound.found(accused) * (1 + 1e-4)


@given(rhos, shares)
@settings(max_examples=100, deadline=None)
def test_zcdp_is_at_least_its_gaussian(rho: float, accused: float) -> None:
    """The Gaussian mechanism of variance 1 / (2 rho) is rho-zCDP; at small rho too the bound is not far above."""
    bound, mechanism = zcdp(rho), gaussian(math.sqrt(2 * rho))
    assert bound.advantage >= mechanism.advantage
    assert bound.found(accused) >= mechanism.found(accused) * (1 - 1e-12)
    if rho < 0.01:
        assert bound.advantage <= 1.26 * mechanism.advantage  # sqrt(pi / 2), Pinsker's loss
        assert bound.found(accused) - accused <= 1.3 * (mechanism.found(accused) - accused) + 1e-12


def within(p: float, q: float, order: float, rho: float) -> bool:
    """Whether the Rényi divergence of two coins is at most order * rho, as in the textbooks."""
    moment = p**order * q ** (1 - order) + (1 - p) ** order * (1 - q) ** (1 - order)
    return math.log(moment) <= order * (order - 1) * rho + 1e-12


@given(st.floats(-3, 1).map(lambda power: 10**power))
@settings(max_examples=50, deadline=None)
def test_randomized_response_is_met_and_makes_the_advantage_tight(loss: float) -> None:
    """It is zCDP with rho loss * tanh(loss / 2), its Kullback-Leibler divergence: no higher order asks for more."""
    rho = loss * math.tanh(loss / 2)
    true = 1 / (1 + math.exp(-loss))
    for order in (1.001, 1.1, 1.5, 2, 3, 5, 10, 20):
        assert within(true, 1 - true, order, rho)
    assert zcdp(rho).advantage == pytest.approx(2 * true - 1, rel=1e-9)
    assert zcdp(rho).found(1 - true) >= true * (1 - 1e-12)


@pytest.mark.parametrize("accused", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("rho", [0.001, 0.02435597, 0.18506984, 1.0])
def test_the_bound_is_where_an_order_first_forbids_more(rho: float, accused: float) -> None:
    """On another grid of orders, by the formula of the textbooks."""

    def allowed(found: float) -> bool:
        orders = (1 + step / 300 for step in range(1, 100 * 300))
        return all(within(found, accused, a, rho) and within(accused, found, a, rho) for a in orders)

    found = zcdp(rho).found(accused)
    assert allowed(found * (1 - 2e-4)) and not allowed(found * (1 + 2e-4))


@given(st.floats(-3, 2.5).map(lambda power: 10**power), deltas)
@settings(max_examples=100, deadline=None)
def test_the_gaussian_is_tuned_exactly(epsilon: float, delta: float) -> None:
    normal, mu = NormalDist(), gaussian_mu(epsilon, delta)
    exact = normal.cdf(mu / 2 - epsilon / mu) - math.exp(epsilon) * normal_tail(mu / 2 + epsilon / mu)
    assert exact == pytest.approx(delta, rel=1e-4, abs=1e-12)


def normal_tail(x: float) -> float:
    return math.erfc(x / math.sqrt(2)) / 2


@given(epsilons, deltas)
@settings(max_examples=60, deadline=None)
def test_the_advantage_is_where_both_errors_are_equal(epsilon: float, delta: float) -> None:
    for attack in (worst(epsilon, delta), tuned(epsilon, delta), charged(epsilon, delta)):
        accused = (1 - attack.advantage) / 2
        assert attack.found(max(accused, 1e-9)) == pytest.approx(1 - accused, rel=2e-4)
        for share in (0.01, 0.1, 0.3, 0.7):
            assert attack.found(share) - share <= attack.advantage + 1e-4


def test_no_guarantee_and_a_perfect_one() -> None:
    assert zcdp(0.0).advantage == 0 and zcdp(0.0).found(0.1) == 0.1
    assert worst(0.0, DELTA).advantage == pytest.approx(DELTA)
    assert gaussian(0.0).advantage == 0 and posterior(0.3, 0.0) == pytest.approx(0.3)
    assert gaussian(gaussian_mu(0.0, DELTA)).advantage == pytest.approx(DELTA)  # its delta at epsilon 0
    for attack in (worst(1e6, DELTA), tuned(1e6), zcdp(1e6)):
        assert percent(attack) == (100, 100, 100)
    assert posterior(0.01, 1e6) == 1


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 3.0, 8.0])
def test_the_loss_passes_its_bound_no_more_often_than_is_said(epsilon: float) -> None:
    """By the exact law of Gaussian noise, whose loss is normal; epsilon itself it passes more often than delta."""
    delta = 1e-6
    mu = gaussian_mu(epsilon, delta)
    loss = NormalDist(mu * mu / 2, mu)
    assert 1 - loss.cdf(epsilon) > 2 * delta
    assert 1 - loss.cdf(loss_gaussian(mu, 2 * delta)) == pytest.approx(2 * delta, rel=1e-3)
    assert 1 - loss.cdf(loss_worst(epsilon)) < 2 * delta
    assert 1 - loss.cdf(loss_zcdp(mu * mu / 2, 2 * delta)) < 2 * delta
