"""A made table of people, as many of them as wanted, and its contract."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.contract import Contract

LETTERS = [f"k{i}" for i in range(8)]
COLUMNS: list[dict[str, Any]] = [
    {"name": "age", "type": "integer", "bounds": [0, 100], "bins": 10},
    {"name": "dose", "type": "number", "bounds": [0, 50], "bins": 10, "nullable": True},
    {"name": "ward", "type": "category", "categories": LETTERS},
    {"name": "drug", "type": "category", "categories": LETTERS, "nullable": True},
    {"name": "city", "type": "category", "categories": LETTERS},
    {"name": "sick", "type": "boolean", "target": True},
]


def people(rows: int, seed: int) -> pa.Table:
    """Ward and city follow age, the dose follows the drug; some doses and drugs are null."""
    rng = np.random.default_rng(seed)
    age = rng.integers(0, 101, rows)
    ward, city = ((age // 14 + rng.geometric(0.5, rows) - 1) % 8 for _ in range(2))
    drug = (ward + rng.geometric(0.6, rows) - 1) % 8
    dose = np.round(np.clip(drug * 5 + rng.exponential(4, rows), 0, 50), 2)
    return pa.table(
        {
            "age": age,
            "dose": pa.array(dose, mask=rng.random(rows) < 0.05),
            "ward": pa.array(np.take(LETTERS, ward)),
            "drug": pa.array(np.take(LETTERS, drug), mask=rng.random(rows) < 0.05),
            "city": pa.array(np.take(LETTERS, city)),
            "sick": rng.random(rows) < age / 120,
        }
    )


@pytest.fixture
def contract(make_contract: Callable[..., Contract]) -> Contract:
    return make_contract(COLUMNS)


@pytest.fixture
def draw() -> Callable[[int, int], pa.Table]:
    return people
