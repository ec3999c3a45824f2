"""What earlier fits measured: the arithmetic, and refits that use it, whose noise is real; else draws are seeded."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts import CodesCounts
from noctule.engines.adaptive import Adaptive
from noctule.engines.model import Measurement, Model
from noctule.engines.prior import Knowledge, Prior, aged, combined, found_drift
from noctule.engines.shape import Shape
from noctule.mechanisms.tap import NoiseTap
from tests.noctule.engines.conftest import DOMAIN, ROWS, jobs, tvd

MODEST = 4_000_000  # nano-rho: epsilon about .4 at delta 1e-5
COUNT = st.floats(-1e5, 1e5)
SIGMA = st.floats(0.1, 1e4)
Floats = NDArray[np.float64]


def _one(counts: list[float] | Floats, sigma: float | Floats) -> Measurement:
    return Measurement(("a",), np.asarray(counts, np.float64), sigma, fine=True)


@given(st.lists(st.tuples(st.lists(COUNT, min_size=3, max_size=3), SIGMA), min_size=2, max_size=5))
def test_combined_is_the_inverse_variance_mean_in_any_order(drawn: list[tuple[list[float], float]]) -> None:
    nights = [_one(counts, sigma) for counts, sigma in drawn]
    weights = np.array([sigma**-2 for _, sigma in drawn])
    whole = combined(nights)
    assert whole.counts == pytest.approx(np.average([one.counts for one in nights], axis=0, weights=weights), abs=1e-6)
    assert whole.sigma == pytest.approx(weights.sum() ** -0.5)
    one_by_one = combined([combined(nights[:-1]), nights[-1]])
    back = combined(nights[::-1])
    for other in (one_by_one, back):
        assert other.counts == pytest.approx(whole.counts, abs=1e-6) and other.sigma == pytest.approx(whole.sigma)


def test_without_drift_an_equal_measurement_halves_the_variance() -> None:
    old, new = _one([100, 40], 6.0), _one([110, 20], 6.0)
    both = combined([aged(old, 140, 0.0), new])
    assert both.counts == pytest.approx([105, 30]) and both.sigma == pytest.approx(6 / math.sqrt(2))
    assert combined([new]) is new


@given(st.floats(0, 1), st.lists(SIGMA, min_size=4, max_size=4))
def test_age_only_adds_to_the_variance_and_more_drift_more_of_it(drift: float, sigmas: list[float]) -> None:
    old = _one([0, -20, 300, 5000], np.array(sigmas))
    later, much_later = (aged(old, 5300, d) for d in (drift, 2 * drift))
    assert (later.counts == old.counts).all()
    assert (np.asarray(later.sigma) >= old.sigma).all()
    assert (np.asarray(much_later.sigma) >= later.sigma).all()


def test_the_moves_that_a_drift_stands_for_have_that_mean_tvd() -> None:
    """4,000 seeded tables: the mean is known to within 0.3 %."""
    counts = np.array([1.0, 9, 90, 400, 500])
    sigma = np.asarray(aged(_one(counts, 1e-9), 1000, 0.02).sigma)
    moves = np.random.default_rng(0).standard_normal((4000, 5)) * sigma
    assert (np.abs(moves).sum(axis=1) / 2000).mean() == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize("moved", [0.0, 0.05, 0.3])
def test_drift_is_found_from_noisy_answers_alone(moved: float) -> None:
    """Ten tables of 20 cells. The true drift is found within a third; where there is none, the assumed one stands: it
    would fail where chi-square of 200 exceeds its mean by 4 standard deviations; the draws are seeded."""
    rng = np.random.default_rng(8)
    repeats: list[tuple[Measurement, Measurement]] = []
    for _ in range(10):
        rows = 10_000 * rng.dirichlet(np.ones(20))
        later = rows + rng.standard_normal(20) * np.hypot(0, aged(_one(rows, 1e-9), 10_000, moved).sigma)
        old, new = (_one(table + 15 * rng.standard_normal(20), 15.0) for table in (rows, later))
        repeats.append((old, new))
    found = found_drift(repeats, 10_000, 0.005)
    assert found == 0.005 if moved == 0 else found == pytest.approx(moved, rel=1 / 3)


def test_another_table_is_forgotten_and_nothing_else_is_taken_from_it() -> None:
    rng = np.random.default_rng(0)
    rows = 10_000 * rng.dirichlet(np.full(40, 0.3))
    prior = Prior((_one(rows, 5.0), replace(_one(rows, 5.0), clique=("b",))), {}, 10_000, 0.01)
    knowledge = Knowledge(prior, 10_000, 10.0)
    tonight = _one(rows[::-1], 5.0)
    knowledge.learn([tonight])
    assert knowledge.drift >= 0.5 and knowledge.measurements() == (tonight,)


def test_a_table_that_grew_keeps_its_shares() -> None:
    prior = Prior((_one([600, 400], 3.0),), {}, 1000, 0.0)
    (grown,) = Knowledge(prior, 2000, 0.0).measurements()
    assert grown.counts == pytest.approx([1200, 800]) and grown.sigma == pytest.approx([6, 6])
    (doubted,) = Knowledge(prior, 2000, 20.0).measurements()  # each number of rows is known to 1 %
    assert doubted.sigma == pytest.approx(np.hypot(6, math.sqrt(2) * 0.01 * np.array([1200, 800])))


def _refit(codes: Codes, prior: Prior | None = None) -> Model:
    tap, shape = NoiseTap(), Shape(DOMAIN, frozenset({"age"}))
    model = Adaptive().fit(CodesCounts(codes, DOMAIN), shape, nano_rho=MODEST, max_rows=1, tap=tap, prior=prior)
    tap.require_equal(MODEST)  # what is remembered costs nothing, and saves nothing of the charge
    return model


def _error(model: Model, codes: Codes) -> float:
    """Mean TVD of age and job, sex and job, and country, of a sample as large as the table."""
    drawn = model.sample(ROWS, 1)
    far: list[float] = []
    for pair in (("age", "job"), ("sex", "job"), ("country", "constant")):
        bins = [np.arange(DOMAIN[name] + 1) for name in pair]
        ours, theirs = (np.histogram2d(t[pair[0]], t[pair[1]], bins=bins)[0] / ROWS for t in (drawn, codes))
        far.append(tvd(ours, theirs))
    return float(np.mean(far))


@pytest.fixture(scope="module")
def remembered() -> tuple[Model, Model]:
    """A first fit, and the sixth refit of the same rows that remembers."""
    first = model = _refit(jobs())
    for _ in range(5):
        model = _refit(jobs(), Prior.of(model, 0.01))
    return first, model


def test_reuse_lowers_the_error_of_an_unchanged_table(remembered: tuple[Model, Model]) -> None:
    """20 runs gave a ratio of .56 on average, with a spread of .04: the bound is 7 spreads away."""
    first, sixth = remembered
    assert _error(sixth, jobs()) < 0.85 * _error(first, jobs())


def test_a_table_is_kept_once_and_known_better(remembered: tuple[Model, Model]) -> None:
    first, sixth = remembered
    tables = [(one.clique, one.fine) for one in sixth.measurements]
    assert len(tables) == len(set(tables)) <= 5 + 10
    before = {(one.clique, one.fine): np.mean(one.sigma) for one in first.measurements}
    assert all(np.mean(one.sigma) < before[one.clique, one.fine] for one in sixth.measurements if one.fine)
    assert all(np.array_equal(sixth.groupings[name].group, first.groupings[name].group) for name in ("age", "country"))


def test_a_break_is_recovered_from_at_once(remembered: tuple[Model, Model]) -> None:
    """Ages and jobs turned round: 20 runs gave 1.05 times the error of a fresh fit, spread .07; the bound is 6 of
    them away."""
    other = {name: (DOMAIN[name] - 1 - c if name in ("age", "job") else c) for name, c in jobs().items()}
    after = _refit(other, Prior.of(remembered[1], 0.01))
    assert _error(after, other) < 1.5 * _error(_refit(other), other)


def test_only_what_still_means_the_same_is_remembered(remembered: tuple[Model, Model]) -> None:
    prior = Prior.of(remembered[0], 0.01, ["age", "sex", "no longer here"])
    assert set(prior.groupings) == {"age", "sex"}
    assert {name for one in prior.measurements for name in one.clique} <= {"age", "sex"}
    assert _refit(jobs(), prior).groupings.keys() == DOMAIN.keys()
