"""A table of the ordinary kinds, and one call from the bytes of a file to what ingest makes of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.home import Home
from noctule.ingest import Snapshot, ingest

COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "role": "identifier"},
    {"name": "age", "type": "integer", "bounds": [0, 110], "nullable": True},
    {"name": "score", "type": "number", "bounds": [0, 1], "nullable": True},
    {"name": "note", "role": "free_text"},
]


@pytest.fixture
def contract_for(make_contract: Callable[..., Contract]) -> Callable[..., Contract]:
    """A contract by its columns, the keys of `source`, and the unit."""

    def build(columns: list[dict[str, Any]] | None = None, unit: Any = "row", **source: Any) -> Contract:
        return make_contract(columns or COLUMNS, unit=unit, source={"kind": "csv", "path": "sample.csv", **source})

    return build


@pytest.fixture
def read(contract_for: Callable[..., Contract], home: Home, tmp_path: Path) -> Callable[..., Snapshot]:
    """Write the bytes to the source's path and ingest them."""

    def run(content: bytes, columns: list[dict[str, Any]] | None = None, unit: Any = "row", **source: Any) -> Snapshot:
        contract = contract_for(columns, unit, **source)
        (tmp_path / contract.source.path).write_bytes(content)
        return ingest(contract, home, tmp_path)

    return run
