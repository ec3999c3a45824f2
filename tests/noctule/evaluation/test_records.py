"""A table as attackers hold it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.contract import Contract
from noctule.contract.arrow import arrow_type
from noctule.evaluation.records import NULL, Records, records

Make = Callable[..., Contract]
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "role": "identifier"},
    {"name": "age", "type": "integer", "bounds": [20, 120], "nullable": True},
    {"name": "drug", "type": "category", "categories": ["a", "b"], "other": True, "nullable": True},
    {"name": "price", "from": "drug", "map": {"a": 3, "b": 4, "other": 5}, "nullable": True},
    {"name": "born", "type": "date", "bounds": [date(2000, 1, 1), date(2020, 1, 1)]},
    {"name": "bp", "type": "text", "format": "{s}/{d}",
     "parts": {"s": {"type": "integer", "bounds": [0, 300]}, "d": {"type": "integer", "bounds": [0, 200]}}},
    {"name": "income", "type": "integer", "bounds": [0, 50], "special": {"N": "none"}},
    {"name": "well", "type": "boolean"},
]  # fmt: skip
CELLS: dict[str, list[Any]] = {
    "age": [70, None, 500],
    "drug": ["a", "undeclared", None],
    "price": [3, 5, None],
    "born": [date(2010, 1, 1), date(2000, 1, 1), date(2020, 1, 1)],
    "bp": ["150/80", "0/200", "300/0"],
    "income": ["25", "N", "50"],
    "well": [True, False, True],
}


@pytest.fixture
def made(make_contract: Make) -> Records:
    contract = make_contract(COLUMNS)
    arrays = {name: pa.array(cells, arrow_type(contract.column(name))) for name, cells in CELLS.items()}
    return records(pa.table(arrays), contract)


def test_modelled_columns_in_the_contracts_scale(made: Records) -> None:
    assert made.owners == ("drug", "well", "age", "born", "bp", "bp", "income")
    assert made.columns == ["drug", "well", "age", "born", "bp", "income"]
    assert made.codes.tolist() == [[0, 2, 3], [1, 0, 1]]
    age, born, systolic, _, income = made.places.tolist()
    assert age == [0.5, NULL, 1] and born == pytest.approx([0.5, 0, 1], abs=1e-3)
    assert systolic == [0.5, 0, 1] and income == [0.5, NULL, 1]


def test_times_keep_their_microseconds(make_contract: Make) -> None:
    contract = make_contract([{"name": "seen", "type": "datetime", "bounds": [date(2020, 1, 1), date(2030, 1, 1)]}])
    times = [datetime(2025, 1, 1, 0, 0, 0, micro) for micro in (1, 2, 1)]
    one, two, three = records(pa.table({"seen": pa.array(times, pa.timestamp("us"))}), contract).row_keys()
    assert one == three != two


def test_keys_are_equal_for_equal_rows_alone(made: Records) -> None:
    again = made.take(np.array([2, 0, 0]))
    assert [list(made.row_keys()).index(key) for key in again.row_keys()] == [2, 0, 0]
    assert len(set(made.row_keys())) == 3
    assert len(set(made.only(["well"]).row_keys())) == 2
    assert len(set(made.only(["income"]).row_keys())) == 3


def test_columns_and_rows_are_picked(made: Records) -> None:
    some = made.only(["well", "bp"])
    assert some.owners == ("well", "bp", "bp") and some.codes.shape == (1, 3) and some.numbers.shape == (2, 3)
    assert made.sample(3, np.random.default_rng(0)) is made
    assert made.sample(2, np.random.default_rng(0)).rows == 2


def test_bins_of_the_public_bounds(made: Records) -> None:
    age, _, _, _, income = made.binned(10).tolist()
    assert age == [5, 10, 9] and income == [5, 10, 9]
