"""The plan of what is counted: it serves every clique, and it is as small as promised."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.counts.packing import CELLS, batches, cells, plan
from tests.noctule.counts.tables import cliques, domains

FIFTEEN = {f"c{i}": size for i, size in enumerate([2, 2, 5, 7, 9, 10, 15, 16, 22, 32, 41, 50, 74, 84, 100])}


@settings(max_examples=100, deadline=None)
@given(data=st.data(), domain=domains())
def test_each_clique_is_held_by_a_table_of_bounded_size(data: st.DataObject, domain: dict[str, int]) -> None:
    wanted = data.draw(cliques(domain))
    found = plan(wanted, domain)
    assert list(found) and set(found) == set(wanted)
    widest = max(cells(clique, domain) for clique in wanted)
    for clique, table in found.items():
        assert set(clique) <= set(table.attributes) <= {name for other in wanted for name in other}
        assert len(set(table.attributes)) == len(table.attributes)
        assert cells(table.attributes, domain) <= max(CELLS, widest)


def test_the_pairs_of_fifteen_columns_take_36_tables() -> None:
    assert len(set(plan(combinations(FIFTEEN, 2), FIFTEEN).values())) == 36


def test_narrow_cliques_are_read_off_wide_ones() -> None:
    triple = ("c0", "c14", "c13")
    found = plan([("c14",), ("c14", "c13"), triple, ("c13", "c0", "c14")], FIFTEEN)
    assert len(set(found.values())) == 1


def test_forty_constants_stay_within_numpys_axes() -> None:
    domain = {f"c{i}": 1 for i in range(40)}
    found = plan(combinations(domain, 3), domain)
    assert max(len(table.attributes) for table in found.values()) <= 64


def test_batches_keep_order_and_bound() -> None:
    domain = {"a": 5000, "b": 5000, "c": 5000, "d": 10}
    pairs = list(combinations(domain, 2))
    found = list(batches(pairs, domain))
    assert [clique for batch in found for clique in batch] == pairs
    assert [len(batch) for batch in found] == [1, 2, 3]
