"""Inference against the joint table, and the fit against what it was told."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.counts import Clique
from noctule.engines.junction import junction_tree
from noctule.engines.markov import Effort, Evidence, Markov, fit

SIZES = {"a": 3, "b": 4, "c": 2, "d": 5, "e": 1, "f": 2}
ROWS = 1000.0
LONG = Effort(iterations=3000, tolerance=1e-9)


def _down(joint: np.ndarray, clique: Clique) -> np.ndarray:
    return joint.sum(axis=tuple(axis for axis, name in enumerate(SIZES) if name not in clique))


def _joint(model: Markov) -> np.ndarray:
    logs = np.zeros(tuple(SIZES.values()))
    for clique, potential in model.potentials.items():
        logs = logs + potential.reshape([SIZES[name] if name in clique else 1 for name in SIZES])
    weights = np.exp(logs - logs.max())
    return model.total * weights / weights.sum()


def _evidence(joint: np.ndarray, pairs: list[Clique], variance: float = 4.0) -> Evidence:
    evidence = Evidence(dict(SIZES))
    for clique in [*((name,) for name in SIZES), *pairs]:
        evidence.add(clique, _down(joint, clique), variance)
    return evidence


def _fit(evidence: Evidence, effort: Effort = LONG, start: Markov | None = None) -> Markov:
    return fit(evidence, ROWS, junction_tree(SIZES, evidence.value), effort, start)


@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.sampled_from(list(combinations(SIZES, 2))), max_size=9, unique=True), seed=st.integers(0, 99))
def test_marginals_and_all_pairs_are_those_of_the_joint_table(pairs: list[Clique], seed: int) -> None:
    target = ROWS * np.random.default_rng(seed).dirichlet(np.full(240, 0.2)).reshape(tuple(SIZES.values()))
    model = _fit(_evidence(target, pairs), Effort(20, 0.0))
    joint = _joint(model)
    for clique, table in zip(model.tree.cliques, model.marginals, strict=True):
        assert table == pytest.approx(_down(joint, clique), abs=1e-8)
    expected = model.pairs()
    assert list(expected) == list(combinations(SIZES, 2))
    for pair, table in expected.items():
        assert table == pytest.approx(_down(joint, pair), abs=1e-8)


def test_consistent_evidence_is_met() -> None:
    target = ROWS * np.random.default_rng(1).dirichlet(np.full(240, 1.0)).reshape(tuple(SIZES.values()))
    pairs: list[Clique] = [("a", "b"), ("b", "d"), ("a", "d"), ("c", "d")]
    model = _fit(_evidence(target, pairs))
    for pair in pairs:
        assert model.project(pair) == pytest.approx(_down(target, pair), abs=0.05)


def test_what_is_not_measured_is_independent_given_what_is() -> None:
    """Maximum entropy: with (a, b) and (b, d) measured, P(a, d) is the sum of P(a | b) P(b) P(d | b)."""
    target = ROWS * np.random.default_rng(2).dirichlet(np.full(240, 0.5)).reshape(tuple(SIZES.values()))
    model = _fit(_evidence(target, [("a", "b"), ("b", "d")]))
    ab, bd = _down(target, ("a", "b")), _down(target, ("b", "d"))
    assert model.pairs()["a", "d"] == pytest.approx((ab / ab.sum(axis=0)) @ bd, abs=0.5)


def test_measurements_of_one_clique_merge_by_inverse_variance() -> None:
    evidence = Evidence({"a": 2})
    evidence.add(("a",), np.array([10, 20]), 4.0)
    evidence.add(("a",), np.array([16, 20]), np.array([2.0, 8.0]))
    assert evidence.precision["a",] == pytest.approx([0.75, 0.375])
    assert evidence.value["a",] == pytest.approx([14.0, 20.0])


def test_a_fit_goes_on_where_the_last_one_ended() -> None:
    target = ROWS * np.random.default_rng(3).dirichlet(np.full(240, 0.5)).reshape(tuple(SIZES.values()))
    first = _fit(_evidence(target, [("a", "b")]))
    more = _evidence(target, [("a", "b"), ("b", "d")])
    brief = Effort(10, 0.0)
    assert _fit(more, brief, first).loss < _fit(more, brief).loss
    assert _fit(_evidence(target, [("a", "b")]), brief, first).loss <= first.loss


def test_a_fit_that_has_converged_is_no_dead_end_for_the_next() -> None:
    """Rounding ends the line search of a perfect fit with a step of nearly nothing, of no use with new evidence."""
    target = ROWS * np.random.default_rng(6).dirichlet(np.full(240, 0.5)).reshape(tuple(SIZES.values()))
    ended = _fit(_evidence(target, []), Effort(3000, 0.0))
    more = _fit(_evidence(target, [("a", "b")]), Effort(200, 0.0), ended)
    assert more.project(("a", "b")) == pytest.approx(_down(target, ("a", "b")), abs=1)
