"""TVD of low-way marginals over codes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.codes import Codes
from noctule.evaluation.fidelity import shares, tvd, workload

DOMAIN = {"a": 3, "b": 2, "c": 4}


@st.composite
def tables(draw: st.DrawFn) -> Codes:
    rows = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    return {name: rng.integers(0, size, rows).astype(np.int32) for name, size in DOMAIN.items()}


def table(**columns: list[int]) -> Codes:
    return {name: np.array(codes, np.int32) for name, codes in columns.items()}


def test_worked_example_with_different_row_counts() -> None:
    real = table(a=[0, 0, 1, 2], b=[0, 0, 1, 1], c=[0, 0, 0, 0])
    synthetic = table(a=[0, 1], b=[0, 0], c=[0, 3])
    assert tvd(real, synthetic, DOMAIN, 1) == {("a",): 0.25, ("b",): 0.5, ("c",): 0.5}
    assert tvd(real, synthetic, DOMAIN, 2)["a", "b"] == 0.5  # shares .5 .25 .25 against .5 .5


def test_every_clique_of_the_domain_is_there() -> None:
    one = table(a=[0], b=[0], c=[0])
    assert list(tvd(one, one, DOMAIN, 2)) == [("a", "b"), ("a", "c"), ("b", "c")]


@settings(max_examples=40, deadline=None)
@given(tables(), tables())
def test_a_distance_that_only_grows_with_the_ways(left: Codes, right: Codes) -> None:
    ones, twos = tvd(left, right, DOMAIN, 1), tvd(left, right, DOMAIN, 2)
    assert all(0 <= distance <= 1 + 1e-12 for distance in (*ones.values(), *twos.values()))
    assert all(distance >= max(ones[one,] for one in pair) - 1e-12 for pair, distance in twos.items())
    assert twos == pytest.approx(tvd(right, left, DOMAIN, 2))
    assert set(tvd(left, left, DOMAIN, 2).values()) == {0.0}


def test_shares_of_no_rows_are_zero() -> None:
    empty = table(a=[], b=[], c=[])
    assert shares(empty, ("a",), DOMAIN).tolist() == [0, 0, 0]


def test_triples_are_drawn_by_a_public_seed_and_are_not_too_large() -> None:
    domain = dict.fromkeys("abcdefghijkl", 4) | {"wide": 4096, "wider": 4096}
    triples = workload(domain, 3)
    assert len(triples) == 100 == len(set(triples))
    assert triples == workload(domain, 3)
    assert not any({"wide", "wider"} <= set(triple) for triple in triples)
    order = list(domain)
    assert all([order.index(name) for name in triple] == sorted(map(order.index, triple)) for triple in triples)
    assert len(workload(domain, 2)) == 91
