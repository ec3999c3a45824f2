"""Numeric columns from contract to cells: atoms, rules for values outside, decimals, and numbers kept as text."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.errors import ContractError, DataError

Make = Callable[..., Contract]


def codec(make: Make, **column: Any) -> Codec:
    return Codec(make([{"name": "x", **column}]))


def back(given: Codec, cells: list[Any], kind: pa.DataType) -> list[Any]:
    codes = given.encode(pa.table({"x": pa.array(cells, kind)}))
    return given.decode(codes, np.random.default_rng(0))["x"].to_pylist()


def test_zero_gains_come_back_as_exactly_zero(make_contract: Make) -> None:
    gains = codec(make_contract, type="integer", bounds=[0, 99_999], scale="log", bins=32, atoms=[0, 99_999])
    cells = back(gains, [0, 99_999, 1, 99_998, 5178] * 100, pa.int64())
    assert cells[::5] == [0] * 100 and cells[1::5] == [99_999] * 100
    assert all(0 < cell < 99_999 for at, cell in enumerate(cells) if at % 5 > 1)


@pytest.mark.parametrize(
    ("outside", "expected"), [("clip", [0.0, 10.0, 0.0, 10.0, None]), ("null", [None, None, None, None, None])]
)
def test_values_beyond_bounds_follow_outside_and_nan_is_null(make_contract: Make, outside: str, expected: Any) -> None:
    column = codec(make_contract, type="number", bounds=[0, 10], step=1, nullable=True, outside=outside)
    assert back(column, [-3.5, 11.0, -np.inf, np.inf, np.nan], pa.float64()) == expected


@pytest.mark.parametrize("cell", [np.nan, None])
def test_nan_and_null_are_refused_where_null_is_not_declared(make_contract: Make, cell: Any) -> None:
    with pytest.raises(DataError, match="column 'x', row 2"):
        codec(make_contract, type="number", bounds=[0, 10]).encode(pa.table({"x": pa.array([1.0, cell])}))


@pytest.mark.parametrize("cell", [777.25, np.inf])
def test_outside_refuse_names_the_row_even_when_nullable(make_contract: Make, cell: float) -> None:
    column = codec(make_contract, type="number", bounds=[0, 10], outside="refuse", nullable=True)
    with pytest.raises(DataError, match="column 'x', row 3") as refusal:
        column.encode(pa.table({"x": pa.array([1.0, None, cell])}))
    assert "777" not in str(refusal.value) + repr(refusal.value)


def test_a_decimal_without_step_has_the_grid_of_its_scale(make_contract: Make) -> None:
    cents = codec(make_contract, type="number", bounds=[0.995, 1.5], arrow="decimal128(6, 2)")
    assert cents.domain == {"x": 51}, "1.00 to 1.50"
    cells = [Decimal("1.00"), Decimal("1.37"), Decimal("1.50"), Decimal("-9.99"), Decimal("9999.99")]
    assert back(cents, cells, pa.decimal128(6, 2)) == [*cells[:3], Decimal("1.00"), Decimal("1.50")]


def test_a_decimal_beyond_64_bits_is_outside(make_contract: Make) -> None:
    wide = codec(make_contract, type="number", bounds=[0, 10], arrow="decimal128(38, 0)")
    assert back(wide, [Decimal(10) ** 30, -(Decimal(10) ** 30), Decimal(4)], pa.decimal128(38, 0)) == [10, 0, 4]


@pytest.mark.parametrize("column", [{"step": 0.001}, {"atoms": [0.125]}, {"bounds": [0, 10_000]}])
def test_a_decimal_that_cannot_hold_the_contract_is_refused(make_contract: Make, column: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match=r"columns\.x"):
        codec(make_contract, **{"type": "number", "bounds": [0, 10], "arrow": "decimal128(6, 2)", **column})


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ({"type": "integer", "bounds": [0, 99]}, ["35", "0", "N", "99"]),
        ({"type": "number", "bounds": [0, 9000], "step": 100}, ["3500.0", "0.0", "N", "9000.0"]),
        ({"type": "number", "bounds": [-1, 5], "step": 0.1}, ["-0.9", "0.3", "N", "5.0"]),
        ({"type": "number", "bounds": [0, 9e17], "step": 1e16}, ["1e+16", "0.0", "N", "9e+17"]),
    ],
)
def test_numbers_beside_codes_keep_the_sources_text(make_contract: Make, column: Any, cells: list[str]) -> None:
    mixed = codec(make_contract, special={"N": "not applicable"}, nullable=True, **column)
    assert back(mixed, [*cells, None], pa.string()) == [*cells, None]


def test_text_that_is_neither_number_nor_code_is_null_or_refused(make_contract: Make) -> None:
    column = {"type": "integer", "bounds": [0, 99], "special": {"N": "not applicable"}}
    cells = ["n", "", "1.5", "7.0", " 8 ", "+9", "x4", "1e2", "123456789012345678901234567890", "-5"]
    lenient = codec(make_contract, nullable=True, **column)
    assert back(lenient, cells, pa.string()) == [None, None, None, "7", "8", "9", None, None, "99", "0"]
    with pytest.raises(DataError, match="row 2") as refusal:
        codec(make_contract, **column).encode(pa.table({"x": ["12", "canary-81f3"]}))
    assert "canary" not in str(refusal.value) + repr(refusal.value)
    real = codec(make_contract, type="number", bounds=[0, 10], step=0.5, special={"N": "none"}, nullable=True)
    assert back(real, ["1e0", ".5", "2.", "1e999", "nan", "inf"], pa.string()) == [
        "1.0",
        "0.5",
        "2.0",
        "10.0",
        None,
        None,
    ]


def test_atoms_and_special_codes_stand_beside_the_bins(make_contract: Make) -> None:
    poverty = codec(
        make_contract,
        type="integer",
        bounds=[0, 501],
        bins=10,
        atoms=[501],
        special={"N": "a", "M": "b"},
        nullable=True,
    )
    codes = poverty.encode(pa.table({"x": ["0", "500", "501", "N", "M", None]}))["x"]
    assert codes.tolist() == [0, 9, 10, 11, 12, 13] and poverty.domain == {"x": 14}


@pytest.mark.parametrize(
    "kind", [{"type": "integer"}, {"type": "number"}, {"type": "number", "arrow": "decimal128(9, 2)"}]
)
def test_log_bins_from_zero_are_the_same_for_integers_floats_and_cents(
    make_contract: Make, kind: dict[str, Any]
) -> None:
    column = codec(make_contract, bounds=[0, 999], bins=3, scale="log", **kind)
    cells = pa.array([0, 8, 10, 98, 100, 999], pa.int64() if kind["type"] == "integer" else pa.float64())
    assert column.encode(pa.table({"x": cells}))["x"].tolist() == [0, 0, 1, 1, 2, 2]
