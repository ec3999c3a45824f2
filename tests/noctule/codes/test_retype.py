"""Text read as the type that was bought; what cannot be read is missing."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from noctule.codes.retype import retyped
from noctule.contract.columns import BooleanColumn, NumericColumn, TimeColumn

BOUGHT: dict[str, Any] = {"name": "x", "domain_source": "dp_estimated"}
DAYS = {"type": "date", "bounds": (date(2000, 1, 1), date(2001, 1, 1))}
MOMENTS = {"type": "datetime", "bounds": (datetime(2000, 1, 1), datetime(2001, 1, 1))}


@pytest.mark.parametrize(
    ("column", "kind", "cells", "read"),
    [
        (
            NumericColumn(type="integer", bounds=(0, 9), **BOUGHT),
            pa.int64(),
            ["3", "x", None, "3.5"],
            [3, None, None, None],
        ),
        (NumericColumn(type="number", bounds=(0, 9), **BOUGHT), pa.float64(), ["3", "x", "2.5"], [3.0, None, 2.5]),
        (BooleanColumn(type="boolean", **BOUGHT), pa.bool_(), ["TRUE", "false", "2", None], [True, False, None, None]),
        (TimeColumn(**DAYS, **BOUGHT), pa.date32(), ["2000-02-28", "2000-02-30", "x"], [date(2000, 2, 28), None, None]),
        (
            TimeColumn(**MOMENTS, **BOUGHT),
            pa.timestamp("us"),
            ["2000-02-28 10:00:00", ""],
            [datetime(2000, 2, 28, 10), None],
        ),
    ],
)
def test_text_is_read(column: Any, kind: pa.DataType, cells: list[Any], read: list[Any]) -> None:
    array = retyped(pa.array(cells), column, kind)
    assert array.type == kind and array.to_pylist() == read
    assert retyped(pa.array(cells).dictionary_encode(), column, kind).to_pylist() == read


def test_what_was_stated_is_left_alone() -> None:
    stated = NumericColumn(type="integer", bounds=(0, 9), name="x")
    cells = pa.array(["3", "x"])
    assert retyped(cells, stated, pa.int64()) is cells
