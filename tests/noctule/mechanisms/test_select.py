"""Noisy max: the exponential mechanism's law, its price, and that nothing seeds it."""

import numpy as np
import pytest

from noctule.mechanisms.opendp import opendp
from noctule.mechanisms.select import noisy_max
from noctule.mechanisms.tap import NoiseTap


@pytest.mark.parametrize("sensitivity", [1.0, 3.0])
def test_law_of_the_exponential_mechanism(sensitivity: float) -> None:
    """Each of 4 shares within 6 standard errors: fails falsely about once in 10^8."""
    scores, epsilon, draws = np.array([0.0, 4.0, 10.0, 7.0]), 0.5, 3000
    tap = NoiseTap()
    picked = [noisy_max(scores, epsilon=epsilon, sensitivity=sensitivity, tap=tap) for _ in range(draws)]
    share = np.bincount(picked, minlength=4) / draws
    weight = np.exp(epsilon * scores / (2 * sensitivity))
    law = weight / weight.sum()
    assert (np.abs(share - law) < 6 * np.sqrt(law * (1 - law) / draws)).all()
    assert tap.nano_rho == draws * 31_250_000  # 0.5^2 / 8


@pytest.mark.parametrize(("epsilon", "sensitivity"), [(0.03, 1.0), (1.0, 5.0)])
def test_price_is_the_one_opendp_proves(epsilon: float, sensitivity: float) -> None:
    tap = NoiseTap()
    noisy_max(np.zeros(2), epsilon=epsilon, sensitivity=sensitivity, tap=tap)
    dp = opendp()
    space = dp.vector_domain(dp.atom_domain(T=float, nan=False)), dp.linf_distance(T=float)
    proved = space >> dp.m.then_noisy_max(dp.zero_concentrated_divergence(), scale=tap.draws[0].scale)
    assert tap.draws[0].rho == pytest.approx(proved.map(sensitivity), rel=1e-12)


def test_seeding_numpy_does_not_make_it_predictable() -> None:
    """60 even choices of 8 repeat by chance with probability 8^-60."""
    runs: list[list[int]] = []
    for _ in range(2):
        np.random.seed(1)
        runs.append([noisy_max(np.zeros(8), epsilon=1.0, sensitivity=1.0, tap=NoiseTap()) for _ in range(60)])
    assert runs[0] != runs[1]


def test_a_single_candidate_is_chosen_and_paid_for() -> None:
    tap = NoiseTap()
    assert noisy_max(np.array([5.0]), epsilon=1.0, sensitivity=1.0, tap=tap) == 0
    assert len(tap.draws) == 1


@pytest.mark.parametrize("scores", [[], [1.0, float("nan")], [1.0, float("inf")]])
def test_scores_that_are_no_numbers_are_refused_before_the_tap(scores: list[float]) -> None:
    tap = NoiseTap()
    with pytest.raises(ValueError, match="finite"):
        noisy_max(np.array(scores), epsilon=1.0, sensitivity=1.0, tap=tap)
    assert not tap.draws


@pytest.mark.parametrize(("epsilon", "sensitivity"), [(0.0, 1.0), (1.0, 0.0), (float("nan"), 1.0)])
def test_a_price_that_is_no_number_is_refused(epsilon: float, sensitivity: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        noisy_max(np.zeros(2), epsilon=epsilon, sensitivity=sensitivity, tap=NoiseTap())
