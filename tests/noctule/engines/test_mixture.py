import numpy as np
import pytest

from noctule.engines.mixture import Effort, Evidence, Mixture, _Objective

SIZES = (3, 2, 4)
START = [np.array([50.0, 30, 20]), np.array([60.0, 40]), np.array([10.0, 20, 30, 40])]


def mixture(members: int = 2, components: int = 3) -> Mixture:
    return Mixture(SIZES, 100.0, START, np.random.default_rng(1), members=members, components=components)


def evidence(*cliques: tuple[int, ...], seed: int = 2) -> list[Evidence]:
    rng = np.random.default_rng(seed)
    tables = [(clique, rng.uniform(0, 30, [SIZES[axis] for axis in clique])) for clique in cliques]
    return [Evidence(clique, table, rng.uniform(1, 9, table.shape)) for clique, table in tables]


@pytest.mark.parametrize("cliques", [[(0,)], [(0, 2)], [(0, 1, 2)], [(1,), (0, 1), (1, 2), (0, 1, 2)]])
def test_the_slope_is_the_derivative_of_the_loss(cliques: list[tuple[int, ...]]) -> None:
    model = mixture()
    model.probabilities = model.probabilities.astype(np.float64)
    objective = _Objective(model, evidence(*cliques))
    slope = objective.gradient()[1] / (objective.cells * len(model.probabilities))
    for position in [(0, 0, 0), (1, 2, 4), (0, 1, 8), (1, 0, 5)]:
        losses = []
        for step in (1e-4, -1e-4):
            model.probabilities[position] += step
            losses.append(objective.gradient()[0])
            model.probabilities[position] -= step
        assert slope[position] == pytest.approx((losses[0] - losses[1]) / 2e-4, rel=1e-3, abs=1e-4)


def test_predictions_of_larger_marginals_sum_to_those_of_smaller_ones() -> None:
    model = mixture()
    whole = model.predict((0, 1, 2))
    assert whole.shape == SIZES
    assert whole.sum() == pytest.approx(100, rel=1e-5)
    assert model.predict((0, 2)) == pytest.approx(whole.sum(axis=1), rel=1e-5)
    assert model.predict((1,)) == pytest.approx(whole.sum(axis=(0, 2)), rel=1e-5)


def test_it_comes_to_what_it_was_told() -> None:
    truth = np.random.default_rng(3).dirichlet(np.ones(24)).reshape(SIZES) * 100
    known = [Evidence((0, 1, 2), truth, np.array(0.01))]
    model = mixture(components=20)
    misfit = model.fit(known, Effort(3000, last=0.001, settled=0.01))
    assert misfit < 5
    assert np.abs(model.predict((0, 1, 2)) - truth).sum() / 200 < 0.01


def test_a_fit_ends_where_noise_alone_explains_the_rest() -> None:
    model = mixture()
    told = Evidence((0,), model.predict((0,)) + np.array([1.0, -1, 0]), np.array(1.0))
    before = model.logits.copy()
    assert model.fit([told], Effort(50, settled=100)) < 100
    assert np.array_equal(model.logits, before)


@pytest.mark.parametrize("clique", [(0,), (0, 2), (0, 1, 2)])
def test_two_measurements_of_one_marginal_weigh_by_their_variance(clique: tuple[int, ...]) -> None:
    first, second = evidence(clique, seed=4)[0], evidence(clique, seed=5)[0]
    weights = 1 / first.variance, 1 / second.variance
    both = Evidence(clique, (first.counts * weights[0] + second.counts * weights[1]) / sum(weights), 1 / sum(weights))
    model = mixture()
    apart, together = _Objective(model, [first, second]), _Objective(model, [both])
    assert apart.gradient()[1] == pytest.approx(together.gradient()[1], rel=1e-3, abs=1e-2)


def test_very_many_rows_are_counted_in_double_precision() -> None:
    start = [table * 1e6 for table in START]
    model = Mixture(SIZES, 1e8, start, np.random.default_rng(0), members=1, components=2)
    assert model.logits.dtype == np.float64
