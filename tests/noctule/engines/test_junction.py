"""Junction trees: what makes one, and making two attributes meet in it."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.engines.junction import JunctionTree, affordable, cells, extended, junction_tree, meetings

NAMES = "abcdefgh"
SIZES = dict(zip(NAMES, (2, 3, 5, 2, 7, 4, 2, 3), strict=True))

pairs = st.lists(st.sampled_from(list(combinations(NAMES, 2))), max_size=14)


def _require_tree(tree: JunctionTree, cliques: list[tuple[str, ...]]) -> None:
    """Every clique is covered, none is inside another, and each attribute's cliques are connected."""
    for clique in cliques:
        assert set(clique) <= set(tree.cliques[tree.home(clique)])
    assert not any(set(a) < set(b) for a in tree.cliques for b in tree.cliques)
    assert tree.parents[0] == -1 and all(parent < child for child, parent in enumerate(tree.parents[1:], start=1))
    for child, (parent, shared) in enumerate(zip(tree.parents, tree.separators, strict=True)):
        if child:
            earlier = {name for clique in tree.cliques[:child] for name in clique}
            assert set(shared) == set(tree.cliques[child]) & set(tree.cliques[parent])
            assert set(tree.cliques[child]) & earlier <= set(shared)  # running intersection


@settings(max_examples=200, deadline=None)
@given(pairs)
def test_a_junction_tree_of_any_graph(graph: list[tuple[str, str]]) -> None:
    cliques = [(name,) for name in NAMES] + graph
    _require_tree(junction_tree(SIZES, cliques), cliques)


@settings(max_examples=200, deadline=None)
@given(pairs)
def test_every_pair_can_be_made_to_meet(graph: list[tuple[str, str]]) -> None:
    tree = junction_tree(SIZES, [(name,) for name in NAMES] + graph)
    for first in NAMES:
        found = meetings(tree, first)
        near = {name for clique in tree.cliques if first in clique for name in clique}
        assert set(found) == set(NAMES) - near
        for other, extra in found.items():
            grown = extended(tree, extra, NAMES)
            _require_tree(grown, [*tree.cliques, (first, other)])
            assert cells(SIZES, grown.cliques) <= cells(SIZES, tree.cliques) + cells(SIZES, extra)


@settings(max_examples=50, deadline=None)
@given(graph=pairs, limit=st.integers(0, 3000))
def test_what_is_affordable_keeps_the_true_size_below_the_limit(graph: list[tuple[str, str]], limit: int) -> None:
    tree = junction_tree(SIZES, [(name,) for name in NAMES] + graph)
    candidates = [(name,) for name in NAMES] + list(combinations(NAMES, 2))
    for clique, extra in affordable(tree, SIZES, candidates, limit).items():
        held = any(set(clique) <= set(own) for own in tree.cliques)
        assert held == (not extra)
        assert held or cells(SIZES, extended(tree, extra, NAMES).cliques) <= limit


def test_a_cycle_is_triangulated_and_counted_as_such() -> None:
    """smartnoise-synth adds up the measured pairs of a 4-cycle (400 cells); the model has two triangles (2000)."""
    sizes = dict.fromkeys("abcd", 10)
    cycle = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]
    assert cells(sizes, cycle) == 400
    assert cells(sizes, junction_tree(sizes, cycle).cliques) == 2000
