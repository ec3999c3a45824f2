"""Cells without a code: null where the contract allows it, else a refusal that names column and row only."""

from typing import Any

import numpy as np
import pytest

from noctule.codes.gaps import MISSING, OUTSIDE, UNREADABLE, fill_gaps
from noctule.contract.columns import NumericColumn
from noctule.errors import DataError


def column(**keys: Any) -> NumericColumn:
    return NumericColumn.model_validate({"name": "x", "type": "integer", "bounds": (0, 9), **keys})


def test_gaps_become_the_last_code() -> None:
    codes = np.array([3, MISSING, OUTSIDE, UNREADABLE], np.int32)
    assert fill_gaps(codes, 11, column(nullable=True), "sample").tolist() == [3, 10, 10, 10]


@pytest.mark.parametrize(
    ("gap", "keys", "words"),
    [
        (MISSING, {}, "nullable: true"),
        (UNREADABLE, {}, "special"),
        (OUTSIDE, {"outside": "refuse"}, "widen bounds"),
        (OUTSIDE, {"outside": "refuse", "nullable": True}, "widen bounds"),
    ],
)
def test_a_refusal_names_table_column_row_and_fix(gap: int, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError) as refusal:
        fill_gaps(np.array([0, 0, gap, gap], np.int32), 10, column(**keys), "sample")
    assert refusal.value.where == "sample: column 'x', row 3" and words in refusal.value.fix
