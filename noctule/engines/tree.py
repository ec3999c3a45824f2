"""Trees of pairs: choosing one privately, and turning its fitted marginals into conditional tables."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique
from noctule.engines.junction import connected
from noctule.engines.markov import onto
from noctule.engines.model import Step
from noctule.mechanisms.select import noisy_max
from noctule.mechanisms.tap import NoiseTap

Floats = NDArray[np.float64]


def spanning_tree(
    names: Sequence[str], score: Mapping[Clique, float], *, rho: float, sensitivity: float, tap: NoiseTap
) -> list[Clique]:
    """A spanning tree of high total score: Kruskal's algorithm with a noisy max in place of the maximum.

    Each of the len(names) - 1 draws costs the same part of `rho` (epsilon^2 / 8 each), whatever is left to choose
    from. `sensitivity`: change of any one score by one unit (design.md invariant 5).
    """
    draws = len(names) - 1
    component = {name: name for name in names}
    tree: list[Clique] = []
    for _ in range(draws):
        open_pairs = [(a, b) for a, b in score if component[a] != component[b]]
        scores = np.array([score[pair] for pair in open_pairs])
        a, b = open_pairs[noisy_max(scores, epsilon=math.sqrt(8 * rho / draws), sensitivity=sensitivity, tap=tap)]
        tree.append((a, b))
        absorbed = component[b]
        component = {name: component[a] if root == absorbed else root for name, root in component.items()}
    return tree


def directed_steps(names: Sequence[str], marginals: Mapping[Clique, Floats]) -> tuple[Step, ...]:
    """Conditional tables of a junction tree from the marginals of its cliques; pairs of a spanning tree are one.

    Marginals that overlap must agree, as those of one fitted model do. The walk starts at the first clique that holds
    the first of `names`; each attribute is given those of its clique that came before it. Every conditional is
    normalised here; a state of the parents without mass takes the child's marginal.
    """
    tree = connected(sorted(marginals, key=lambda clique: names[0] not in clique))
    steps: list[Step] = []
    for clique, shared in zip(tree.cliques, tree.separators, strict=True):
        table, given = marginals[clique], shared
        fresh = sorted((name for name in clique if name not in shared), key=lambda name: name != names[0])
        for name in fresh:
            wanted = (*given, name)
            steps.append(Step(name, given, _conditional(onto(table, clique, wanted))))
            given = wanted
    return tuple(steps)


def _conditional(table: Floats) -> Floats:
    """The table with its last axis summing to 1; a row without mass takes the mean of all rows."""
    table = np.asarray(table, dtype=np.float64)
    width = table.shape[-1]
    overall = table.reshape(-1, width).sum(axis=0)
    fallback = overall / overall.sum() if overall.sum() > 0 else np.full(width, 1 / width)
    mass = table.sum(axis=-1, keepdims=True)
    return np.where(mass > 0, table / np.where(mass > 0, mass, 1), fallback)
