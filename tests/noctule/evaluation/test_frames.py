"""What SDMetrics is shown: the public view of a table."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from noctule.contract import Contract
from noctule.contract.arrow import arrow_type
from noctule.evaluation.frames import NULL, compared, frame, sample, sdmetrics_metadata, view

Make = Callable[..., Contract]
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "role": "identifier"},
    {"name": "name", "role": "pii", "pii": "person_name", "release": "fake"},
    {"name": "notes", "role": "free_text"},
    {"name": "age", "type": "integer", "bounds": [0, 110], "nullable": True},
    {"name": "dose", "type": "number", "bounds": [0, 9], "outside": "null", "nullable": True},
    {"name": "price", "type": "number", "bounds": [0, 9], "arrow": "decimal128(4, 2)"},
    {"name": "income", "type": "integer", "bounds": [0, 50], "special": {"N": "none"}},
    {"name": "drug", "type": "category", "categories": ["a"], "other": True, "nullable": True},
    {"name": "race", "type": "category", "categories": [1, 2], "nullable": True, "arrow": "int8"},
    {"name": "well", "type": "boolean", "nullable": True},
    {"name": "seen", "type": "datetime", "bounds": [date(2020, 1, 1), date(2021, 1, 1)], "arrow": "timestamp[s, UTC]"},
    {"name": "born", "type": "date", "bounds": [date(1900, 1, 1), date(2021, 1, 1)], "nullable": True},
    {
        "name": "bp", "type": "text", "format": "{s}/{d}",
        "parts": {"s": {"type": "integer", "bounds": [0, 300]}, "d": {"type": "integer", "bounds": [0, 200]}},
    },
    {"name": "floor", "from": "drug", "map": {"a": 3}, "nullable": True},
    {"name": "kind", "from": "drug", "map": {"a": "x"}, "nullable": True},
]  # fmt: skip
CELLS: dict[str, list[Any]] = {
    "age": [30, None, 500],
    "dose": [9.0, 9.5, float("inf")],
    "price": [Decimal("1.50"), Decimal("2.00"), Decimal("9.99")],
    "income": ["40", "N", "-7"],
    "drug": ["a", "undeclared", None],
    "race": [1, 7, None],
    "well": [True, False, None],
    "seen": [datetime(2020, 5, 1), datetime(2020, 5, 2), datetime(2020, 5, 3)],
    "born": [date(1980, 1, 1), None, date(1990, 1, 1)],
    "bp": ["120/80", "90/60", "torn"],
    "floor": [3, None, None],
    "kind": ["x", None, None],
}


@pytest.fixture
def contract(make_contract: Make) -> Contract:
    return make_contract(COLUMNS)


@pytest.fixture
def table(contract: Contract) -> pa.Table:
    arrays = {name: pa.array(cells, arrow_type(contract.column(name))) for name, cells in CELLS.items()}
    return pa.table(arrays)


def test_only_modelled_and_derived_columns_are_compared(contract: Contract) -> None:
    assert compared(contract) == list(CELLS)


def test_values_follow_the_contracts_row_wise_rules(contract: Contract, table: pa.Table) -> None:
    series = {one.name: one.values.to_pylist() for one in view(table, contract)}
    assert series["age"] == [30, None, 110]
    assert series["dose"] == [9, None, None]
    assert series["price"] == [1.5, 2, 9]
    assert series["income"] == [40, None, 0]
    assert series["drug"] == ["a", "other", NULL]
    assert series["race"] == ["1", NULL, NULL]
    assert series["well"] == ["true", "false", NULL]
    assert series["bp.s"] == [120, 90, None]
    assert series["bp.d"] == [80, 60, None]
    assert series["floor"] == [3, None, None]
    assert series["kind"] == ["x", NULL, NULL]
    assert series["born"] == [datetime(1980, 1, 1), None, datetime(1990, 1, 1)]


def test_metadata_names_every_column_of_the_frame(contract: Contract, table: pa.Table) -> None:
    series = view(table, contract)
    columns = sdmetrics_metadata(series)["tables"]["table"]["columns"]
    assert {name: kind["sdtype"] for name, kind in columns.items()} == {
        "age": "numerical", "dose": "numerical", "price": "numerical", "income": "numerical",
        "drug": "categorical", "race": "categorical",
        "well": "boolean", "seen": "datetime", "born": "datetime", "bp.s": "numerical", "bp.d": "numerical",
        "floor": "numerical", "kind": "categorical",
    }  # fmt: skip
    made = frame(series)
    assert list(made.columns) == list(columns)
    assert made["seen"].dt.tz is None and made["born"].dtype.kind == "M"


def test_a_sample_is_without_replacement_in_order_and_repeatable() -> None:
    table = pa.table({"x": range(1_000)})
    first = sample(table, 100, seed=0)["x"].to_pylist()
    assert len(set(first)) == 100 and first == sorted(first)
    assert sample(table, 100, seed=0)["x"].to_pylist() == first != sample(table, 100, seed=1)["x"].to_pylist()
    assert sample(table, 5_000, seed=0) is table
