"""A small raw table in the vault, and a release that resembles it."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.contract.arrow import release_schema
from noctule.home import Home
from noctule.ingest.ingest import ingest
from noctule.ingest.snapshot import Snapshot
from tests.rows import rows_of

CANARY = "ZEBRA-7731-QUOKKA"
COLUMNS: list[dict[str, Any]] = [
    {"name": "email", "role": "pii", "pii": "email"},
    {"name": "age", "type": "integer", "bounds": [0, 100], "bins": 10},
    {"name": "drug", "type": "category", "categories": ["none", "aspirin", "insulin"], "other": True},
    {"name": "cost", "from": "drug", "map": {"none": 0, "aspirin": 1, "insulin": 30, "other": 9}},
    {
        "name": "pressure", "type": "text", "format": "{sys}/{dia}",
        "parts": {"sys": {"type": "integer", "bounds": [60, 240], "bins": 9},
                  "dia": {"type": "integer", "bounds": [30, 150], "bins": 6}},
    },
    {"name": "sick", "type": "boolean", "target": True},
]  # fmt: skip


@dataclass(frozen=True)
class Night:
    contract: Contract
    codec: Codec
    home: Home
    snapshot: Snapshot
    real: Codes

    def release(self, codes: Codes, path: Path, seed: int = 1) -> Path:
        """A release file of these codes."""
        schema = release_schema(self.contract)
        decoded = self.codec.decode(codes, np.random.default_rng(seed))
        pq.write_table(decoded.select(schema.names).cast(schema), path, row_group_size=500)
        return path


def people(count: int, seed: int) -> list[dict[str, Any]]:
    """Older people have a higher pressure and more insulin, and are sick more often. One drug is a canary."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        age = int(rng.integers(0, 101))
        drug = ["none", "aspirin", "insulin"][min(2, int(rng.integers(0, 2) + age // 60))]
        if number == 7:
            drug = CANARY
        cost = {"none": 0, "aspirin": 1, "insulin": 30}.get(drug, 9)
        pressure = f"{100 + age // 2 + int(rng.integers(-15, 16))}/{int(rng.integers(50, 110))}"
        sick = "true" if rng.random() < age / 110 else "false"
        email = f"{CANARY}-{number}@example.org"
        rows.append({"email": email, "age": age, "drug": drug, "cost": cost, "pressure": pressure, "sick": sick})
    return rows


@pytest.fixture
def night(tmp_path: Path, home: Home, make_contract: Callable[..., Contract]) -> Night:
    rows = people(1_500, seed=3)
    with (tmp_path / "sample.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    contract = make_contract(COLUMNS)
    snapshot = ingest(contract, home, tmp_path)
    codec = Codec(contract)
    return Night(contract, codec, home, snapshot, codec.encode(rows_of(snapshot).table()))
