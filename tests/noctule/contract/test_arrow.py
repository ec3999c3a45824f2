"""Arrow types of source and release."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from noctule.contract import Contract
from noctule.contract.arrow import release_schema, source_schema
from noctule.errors import ContractError

Make = Callable[..., Contract]
CODED = pa.dictionary(pa.int8(), pa.string())
AGE: dict[str, Any] = {"name": "age", "type": "integer", "bounds": [0, 110]}


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ({"type": "integer", "bounds": [0, 9]}, pa.int64()),
        ({"type": "number", "bounds": [0, 9]}, pa.float64()),
        ({"type": "number", "bounds": [0, 9], "special": {"N": "none"}}, pa.string()),
        ({"type": "category", "categories": [1, 2]}, pa.int64()),
        ({"type": "category", "categories": ["1", "2"]}, pa.string()),
        ({"type": "boolean"}, pa.bool_()),
        ({"type": "date", "bounds": ["2020-01-01", "2021-01-01"]}, pa.date32()),
        ({"from": "age", "map": {"1": 1.5, "2": 2}}, pa.float64()),
        ({"from": "age", "map": {"1": True}}, pa.bool_()),
        ({"type": "integer", "bounds": [0, 9], "arrow": "int8"}, pa.int8()),
        ({"type": "number", "bounds": [0, 9], "arrow": "decimal128(10, 2)"}, pa.decimal128(10, 2)),
        (
            {"type": "category", "categories": ["a"], "arrow": "dictionary<int8, string>"},
            pa.dictionary(pa.int8(), "str"),
        ),
        ({"role": "identifier", "arrow": "int64"}, pa.int64()),
        ({"role": "free_text", "arrow": "large_string"}, pa.large_string()),
    ],
)
def test_types_of_the_source(make_contract: Make, column: dict[str, Any], kind: pa.DataType) -> None:
    extra = {} if "role" in column else {"nullable": True}
    schema = source_schema(make_contract([AGE, {"name": "x", **extra, **column}]))
    assert schema.field("x").type == kind


@pytest.mark.parametrize(
    "column",
    [
        {"type": "integer", "bounds": [0, 9], "arrow": "string"},
        {"type": "category", "categories": ["a"], "arrow": "int64"},
        {"type": "boolean", "arrow": "int8"},
        {"type": "boolean", "arrow": "no such type"},
        {"role": "pii", "pii": "phone", "release": "fake", "arrow": "int64"},
    ],
)
def test_a_type_that_cannot_hold_the_column_is_refused(make_contract: Make, column: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match=r"columns\.x\.arrow"):
        source_schema(make_contract([AGE, {"name": "x", **column}]))


def test_a_release_has_no_dropped_column_and_its_surrogates_are_numbers(make_contract: Make) -> None:
    contract = make_contract(
        [
            {"name": "key", "role": "identifier", "release": "surrogate"},
            {"name": "mrn", "role": "identifier"},
            {"name": "mail", "role": "pii", "pii": "email", "release": "fake"},
            {"name": "note", "role": "free_text"},
            {**AGE, "description": "in years"},
        ]
    )
    schema = release_schema(contract)
    assert schema.names == ["key", "mail", "age"]
    assert schema.types == [pa.int64(), pa.string(), pa.int64()]
    assert schema.field("age").metadata == {b"description": b"in years"}
