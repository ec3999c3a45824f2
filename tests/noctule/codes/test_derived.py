"""Derived columns: public maps over decoded cells of every kind, covered by the map or nullable."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.errors import ContractError

Make = Callable[..., Contract]


def derived(make: Make, source: dict[str, Any], mapping: dict[Any, Any], **keys: Any) -> dict[Any, Any]:
    """Decoded source value -> derived value, over every code of the source."""
    codec = Codec(make([{"name": "y", "from": "x", "map": mapping, **keys}, {"name": "x", **source}]))
    size = codec.domain["x"]
    table = codec.decode({"x": np.arange(size, dtype=np.int32)}, np.random.default_rng(0))
    return dict(zip(table["x"].to_pylist(), table["y"].to_pylist(), strict=True))


CATEGORY = {"type": "category", "categories": ["a", "b"]}


@pytest.mark.parametrize(
    ("source", "mapping", "expected"),
    [
        (CATEGORY | {"other": True}, {"a": 1, "b": 2, "other": 9}, {"a": 1, "b": 2, "other": 9}),
        (CATEGORY | {"arrow": "dictionary<int32, string>"}, {"b": "B", "a": "A"}, {"a": "A", "b": "B"}),
        ({"type": "category", "categories": [1, 2]}, {1: True, 2: False}, {1: True, 2: False}),
        ({"type": "boolean"}, {True: 0.5, False: 2}, {False: 2.0, True: 0.5}),
        ({"type": "integer", "bounds": [0, 2], "bins": 1}, {0: "none", 1: "one", 2: "two"}, None),
        (
            {"type": "integer", "bounds": [0, 1], "special": {"N": "n"}},
            {0: 7, "1": 8, "N": 9},
            {"0": 7, "1": 8, "N": 9},
        ),
        ({"type": "number", "bounds": [0, 0.2], "step": 0.1}, {"0": 1, "0.1": 2, "0.2": 3}, {0.0: 1, 0.1: 2, 0.2: 3}),
        (
            {"type": "number", "bounds": [0, 0.25], "step": 0.25, "arrow": "halffloat"},
            {"0": 1, "0.25": 2},
            {0.0: 1, 0.25: 2},
        ),
        (
            {"type": "date", "bounds": [date(2020, 1, 1), date(2020, 1, 2)]},
            {"2020-01-01": "holiday", "2020-01-02": "work"},
            {date(2020, 1, 1): "holiday", date(2020, 1, 2): "work"},
        ),
        (
            {
                "type": "datetime",
                "bounds": [datetime(2020, 1, 1), datetime(2020, 1, 1, 0, 0, 1)],
                "arrow": "timestamp[s]",
            },
            {"2020-01-01 00:00:00": 0, "2020-01-01 00:00:01": 1},
            {datetime(2020, 1, 1): 0, datetime(2020, 1, 1, 0, 0, 1): 1},
        ),
    ],
    ids=["other", "dictionary", "integers", "booleans", "bins", "special", "step", "half", "date", "datetime"],
)
def test_every_value_is_mapped(make_contract: Make, source: Any, mapping: Any, expected: Any) -> None:
    found = derived(make_contract, source, mapping)
    if expected is None:
        expected = {value: mapping[value] for value in found}
    assert found == expected


def test_keys_left_out_and_null_cells_are_null(make_contract: Make) -> None:
    source = {"type": "category", "categories": [1, 2, 3], "nullable": True}
    found = derived(make_contract, source, {"1": "one", "3": "three", "x": "never"}, nullable=True)
    assert found == {1: "one", 2: None, 3: "three", None: None}


@pytest.mark.parametrize(
    ("source", "mapping"),
    [
        (CATEGORY | {"nullable": True}, {"a": 1, "b": 2}),
        ({"type": "integer", "bounds": [0, 2]}, {0: 1, 2: 3}),
        ({"type": "number", "bounds": [0, 2]}, {0: 1, 2: 3}),
    ],
    ids=["null", "gap", "continuous"],
)
def test_a_map_with_gaps_is_refused_before_any_charge(make_contract: Make, source: Any, mapping: Any) -> None:
    with pytest.raises(ContractError, match="does not cover"):
        derived(make_contract, source, mapping)
    assert None in derived(make_contract, source, mapping, nullable=True).values()


@pytest.mark.parametrize("arrow", ["int8", "dictionary<int8, large_string>", "decimal128(4, 1)", "float"])
def test_the_derived_column_has_its_declared_type(make_contract: Make, arrow: str) -> None:
    text, real = "string" in arrow, arrow in ("decimal128(4, 1)", "float")
    mapping = {"a": "x", "b": "x"} if text else {"a": 1, "b": 2.5 if real else 2}
    codec = Codec(
        make_contract([{"name": "x", **CATEGORY}, {"name": "y", "from": "x", "map": mapping, "arrow": arrow}])
    )
    table = codec.decode({"x": np.array([0, 1, 1], np.int32)}, np.random.default_rng(0))
    assert table["y"].type == codec._types["y"]
    assert [value if text else float(value) for value in table["y"].to_pylist()] == [
        *(mapping[key] for key in ("a", "b", "b"))
    ]


def test_values_that_do_not_fit_the_type_are_refused(make_contract: Make) -> None:
    with pytest.raises(ContractError, match="do not fit int8"):
        derived(make_contract, CATEGORY, {"a": 1, "b": 300}, arrow="int8")
