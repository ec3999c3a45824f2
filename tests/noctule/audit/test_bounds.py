"""Lower bounds on mechanisms whose epsilon is known. Chances of a false failure are stated."""

import numpy as np
import pytest
from scipy.stats import binom

from noctule.audit.bounds import Trials, at_least, at_most, epsilon_of_mu, lower_bounds, one_run
from noctule.risk import gaussian_mu

DELTA = 1e-6


def gaussian_trials(mu: float, runs: int, seed: int) -> Trials:
    rng = np.random.default_rng(seed)
    present = rng.random((runs, 16)) < 0.5
    return Trials(present, rng.normal(size=present.shape) + mu * present)


@pytest.mark.parametrize("mu", [0.2, 1.0, 2.5])
def test_no_bound_exceeds_the_truth(mu: float) -> None:
    """Ten audits at an error of 1e-4 each: seeded, so that it fails always or never."""
    for seed in range(10):
        found = lower_bounds(gaussian_trials(mu, 64, seed), DELTA, 1e-4)
        assert max(found.best, found.sure) <= epsilon_of_mu(mu, DELTA) and found.mu <= mu


def test_bounds_come_near_the_truth_with_many_canaries() -> None:
    truth = epsilon_of_mu(1.5, DELTA)
    found = lower_bounds(gaussian_trials(1.5, 1000, 0), DELTA, 1e-3)
    assert found.gaussian > 0.85 * truth and found.zcdp > 0.7 * truth
    assert found.clopper_pearson > 1.5 and found.one_run > 1  # no more is to be seen without an assumption


def test_a_copy_of_the_rows_is_beyond_any_claim() -> None:
    present = np.random.default_rng(1).random((8, 64)) < 0.5
    found = lower_bounds(Trials(present, present.astype(np.float64)), DELTA, 1e-4)
    assert found.sure > 5 and found.clopper_pearson > 2 and found.one_run > 0.5


def test_scores_that_say_nothing_bound_nothing() -> None:
    present = np.random.default_rng(2).random((8, 64)) < 0.5
    assert lower_bounds(Trials(present, np.zeros(present.shape)), DELTA, 1e-4).best == 0


def test_clopper_and_pearson() -> None:
    assert at_most(0, 50, 0.01) == pytest.approx(1 - 0.01 ** (1 / 50))
    upper = at_most(7, 90, 0.02)
    assert binom.cdf(7, 90, upper) == pytest.approx(0.02)
    assert at_least(83, 90, 0.02) == pytest.approx(1 - upper)
    assert (at_most(90, 90, 0.02), at_least(0, 90, 0.02)) == (1.0, 0.0)


def test_one_run_without_delta_is_a_binomial_tail() -> None:
    found = one_run(1000, 400, 300, 0.0, 0.01)
    assert binom.sf(299, 400, 1 / (1 + np.exp(-found))) == pytest.approx(0.01, rel=0.02)
    assert one_run(1000, 400, 300, 1e-3, 0.01) < found
    assert one_run(1000, 400, 200, 0.0, 0.01) == 0.0


def test_one_run_holds_where_canaries_hang_together() -> None:
    """Randomized response on one shared coin, told of 64 canaries at once, is not 64 answers: its bound is 0 or small,
    whatever the runs; that of counts as if independent is not."""
    rng = np.random.default_rng(3)
    present = rng.random((40, 64)) < 0.5
    shared = rng.normal(size=(40, 1)) * 3
    trials = Trials(present, shared + rng.normal(size=present.shape))
    assert trials.spread() > 20  # which the report shows
    assert lower_bounds(trials, DELTA, 1e-4).one_run == 0


def test_spread_of_independent_scores_is_one() -> None:
    """Of 4,000 runs its standard deviation is .022: five of them fail once in 2 million."""
    assert gaussian_trials(1.0, 4000, 4).spread() == pytest.approx(1, abs=0.11)


def test_epsilon_of_mu_inverts_the_gaussian_mechanism() -> None:
    assert epsilon_of_mu(gaussian_mu(3.0, DELTA), DELTA) == pytest.approx(3.0, abs=1e-5)
