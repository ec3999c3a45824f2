"""Junction trees: the cliques through which a graphical model over measured marginals is computed exactly."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from noctule.counts import Clique


@dataclass(frozen=True)
class JunctionTree:
    """Maximal cliques of a triangulated graph, parents first, with the running intersection property.

    `parents`: position of each clique's parent, -1 for the first; `separators`: what a clique shares with its parent,
    possibly nothing. Attributes of a clique stand in the order of the domain.
    """

    cliques: tuple[Clique, ...]
    parents: tuple[int, ...]
    separators: tuple[Clique, ...]

    def home(self, clique: Clique) -> int:
        """Position of the first clique that contains `clique`. Raises StopIteration when none does."""
        wanted = set(clique)
        return next(position for position, own in enumerate(self.cliques) if wanted.issubset(own))


def junction_tree(sizes: Mapping[str, int], cliques: Iterable[Clique]) -> JunctionTree:
    """The junction tree of the graph whose attributes are those of `sizes`, and where each clique is complete.

    A maximum spanning tree of the maximal cliques by what they share has the running intersection property
    (Koller and Friedman 2009, chapter 10).
    """
    return connected(maximal_cliques(sizes, cliques))


def connected(cliques: Iterable[Clique]) -> JunctionTree:
    """The junction tree of cliques known to have one; the first clique is its root. Prim's algorithm."""
    waiting = list(cliques)
    placed, parents = [waiting.pop(0)], [-1]
    while waiting:
        _, child, parent = max(
            (len(set(a) & set(b)), -i, -j) for i, a in enumerate(waiting) for j, b in enumerate(placed)
        )
        placed.append(waiting.pop(-child))
        parents.append(-parent)
    separators = [
        tuple(name for name in clique if parent >= 0 and name in placed[parent])
        for clique, parent in zip(placed, parents, strict=True)
    ]
    return JunctionTree(tuple(placed), tuple(parents), tuple(separators))


def cells(sizes: Mapping[str, int], cliques: Iterable[Clique]) -> int:
    """Cells of the tables of `cliques`; of a junction tree's, the true size of a model."""
    return sum(math.prod(sizes[name] for name in clique) for clique in cliques)


def affordable(
    tree: JunctionTree, sizes: Mapping[str, int], candidates: Iterable[Clique], limit: float
) -> dict[Clique, list[Clique]]:
    """The candidates, single attributes and pairs, that fit: what the tree needs in addition, to hold each of them.

    That is nothing for those it holds already, and leaves it with at most `limit` cells for the others.
    """
    room = limit - cells(sizes, tree.cliques)
    ways = {name: meetings(tree, name) for name in sizes}
    found: dict[Clique, list[Clique]] = {}
    for clique in candidates:
        first, other = clique[0], clique[-1]
        choices = [ways[first].get(other, []), ways[other].get(first, [])]
        cost, extra = min((cells(sizes, extra), extra) for extra in choices)
        if not extra or cost <= room:
            found[clique] = extra
    return found


def meetings(tree: JunctionTree, first: str) -> dict[str, list[Clique]]:
    """For every attribute that shares no clique with `first`: cliques that, with those of the tree, make them meet.

    `first` is carried along the path between them. From S to S', the separators by which the path enters and leaves a
    clique, it needs S + S' + first, and in the last clique S + first + the other; the cliques of the tree and these
    have a junction tree again. Attributes of parts that nothing connects need only their pair.
    """
    near: list[list[int]] = [[] for _ in tree.cliques]
    for child, parent in enumerate(tree.parents[1:], start=1):
        near[child].append(parent)
        near[parent].append(child)
    own = [position for position, clique in enumerate(tree.cliques) if first in clique]
    seen = {name for position in own for name in tree.cliques[position]}
    reached = set(own)
    found: dict[str, list[Clique]] = {}
    ways: deque[tuple[int, set[str], list[Clique] | None]] = deque((position, set[str](), []) for position in own)
    while ways:
        position, entered, carried = ways.popleft()
        clique = tree.cliques[position]
        for name in clique:
            if name not in seen:
                seen.add(name)
                found[name] = [(first, name)] if carried is None else [*carried, (*entered, first, name)]
        for there in near[position]:
            if there not in reached:
                reached.add(there)
                leaves = set(clique) & set(tree.cliques[there])
                onward = None if carried is None or not leaves else carried
                if onward is not None and position not in own:
                    onward = [*onward, (*(entered | leaves), first)]
                ways.append((there, leaves, onward))
    return found


def extended(tree: JunctionTree, extra: Iterable[Clique], order: Iterable[str]) -> JunctionTree:
    """The tree with cliques that `meetings` named; attributes in `order`."""
    names = list(order)
    sets = {frozenset(clique) for clique in (*tree.cliques, *extra)}
    largest = [own for own in sets if not any(own < other for other in sets)]
    return connected(sorted(tuple(name for name in names if name in own) for own in largest))


def maximal_cliques(sizes: Mapping[str, int], cliques: Iterable[Clique]) -> list[Clique]:
    """Maximal cliques of the triangulated graph, by eliminating next whatever makes the smallest table.

    Sets are bit masks: an AIM round asks this once for every candidate.
    """
    names = list(sizes)
    bit = {name: 1 << position for position, name in enumerate(names)}
    near = [0] * len(names)
    for clique in cliques:
        mask = sum(bit[name] for name in clique)
        for name in clique:
            near[bit[name].bit_length() - 1] |= mask & ~bit[name]
    width = [math.log(sizes[name]) for name in names]
    cost = {v: width[v] + sum(width[u] for u in _bits(near[v])) for v in range(len(names))}
    found: list[int] = []
    while cost:
        v = min(cost, key=cost.__getitem__)
        del cost[v]
        around = near[v]
        for u in _bits(around):
            near[u] = (near[u] | around) & ~(1 << u) & ~(1 << v)
        for u in _bits(around):
            cost[u] = width[u] + sum(width[w] for w in _bits(near[u]))
        whole = around | 1 << v
        if not any(whole & ~other == 0 for other in found):
            found.append(whole)
    return [tuple(names[v] for v in _bits(mask)) for mask in found]


def _bits(mask: int) -> list[int]:
    positions: list[int] = []
    while mask:
        low = mask & -mask
        positions.append(low.bit_length() - 1)
        mask ^= low
    return positions
