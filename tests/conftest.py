"""What every test may use: a state folder of its own, and a contract in a few words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "state")


@pytest.fixture
def make_contract() -> Callable[..., Contract]:
    """Build a contract from its columns; any other top-level key may be given."""

    def make(columns: list[dict[str, Any]], **keys: Any) -> Contract:
        base: dict[str, Any] = {
            "name": "sample",
            "population": "testers",
            "source": {"kind": "csv", "path": "sample.csv"},
            "unit": "row",
            "privacy": {"epsilon": 1.0, "delta": 1e-6, "cap": {"epsilon": 3.0, "per": "year"}},
            "engine": {"name": "mst"},
        }
        return Contract.model_validate({**base, "columns": columns, **keys})

    return make
