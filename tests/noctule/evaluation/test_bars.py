"""Bars and labels for an attribute's codes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.evaluation.bars import Bars, bars

Make = Callable[..., Contract]


def layout(make: Make, column: dict[str, Any], shares: list[float] | None = None, attribute: int = 0) -> Bars:
    contract = make([{"name": "x", **column}])
    one = Codec(contract).attributes[attribute]
    return bars(contract.column("x"), one, np.array(shares or [0.0] * one.size))


@pytest.mark.parametrize(
    ("column", "attribute", "touching", "labels"),
    [
        ({"type": "integer", "bounds": [0, 110], "bins": 22}, 0, 22, ["0", "110"]),
        (
            {"type": "integer", "bounds": [0, 2000000], "bins": 9, "atoms": [0, 99999], "nullable": True},
            0, 9, ["0", "2M", "0", "99,999", "null"],
        ),
        (
            {"type": "number", "bounds": [0.5, 9], "scale": "log", "bins": 4, "special": {"N": "not asked"}},
            0, 4, ["0.5", "9 (log)", "N"],
        ),
        (
            {"type": "date", "bounds": [date(2020, 1, 1), date(2021, 1, 1)], "bins": 6},
            0, 6, ["2020-01-01", "2021-01-01"],
        ),
        (
            {"type": "text", "format": "{s}/{d}", "nullable": True,
             "parts": {"s": {"type": "integer", "bounds": [0, 9]}, "d": {"type": "integer", "bounds": [1, 5]}}},
            0, 10, ["0", "9", "null"],
        ),
        (
            {"type": "text", "format": "{s}/{d}", "nullable": True,
             "parts": {"s": {"type": "integer", "bounds": [0, 9]}, "d": {"type": "integer", "bounds": [1, 5]}}},
            1, 5, ["1", "5"],
        ),
    ],
)  # fmt: skip
def test_bins_touch_and_other_codes_stand_apart(
    column: dict[str, Any], attribute: int, touching: int, labels: list[str], make_contract: Make
) -> None:
    made = layout(make_contract, column, attribute=attribute)
    assert (made.touching, made.labels) == (touching, labels)
    right = made.left + made.width
    assert np.allclose(right[: touching - 1], made.left[1:touching])
    assert (made.left[touching:] > right[touching - 1 : -1]).all()


def test_rare_categories_share_the_last_bar(make_contract: Make) -> None:
    shares = np.arange(12) / 66
    made = layout(make_contract, {"type": "category", "categories": [f"c{i}" for i in range(12)]}, shares.tolist())
    assert made.labels == ["c11", "c10", "c9", "c8", "c7", "c6", "c5", "5 more"]
    assert made.heights(shares).sum() == pytest.approx(1)
    assert made.heights(shares)[-1] == pytest.approx((0 + 1 + 2 + 3 + 4) / 66)


def test_categories_are_called_by_their_public_meaning(make_contract: Make) -> None:
    column = {"type": "category", "categories": [1, 2], "labels": {1: "white\nor so", 2: "a very long description"}}
    made = layout(make_contract, {**column, "other": -1, "nullable": True}, [0.4, 0.3, 0.2, 0.1])
    assert made.labels == ["white or so", "a very long…", "-1", "null"]
    assert layout(make_contract, {"type": "boolean", "nullable": True}).labels == ["false", "true", "null"]
