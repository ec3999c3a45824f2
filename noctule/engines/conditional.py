"""A fitted model under a condition, exactly and without rejection; post-processing, so it costs nothing.

Weights on values of attributes travel backward over the steps as messages: with w(x) the product of all weights,
p(x) w(x) / Z is again a product of conditional tables, step i weighted by the messages of later steps and normalised,
and what a step's normalisation takes away is its message to its parents (variable elimination in reverse order; Koller
and Friedman 2009, section 9.2). That keeps the shape of a model when each message falls on a step whose attribute and
parents it names: always in a tree, in a mixture, and in a junction tree's own order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from noctule.errors import UsageError

if TYPE_CHECKING:
    from noctule.engines.model import Grouping, Model

Floats = NDArray[np.float64]


def given(model: "Model", evidence: Mapping[str, NDArray[np.bool_]]) -> "Model":
    """The model of the rows whose codes are all allowed. `evidence`: attribute -> (fine codes,), True where allowed.

    `total` becomes the number of such rows, at least 1; measurements stay behind, as they are of all rows. Raises
    UsageError when the model gives such rows no probability, or its shape cannot carry the condition.
    """
    weights = {name: _fitting(model, name, mask).astype(np.float64) for name, mask in evidence.items()}
    conditioned, probability = _weighted(model, weights)
    if probability <= 0:
        raise UsageError("the model gives rows of this condition no probability", fix="widen the condition")
    return replace(conditioned, total=max(1.0, model.total * probability))


def rebalanced(model: "Model", attribute: str, shares: NDArray[Any]) -> "Model":
    """The model with the attribute's marginal set to `shares`, (fine codes,), and the rest as it is given its value.

    The shares hold in sampled rows also where some are impossible: those are drawn again with the same value.
    Raises UsageError when shares are no distribution, or give mass to a code that the model never draws; else as
    `given`.
    """
    wanted = _fitting(model, attribute, shares).astype(np.float64)
    if not (np.isfinite(wanted).all() and (wanted >= 0).all() and abs(wanted.sum() - 1) < 1e-6):
        raise UsageError("shares are not numbers of 0 or more that sum to 1", where=attribute, fix="correct the shares")
    present = marginal(model, attribute)
    if ((wanted > 0) & (present <= 0)).any():
        raise UsageError(
            "a value with a share never comes in this model", where=attribute, fix="leave that value out of the shares"
        )
    weight = np.divide(wanted, present, out=np.zeros_like(wanted), where=present > 0)
    return replace(_weighted(model, {attribute: weight})[0], kept=attribute)


def marginal(model: "Model", attribute: str) -> Floats:
    """Probability of each fine code of one attribute, shape (fine codes,): exact. Raises UsageError as `given`."""
    grouping = model.groupings[_known(model, attribute)]
    groups = np.eye(grouping.size)
    share = np.array([_pass(model, {attribute: groups[group]}).probability for group in range(grouping.size)])
    return (share / share.sum())[grouping.group] * grouping.share


def _weighted(model: "Model", weights: Mapping[str, Floats]) -> tuple["Model", float]:
    """The model times weights on fine codes, normalised, and the constant that this divided by."""
    opened = {name: _reweighted(model.groupings[name], weight) for name, weight in weights.items()}
    passed = _pass(model, {name: mass for name, (_, mass) in opened.items()})
    groupings = model.groupings | {name: grouping for name, (grouping, _) in opened.items()}
    steps = tuple(replace(step, table=passed.tables.get(step.attribute, step.table)) for step in model.steps)
    return replace(model, steps=steps, groupings=groupings, measurements=()), passed.probability


def _reweighted(grouping: "Grouping", weight: Floats) -> tuple["Grouping", Floats]:
    """Shares of codes in their group under weights, and the mean weight of each group: P(group) takes that factor."""
    mass = grouping.merged(grouping.share * weight)
    met = mass[grouping.group] > 0  # a group without mass is never drawn and keeps its shares
    share = np.where(met, grouping.share * weight / np.where(met, mass[grouping.group], 1), grouping.share)
    return replace(grouping, share=share), mass


@dataclass(frozen=True)
class _Passed:
    tables: dict[str, Floats]  # of the steps that changed
    probability: float


def _pass(model: "Model", weights: Mapping[str, Floats]) -> _Passed:
    """Messages over the steps in reverse order. `weights`: attribute -> (states,) of 0 or more."""
    order = {step.attribute: position for position, step in enumerate(model.steps)}
    waiting: dict[str, list[tuple[tuple[str, ...], Floats]]] = {name: [((name,), w)] for name, w in weights.items()}
    tables: dict[str, Floats] = {}
    probability = 1.0
    for step in reversed(model.steps):
        messages = waiting.pop(step.attribute, [])
        if not messages:
            continue
        scope = (*step.parents, step.attribute)
        if any(not set(names) <= set(scope) for names, _ in messages):
            raise UsageError(
                f"the condition ties attributes that step {step.attribute!r} of the model does not hold together",
                fix="condition on fewer columns, or sample more rows and keep those that fit",
            )
        table = step.table.copy()
        for names, message in messages:
            table *= _aligned(message, names, scope)
        mass = table.sum(axis=-1)
        tables[step.attribute] = _normalised(table, mass, step.table)
        if step.parents:
            last = max(step.parents, key=order.__getitem__)
            waiting.setdefault(last, []).append((step.parents, mass))
        else:
            probability *= float(mass)
    return _Passed(tables, probability)


def _normalised(table: Floats, mass: Floats, before: Floats) -> Floats:
    """Rows of `table` by their mass; a parent state without mass is never drawn and keeps its row."""
    met = mass[..., None] > 0
    return np.where(met, table / np.where(met, mass[..., None], 1), before)


def _aligned(message: Floats, names: Iterable[str], scope: tuple[str, ...]) -> Floats:
    """A message with one axis for each attribute of `scope`, in its order, of length 1 where it does not depend."""
    names = tuple(names)
    kept = [name for name in scope if name in names]
    ordered = message.transpose([names.index(name) for name in kept])
    sizes = iter(ordered.shape)
    return ordered.reshape([next(sizes) if name in names else 1 for name in scope])


def _fitting(model: "Model", attribute: str, values: NDArray[Any]) -> NDArray[Any]:
    if np.shape(values) != (model.domain[_known(model, attribute)],):
        raise UsageError("a condition needs one entry for each code", where=attribute, fix="see the model's domain")
    return np.asarray(values)


def _known(model: "Model", attribute: str) -> str:
    if attribute not in model.domain:
        raise UsageError(f"the model has no attribute {attribute!r}", fix=f"use one of {', '.join(model.domain)}")
    return attribute
