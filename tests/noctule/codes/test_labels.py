"""What codes stand for, in words."""

from collections.abc import Callable
from typing import Any

from noctule.codes import Codec
from noctule.codes.labels import labels
from noctule.contract import Contract

COLUMNS: list[dict[str, Any]] = [
    {"name": "drug", "type": "category", "categories": ["A", "B"], "other": True, "nullable": True},
    {"name": "back", "type": "boolean"},
    {"name": "age", "type": "integer", "bounds": [0, 9], "bins": 2, "atoms": [5], "nullable": True},
    {"name": "grade", "type": "integer", "bounds": [1, 3]},
    {"name": "size", "type": "number", "bounds": [0.5, 2.5], "bins": 2},
    {"name": "income", "type": "integer", "bounds": [0, 99], "bins": 2, "special": {"N": "not applicable"}},
    {"name": "day", "type": "date", "bounds": ["2020-01-01", "2020-01-04"], "bins": 2},
    {"name": "blood", "type": "text", "format": "{high}/{low}", "nullable": True,
     "parts": {"high": {"type": "integer", "bounds": [60, 61]}, "low": {"type": "integer", "bounds": [30, 31]}}},
]  # fmt: skip


def test_every_kind_of_column(make_contract: Callable[..., Contract]) -> None:
    codec = Codec(make_contract(COLUMNS))
    found = {attribute.name: labels(codec, attribute) for attribute in codec.attributes}
    assert found == {
        "drug": ["A", "B", "other", "null"],
        "back": ["false", "true"],
        "age": ["0..4", "6..9", "5", "null"],
        "grade": ["1", "2", "3"],
        "size": ["0.5..1.5", "1.5..2.5"],
        "income": ["0..49", "50..99", "N"],
        "day": ["2020-01-01..2020-01-02", "2020-01-03..2020-01-04"],
        "blood.high": ["60", "61", "null"],
        "blood.low": ["30", "31"],
    }
    assert all(len(found[attribute.name]) == attribute.size for attribute in codec.attributes)
