"""A small but real bundle with every kind of column, its staged rows, and the arguments of a publication."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.engines.bundle import Bundle
from noctule.engines.model import Grouping, Model, Step
from noctule.release.stage import stage

COLUMNS: list[dict[str, Any]] = [
    {"name": "row", "role": "identifier", "release": "surrogate"},
    {"name": "person", "role": "identifier"},
    {"name": "full_name", "role": "pii", "pii": "person_name", "release": "fake", "locale": "de_DE"},
    {"name": "phone", "role": "pii", "pii": "phone", "release": "drop"},
    {"name": "age", "type": "integer", "bounds": [0, 110], "bins": 11, "arrow": "int32",
     "description": "Years | at entry"},
    {"name": "weight", "type": "number", "bounds": [30, 200], "bins": 17, "nullable": True},
    {"name": "pressure", "type": "text", "format": "{high}/{low}",
     "parts": {"high": {"type": "integer", "bounds": [60, 240], "bins": 9},
               "low": {"type": "integer", "bounds": [30, 150], "bins": 6}}},
    {"name": "drug", "type": "category", "categories": ["Lisinopril", "Amlo, dipine", "none"], "nullable": True,
     "arrow": "dictionary<int32, string>"},
    {"name": "drug_code", "from": "drug", "map": {"Lisinopril": 1, "Amlo, dipine": 2, "none": 0}, "nullable": True},
    {"name": "day", "type": "date", "bounds": ["2020-01-01", "2024-12-31"], "bins": 12},
    {"name": "seen", "type": "datetime", "bounds": ["2020-01-01T00:00:00", "2024-12-31T00:00:00"], "bins": 12,
     "arrow": "timestamp[us, UTC]"},
    {"name": "back", "type": "boolean", "target": True},
]  # fmt: skip


@pytest.fixture
def contract(make_contract: Callable[..., Contract]) -> Contract:
    return make_contract(
        COLUMNS,
        title="Sample of everything",
        unit={"column": "person", "max_rows": 2},
        gates={"max_tvd2": 0.1},
        release={"keep": 2},
    )


def _bundle_of(contract: Contract, receipt: dict[str, Any]) -> Bundle:
    """A real model over the contract's domain: every attribute given the one before it, by random tables."""
    rng = np.random.default_rng(7)
    steps: list[Step] = []
    domain = Codec(contract).domain
    for name, size in domain.items():
        parents = (steps[-1].attribute,) if steps else ()
        table = rng.dirichlet(np.ones(size), size=[domain[parent] for parent in parents] or None)
        steps.append(Step(name, parents, table))
    model = Model(domain, 500.0, tuple(steps), {name: Grouping.identity(size) for name, size in domain.items()})
    return Bundle(contract, model, receipt)


@pytest.fixture
def receipt() -> dict[str, Any]:
    return {
        "dataset": "sample",
        "engine": "mst",
        "epsilon": 1.0,
        "delta": 1e-6,
        "rho": 0.015,
        "nano_rho": 15_000_000,
        "key": "k",
        "score": {"tvd2": 0.05, "error95": 0.01, "workload": "all pairs"},
        "draws": [{"mechanism": "discrete_gaussian", "sensitivity": 2.0, "scale": 11.5, "rho": 0.015}],
    }


@pytest.fixture
def make_bundle(receipt: dict[str, Any]) -> Callable[[Contract], Bundle]:
    return lambda contract: _bundle_of(contract, receipt)


@pytest.fixture
def bundle(contract: Contract, make_bundle: Callable[[Contract], Bundle]) -> Bundle:
    return make_bundle(contract)


@pytest.fixture
def staged(bundle: Bundle, tmp_path: Path) -> Path:
    return stage(bundle, rows=500, seed=3, folder=tmp_path / "staged")


@pytest.fixture
def terms() -> dict[str, Any]:
    """Keyword arguments of `publish` for one release."""
    return {"release_id": "20261123T023000Z-0123abcd", "epsilon_total": 1.5, "ledger_head": "7:" + "ab" * 32}
