"""A contract in a few words."""

from typing import Any

from noctule.contract import Contract


def contract_of(columns: list[dict[str, Any]], **keys: Any) -> Contract:
    """A contract of these columns; any other top-level key may be given."""
    base: dict[str, Any] = {
        "name": "sample",
        "population": "testers",
        "source": {"kind": "csv", "path": "sample.csv"},
        "unit": "row",
        "privacy": {"epsilon": 1.0, "delta": 1e-6, "cap": {"epsilon": 3.0, "per": "year"}},
        "engine": {"name": "mst"},
    }
    return Contract.model_validate({**base, "columns": columns, **keys})
