"""Distances of marginals beside those of fresh rows."""

import numpy as np
import pytest

from noctule.codes import Codec, Codes
from noctule.evaluation.halves import halves
from noctule.evaluation.marginals import marginals
from tests.contracts import contract_of

ROWS = 4_000
LETTERS = [f"k{i}" for i in range(5)]
CODEC = Codec(contract_of([{"name": name, "type": "category", "categories": LETTERS} for name in "abcd"]))


def draw(seed: int, strength: float = 0.7) -> Codes:
    """Each column repeats the one before with probability `strength`."""
    rng = np.random.default_rng(seed)
    codes = {"a": rng.integers(0, 5, ROWS)}
    for before, name in zip("abc", "bcd", strict=True):
        codes[name] = np.where(rng.random(ROWS) < strength, codes[before], rng.integers(0, 5, ROWS))
    return {name: column.astype(np.int32) for name, column in codes.items()}


def test_a_faithful_release_is_as_near_as_fresh_rows() -> None:
    """60 pairs of seeds gave ratios of 1.01 (standard deviation 0.37), 0.98 (0.16) and 0.98 (0.10), so that the mean of
    ten of these differs from 1 by more than four standard errors once in 10,000 runs; and seeds are fixed.
    """
    ratios: list[list[float]] = []
    for seed in range(10):
        found = marginals(draw(seed), draw(100 + seed), CODEC, halves(ROWS, ROWS))
        assert [(row["ways"], row["rows"]) for row in found["ceilings"]] == [(ways, ROWS // 2) for ways in (1, 2, 3)]
        assert found["tvd1"] < found["tvd2"] < found["tvd3"] < 0.1
        assert found["k_marginal"] == pytest.approx(1000 * (1 - found["tvd3"]))
        ratios.append([row["ratio"] for row in found["ceilings"]])
    assert np.abs(np.mean(ratios, axis=0) - 1) == pytest.approx([0, 0, 0], abs=0.47)
    assert np.mean(ratios, axis=0)[1:] == pytest.approx([1, 1], abs=0.21)


def test_lost_pairs_show_in_pairs_and_triples_alone() -> None:
    found = marginals(draw(1), draw(2, strength=0), CODEC, halves(ROWS, ROWS))
    one, two, three = (row["ratio"] for row in found["ceilings"])
    assert one < 2.5 and two > 5 and three > 4
    assert found["tvd1"] < 0.03 < 0.3 < found["tvd2"] < found["tvd3"]


def test_one_column_has_no_pairs() -> None:
    alone = Codec(contract_of([{"name": "a", "type": "category", "categories": LETTERS}]))
    codes = {"a": np.arange(20, dtype=np.int32) % 5}
    found = marginals(codes, codes, alone, halves(20, 20))
    assert found["tvd1"] == 0 and found["tvd2"] is None and found["k_marginal"] is None
    assert [row["ratio"] for row in found["ceilings"][1:]] == [None, None]


def test_worst_columns_come_first() -> None:
    codes = draw(1)
    found = marginals(codes, codes | {"c": np.zeros(ROWS, np.int32)}, CODEC, halves(ROWS, ROWS))
    assert found["worst_column"] == "c" == found["columns"][0]["column"]
    assert len(found["columns"]) == 4
