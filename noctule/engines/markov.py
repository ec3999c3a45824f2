"""A graphical model fitted to noisy marginals: exact inference in a junction tree, in numpy, without compile time.

The model is exp(sum of potentials), one potential for each measured clique, that minimises the weighted squares of
(its marginal - the measurement). All of it is post-processing of noisy counts, free of charge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique
from noctule.engines.junction import JunctionTree

Floats = NDArray[np.float64]
_einsum: Any = np.einsum  # its stubs know the spelling by letters only

GROW, SHRINK, LEAST_STEP = 1.1, 0.5, 1e-3  # of the step: after one taken, after one not; of the safe one
CHECK_EVERY = 10  # iterations between two looks at how far the loss fell


@dataclass(frozen=True)
class Effort:
    """Of a fit: at most `iterations`, or until CHECK_EVERY of them lower the loss by less than the part `tolerance`."""

    iterations: int
    tolerance: float


@dataclass
class Evidence:
    """Noisy counts of cliques; those of one clique are merged by inverse variance.

    `sizes`: number of codes of each attribute, in the order in which every clique names its attributes. For each
    clique, in its shape: `precision`, 1 / variance of each cell, and `value`, its best estimate in rows.
    """

    sizes: dict[str, int]
    precision: dict[Clique, Floats] = field(default_factory=dict[Clique, Floats])
    value: dict[Clique, Floats] = field(default_factory=dict[Clique, Floats])

    def add(self, clique: Clique, counts: NDArray[Any], variance: NDArray[Any] | float) -> None:
        """Take in `counts` of the clique's shape, each cell with `variance` rows squared."""
        shape = tuple(self.sizes[name] for name in clique)
        new = np.broadcast_to(1 / np.asarray(variance, np.float64), shape)
        old = self.precision.get(clique, np.zeros(shape))
        self.precision[clique] = old + new
        self.value[clique] = (old * self.value.get(clique, 0.0) + new * counts) / (old + new)


@dataclass(frozen=True)
class Markov:
    """The fitted model. `potentials`: log factor of each measured clique; `marginals`: of each clique of the tree,
    in rows; they agree where they overlap. `step` and `loss` are where the descent stands."""

    sizes: dict[str, int]
    total: float
    tree: JunctionTree
    potentials: dict[Clique, Floats]
    marginals: list[Floats]
    step: float
    loss: float

    def project(self, clique: Clique) -> Floats:
        """Expected counts, in rows, of a clique inside a clique of the tree."""
        home = self.tree.home(clique)
        return onto(self.marginals[home], self.tree.cliques[home], clique)

    def pairs(self) -> dict[Clique, Floats]:
        """Expected counts, in rows, of every pair of attributes: exact, also between distant cliques."""
        near: list[list[int]] = [[] for _ in self.tree.cliques]
        for child, parent in enumerate(self.tree.parents):
            if parent >= 0:
                near[child].append(parent)
                near[parent].append(child)
        found = {(first, other): table for first in self.sizes for other, table in self._spread(first, near).items()}
        return {pair: found[pair] for pair in combinations(self.sizes, 2)}

    def _spread(self, first: str, near: list[list[int]]) -> dict[str, Floats]:
        """`first` with every other attribute: its joint with each separator is carried from clique to clique."""
        found: dict[str, Floats] = {}
        queue: list[tuple[int, int, Clique, Floats]] = [(self.tree.home((first,)), -1, (), np.zeros(0))]
        while queue:
            position, origin, shared, carried = queue.pop()
            clique = self.tree.cliques[position]
            for other in clique:
                if other != first and other not in found:
                    found[other] = self._joint(first, position, shared, carried, (other,))
            for there in near[position]:
                if there != origin:
                    onward = tuple(name for name in clique if name in self.tree.cliques[there])
                    joint = np.zeros(0) if first in onward else self._joint(first, position, shared, carried, onward)
                    queue.append((there, position, onward, joint))
        return found

    def _joint(self, first: str, position: int, shared: Clique, carried: Floats, wanted: Clique) -> Floats:
        """Counts of (first, *wanted), `wanted` inside the clique there; `carried`: counts of (first, *shared)."""
        clique, table = self.tree.cliques[position], self.marginals[position]
        axis = {name: place for place, name in enumerate((first, *(n for n in clique if n != first)))}
        out = [axis[first], *(axis[name] for name in wanted)]
        if first in clique:
            return _einsum(table, [axis[name] for name in clique], out)
        both = tuple(name for name in clique if name in shared or name in wanted)
        joint = onto(table, clique, both)
        given = joint.sum(axis=tuple(a for a, name in enumerate(both) if name not in shared), keepdims=True)
        conditional = np.divide(joint, given, out=np.zeros_like(joint), where=given > 0)
        axes = [axis[name] for name in both]
        return _einsum(carried, [axis[first], *(axis[name] for name in shared)], conditional, axes, out)


def fit(evidence: Evidence, total: float, tree: JunctionTree, effort: Effort, start: Markov | None = None) -> Markov:
    """The model of `total` rows that the evidence speaks for, each measured clique inside one of `tree`.

    Entropic mirror descent with line search (McKenna, Sheldon and Miklau 2019, Algorithm 1), from the potentials of
    `start`, so that a clique more costs few iterations.
    """
    sizes = evidence.sizes
    home = {clique: tree.home(clique) for clique in evidence.value}
    potentials = {
        clique: start.potentials[clique] if start and clique in start.potentials else np.zeros(value.shape)
        for clique, value in evidence.value.items()
    }
    curvature = sum(float(precision.max()) for precision in evidence.precision.values())
    safe = 1 / (curvature * total)  # a step this small always lowers the loss, but for rounding
    step = max(start.step, safe) if start else safe

    def solve(potentials: Mapping[Clique, Floats]) -> tuple[list[Floats], dict[Clique, Floats]]:
        logs = [np.zeros([sizes[name] for name in clique]) for clique in tree.cliques]
        for clique, potential in potentials.items():
            logs[home[clique]] += _spread_over(potential, clique, tree.cliques[home[clique]])
        marginals = [total * table for table in calibrate(tree, logs)]
        return marginals, {c: onto(marginals[at], tree.cliques[at], c) for c, at in home.items()}

    def judge(expected: Mapping[Clique, Floats]) -> tuple[float, dict[Clique, Floats]]:
        residual = {clique: table - evidence.value[clique] for clique, table in expected.items()}
        slope = {clique: evidence.precision[clique] * rest for clique, rest in residual.items()}
        return sum(_dot(slope[clique], rest) for clique, rest in residual.items()) / 2, slope

    marginals, expected = solve(potentials)
    loss, slope = judge(expected)
    seen = loss
    for iteration in range(1, effort.iterations + 1):
        while step > LEAST_STEP * safe:
            tried = {clique: potential - step * slope[clique] for clique, potential in potentials.items()}
            there, moved = solve(tried)
            less, turned = judge(moved)
            if loss - less >= sum(_dot(slope[clique], expected[clique] - moved[clique]) for clique in moved) / 2:
                break
            step *= SHRINK
        else:
            break
        potentials, marginals, expected, loss, slope = tried, there, moved, less, turned
        step *= GROW
        if iteration % CHECK_EVERY == 0:
            if seen - loss < effort.tolerance * seen:
                break
            seen = loss
    return Markov(sizes, total, tree, potentials, marginals, step, loss)


def calibrate(tree: JunctionTree, logs: list[Floats]) -> list[Floats]:
    """Marginals, summing to 1, of the distribution proportional to exp(sum of `logs`), one for each clique.

    Messages up to the root and down again (Koller and Friedman 2009, chapter 10), in logarithms.
    """
    beliefs, messages = list(logs), [np.zeros(())] * len(logs)
    for child in range(len(logs) - 1, 0, -1):
        parent, shared = tree.parents[child], tree.separators[child]
        messages[child] = _log_sum(beliefs[child], _others(tree.cliques[child], shared))
        beliefs[parent] = beliefs[parent] + _spread_over(messages[child], shared, tree.cliques[parent])
    tables: list[Floats] = []
    for position, clique in enumerate(tree.cliques):
        belief = beliefs[position]
        if position:
            parent, shared = tree.parents[position], tree.separators[position]
            given = onto(tables[parent], tree.cliques[parent], shared)
            with np.errstate(divide="ignore"):  # a state of no mass has logarithm -inf, and no mass here either
                belief = belief + _spread_over(np.log(given) - messages[position], shared, clique)
        table = np.exp(belief - belief.max())
        tables.append(table / table.sum())
    return tables


def _others(clique: Clique, kept: Clique) -> tuple[int, ...]:
    return tuple(axis for axis, name in enumerate(clique) if name not in kept)


def onto(table: Floats, clique: Clique, kept: Clique) -> Floats:
    """The table of `clique` summed down to `kept`, in that order; einsum takes half the time of a sum over axes."""
    return _einsum(table, range(len(clique)), [clique.index(name) for name in kept])


def _spread_over(table: Floats, own: Clique, clique: Clique) -> Floats:
    """A view of `table` that broadcasts over a larger clique."""
    sizes = iter(table.shape)
    return table.reshape([next(sizes) if name in own else 1 for name in clique])


def _log_sum(logs: Floats, axes: tuple[int, ...]) -> Floats:
    top = logs.max(axis=axes, keepdims=True)
    return np.log(np.exp(logs - top).sum(axis=axes)) + top.squeeze(axis=axes)


def _dot(a: Floats, b: Floats) -> float:
    return float(np.vdot(a, b))
