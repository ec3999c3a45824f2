"""Choosing a tree privately, and its conditional tables."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.engines.model import Step
from noctule.engines.tree import directed_steps, spanning_tree
from noctule.mechanisms.tap import NoiseTap


@settings(max_examples=25, deadline=None)
@given(count=st.integers(3, 9), nano_rho=st.integers(1, 10**9))
def test_a_spanning_tree_for_exactly_its_price(count: int, nano_rho: int) -> None:
    names = [f"n{i}" for i in range(count)]
    tap = NoiseTap()
    score = dict.fromkeys(combinations(names, 2), 1.0)
    tree = spanning_tree(names, score, rho=nano_rho / 1e9, sensitivity=2.0, tap=tap)
    assert len(tree) == len(tap.draws) == count - 1
    reached = {names[0]}
    for _ in names:
        reached |= {end for pair in tree if reached & set(pair) for end in pair}
    assert reached == set(names)
    tap.require_equal(nano_rho)


def test_strong_pairs_are_chosen() -> None:
    """Scores 200 noise scales apart: fails falsely with probability below e^-190."""
    names = list("abcd")
    score = dict.fromkeys(combinations(names, 2), 0.0) | {("a", "d"): 1000.0, ("b", "d"): 1000.0, ("c", "d"): 900.0}
    tree = spanning_tree(names, score, rho=3 * 0.4**2 / 8, sensitivity=1.0, tap=NoiseTap())
    assert sorted(tree) == [("a", "d"), ("b", "d"), ("c", "d")]


def test_conditionals_multiply_back_to_the_marginals() -> None:
    rng = np.random.default_rng(0)
    root = rng.dirichlet(np.ones(3))
    b, c = rng.dirichlet(np.ones(4), 3), rng.dirichlet(np.ones(2), 4)
    pair_ab = root[:, None] * b
    pair_cb = (pair_ab.sum(axis=0)[:, None] * c).T
    steps = directed_steps(["a", "b", "c"], {("a", "b"): 50 * pair_ab, ("c", "b"): 50 * pair_cb})
    assert [(step.attribute, step.parents) for step in steps] == [("a", ()), ("b", ("a",)), ("c", ("b",))]
    for step, table in zip(steps, (root, b, c), strict=True):
        assert step.table == pytest.approx(table)


def test_a_parent_value_without_mass_takes_the_childs_marginal() -> None:
    steps = directed_steps(["a", "b"], {("a", "b"): np.array([[1.0, 3.0], [0.0, 0.0]])})
    assert steps[1].table.tolist() == [[0.25, 0.75], [0.25, 0.75]]


def test_a_single_attribute() -> None:
    (step,) = directed_steps(["a"], {("a",): np.array([1.0, 3.0])})
    assert step.parents == () and step.table.tolist() == [0.25, 0.75]


def test_a_junction_tree_multiplies_back_to_its_joint() -> None:
    """P(a, b, c) P(d | b, c): the steps of cliques (b, c, d) and (a, b, c), from a, multiply to the same joint."""
    rng = np.random.default_rng(4)
    abc = rng.dirichlet(np.ones(24)).reshape(2, 3, 4)
    d = rng.dirichlet(np.ones(5), (3, 4))
    joint = np.einsum("abc,bcd->abcd", abc, d)
    steps = directed_steps(list("abcd"), {("b", "c", "d"): 9 * joint.sum(axis=0), ("a", "b", "c"): 9 * abc})
    assert steps[0].attribute == "a" and steps[-1].attribute == "d"
    product = np.ones(())
    for step in steps:
        product = np.einsum(product, list(range(product.ndim)), step.table, *_axes(step, steps))
    axes = [[s.attribute for s in steps].index(name) for name in "abcd"]
    assert product.transpose(axes) == pytest.approx(joint)


def _axes(step: Step, steps: tuple[Step, ...]) -> tuple[list[int], list[int]]:
    order = [each.attribute for each in steps]
    return [order.index(name) for name in (*step.parents, step.attribute)], list(range(order.index(step.attribute) + 1))
