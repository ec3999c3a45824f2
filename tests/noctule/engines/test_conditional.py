"""A model under a condition equals the joint distribution under it, summed by brute force."""

from dataclasses import replace
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from noctule.engines.model import COMPONENT, Grouping, Measurement, Model, Step
from noctule.errors import UsageError
from tests.noctule.engines.conftest import noise_level, tvd

ROWS = 100_000


def joint(model: Model) -> np.ndarray:
    """Probability of every row: an array over the fine codes of the real attributes, in domain order."""
    letter = {step.attribute: chr(ord("a") + at) for at, step in enumerate(model.steps)}
    fine = {name: letter[name].upper() for name in model.domain}
    inputs = ["".join(letter[name] for name in (*step.parents, step.attribute)) for step in model.steps]
    inputs += [letter[name] + fine[name] for name in model.domain]
    tables = [step.table for step in model.steps] + [model.groupings[name].table for name in model.domain]
    return np.einsum(f"{','.join(inputs)}->{''.join(fine.values())}", *tables)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Trees, junction trees and latent mixtures of up to four real attributes, with groups, gaps and zeros."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    names = [COMPONENT, *"wxyz"][: draw(st.integers(2, 5))]
    if not draw(st.booleans()):
        del names[0]
    groupings: dict[str, Grouping] = {}
    for name in names:
        groups = draw(st.integers(1, 3))
        group = rng.permutation(np.r_[np.arange(groups), rng.integers(0, groups, draw(st.integers(0, 2)))])
        share = np.where(rng.random(group.size) < 0.2, 1e-9, rng.random(group.size))
        share = share / np.bincount(group, weights=share)[group]
        groupings[name] = Grouping(group.astype(np.int32), share)
    latent = {COMPONENT: groupings.pop(COMPONENT).size} if COMPONENT in names else {}
    sizes = latent | {name: grouping.size for name, grouping in groupings.items()}
    steps: list[Step] = []
    for name in names:
        parents: tuple[str, ...] = ()
        if steps:  # some of what one earlier step holds together
            one = draw(st.sampled_from(steps))
            parents = tuple(draw(st.lists(st.sampled_from([*one.parents, one.attribute]), unique=True)))
        table = rng.dirichlet(np.ones(sizes[name]), size=[sizes[parent] for parent in parents] or None)
        table = np.where(rng.random(table.shape) < 0.2, 0, table)
        table[(table.sum(axis=-1) == 0), :] = 1
        steps.append(Step(name, parents, table / table.sum(axis=-1, keepdims=True)))
    domain = {name: grouping.group.size for name, grouping in groupings.items()}
    return Model(domain, 1000.0, tuple(steps), groupings, latent)


@settings(max_examples=150, deadline=None)
@given(model=models(), data=st.data())
def test_evidence_is_met_exactly_and_the_rest_keeps_its_odds(model: Model, data: st.DataObject) -> None:
    expected = joint(model)
    evidence: dict[str, np.ndarray] = {}
    for at, (name, size) in enumerate(model.domain.items()):
        if data.draw(st.booleans()):
            mask = evidence[name] = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
            expected = expected * mask.reshape([-1 if axis == at else 1 for axis in range(expected.ndim)])
    probability = expected.sum()
    if probability < 1e-12:
        if probability == 0:
            with pytest.raises(UsageError, match="no probability"):
                model.given(evidence)
        return
    conditioned = model.given(evidence)
    assert np.allclose(joint(conditioned), expected / probability, rtol=1e-9, atol=1e-12)
    assert conditioned.total == pytest.approx(max(1, 1000 * probability))
    drawn = conditioned.sample(50, 0)
    assert all(mask[drawn[name]].all() for name, mask in evidence.items())


@settings(max_examples=100, deadline=None)
@given(model=models(), data=st.data())
def test_a_marginal_is_set_and_the_rest_follows_its_conditional(model: Model, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(model.domain)))
    at, size = list(model.domain).index(name), model.domain[name]
    before = joint(model)
    present = before.sum(axis=tuple(axis for axis in range(before.ndim) if axis != at))
    assert np.allclose(model.marginal(name), present, rtol=1e-9, atol=1e-12)
    wanted = np.array(data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))) * (present > 1e-12)
    assume(wanted.any())
    wanted = wanted / wanted.sum()
    factor = np.divide(wanted, present, out=np.zeros(size), where=present > 0)
    after = model.rebalanced(name, wanted)
    expected = before * factor.reshape([-1 if axis == at else 1 for axis in range(before.ndim)])
    assert np.allclose(joint(after), expected, rtol=1e-8, atol=1e-12)
    assert after.total == model.total


def test_a_mixture_is_conditioned_through_its_component(mixture: Model) -> None:
    """Fixed seed; i.i.d. rows would pass as 5 standard deviations lie between 1.1 and 1 at this size."""
    conditioned = mixture.given({"a": np.arange(6) == 2, "d": np.arange(9) < 6})
    exact = joint(conditioned).sum(axis=(0, 3))
    drawn = conditioned.sample(ROWS, 1)
    assert set(drawn["a"]) == {2} and drawn["d"].max() < 6
    seen = np.bincount(drawn["b"] * 6 + drawn["c"], minlength=36).reshape(6, 6) / ROWS
    assert tvd(seen, exact) < 1.1 * noise_level(exact, ROWS)
    assert tvd(joint(mixture).sum(axis=(0, 3)), exact) > 0.1


def test_kept_measurements_are_of_all_rows_and_stay_behind(star: Model) -> None:
    model = replace(star, measurements=(Measurement(("a",), np.arange(6), 1.0, False),))
    assert model.given({"a": np.arange(6) > 0}).measurements == ()
    assert model.given({}).sample(5, 0).keys() == star.domain.keys()


def test_a_shape_that_cannot_carry_the_condition_is_refused() -> None:
    """x and y are independent, z is their child: given z they are not, and no step holds them together."""
    table = np.full((2, 2, 2), 0.5)
    table[0, 0] = [0.9, 0.1]
    steps = (Step("x", (), np.full(2, 0.5)), Step("y", (), np.full(2, 0.5)), Step("z", ("x", "y"), table))
    model = Model(dict.fromkeys("xyz", 2), 10.0, steps, {name: Grouping.identity(2) for name in "xyz"})
    with pytest.raises(UsageError, match="does not hold together"):
        model.given({"z": np.array([True, False])})
    assert prod(model.given({"x": np.array([True, False])}).steps[0].table) == 0


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        ({"nobody": np.ones(6, bool)}, "no attribute"),
        ({COMPONENT: np.ones(4, bool)}, "no attribute"),
        ({"a": np.ones(5, bool)}, "one entry for each code"),
        ({"a": np.zeros(6, bool)}, "no probability"),
    ],
)
def test_impossible_evidence_is_refused(mixture: Model, evidence: dict[str, np.ndarray], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        mixture.given(evidence)


@pytest.mark.parametrize("shares", [[0.5, 0.4, 0], [1.5, -0.5, 0], [float("nan"), 1, 0], [0.5, 0.5], [0.5, 0, 0.5]])
def test_impossible_shares_are_refused(shares: list[float]) -> None:
    model = Model({"x": 3}, 9.0, (Step("x", (), np.array([0.5, 0.5, 0])),), {"x": Grouping.identity(3)})
    with pytest.raises(UsageError):
        model.rebalanced("x", np.array(shares))
    assert np.allclose(model.rebalanced("x", np.array([0.2, 0.8, 0])).marginal("x"), [0.2, 0.8, 0])
