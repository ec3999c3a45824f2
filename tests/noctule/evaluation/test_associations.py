"""Strength of pairs."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.evaluation.associations import associations, cramers_v, spearman
from noctule.evaluation.halves import halves
from noctule.evaluation.records import records

ROWS = 4_000


@pytest.fixture
def contract(make_contract: Callable[..., Contract]) -> Contract:
    return make_contract(
        [
            {"name": "x", "type": "integer", "bounds": [0, 99], "bins": 10},
            {"name": "y", "type": "number", "bounds": [0, 200], "bins": 10, "nullable": True},
            {"name": "k", "type": "category", "categories": ["p", "q", "r"]},
        ]
    )


def draw(seed: int, *, related: bool = True) -> pa.Table:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 100, ROWS)
    y = x + rng.random(ROWS) * 100 if related else rng.random(ROWS) * 200
    letters = np.array(["p", "q", "r"])[x // 34] if related else rng.choice(["p", "q", "r"], ROWS)
    return pa.table({"x": x, "y": pa.array(y, mask=rng.random(ROWS) < 0.1), "k": letters})


def test_cramers_v_by_hand_and_at_its_ends() -> None:
    """A table of 30, 10; 10, 30: chi-square 20 of 80 rows, V 0.5."""
    a, b = np.repeat([0, 0, 1, 1], [30, 10, 10, 30]), np.repeat([0, 1, 0, 1], [30, 10, 10, 30])
    codes = {name: column.astype(np.int32) for name, column in {"a": a, "b": b, "c": a, "d": 0 * a}.items()}
    found = cramers_v(codes, {"a": 2, "b": 3, "c": 2, "d": 2})
    assert found["a", "b"] == pytest.approx(0.5)
    assert found["a", "c"] == pytest.approx(1)
    assert found["a", "d"] == 0


def test_spearman_is_that_of_scipy_over_rows_with_both(contract: Contract) -> None:
    from scipy.stats import spearmanr

    rows = records(draw(1), contract)
    both = ~np.isnan(rows.numbers).any(axis=0)
    assert spearman(rows) == pytest.approx([spearmanr(*rows.numbers[:, both]).statistic])


def test_lost_relations_stand_out(contract: Contract) -> None:
    codec, raw = Codec(contract), draw(1)

    def found(release: pa.Table) -> dict[str, float]:
        sides = [codec.encode(table) for table in (raw, release)]
        rows = [records(table, contract) for table in (raw, release)]
        return associations(*sides, codec.domain, *rows, halves(ROWS, ROWS))

    good, bad = found(draw(2)), found(draw(2, related=False))
    assert good["cramers_v"] < 0.02 and good["spearman"] < 0.06 and good["cramers_v_fresh_rows"] < 0.02
    assert bad["cramers_v"] > 0.4 and bad["spearman"] > 0.5
    assert bad["worst_pair"] == ["x", "k"] and bad["worst_difference"] > 0.8


def test_without_pairs(make_contract: Callable[..., Contract]) -> None:
    contract = make_contract([{"name": "k", "type": "boolean"}])
    table = pa.table({"k": [True, False] * 10})
    codes, rows = Codec(contract).encode(table), records(table, contract)
    found = associations(codes, codes, {"k": 2}, rows, rows, halves(20, 20))
    assert found["worst_pair"] is None and found["cramers_v"] is None and found["spearman"] is None
