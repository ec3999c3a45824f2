"""A star a -> b, c, d with strong edges: the shape in which siblings show a faulty sampler."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from noctule.codes import Codes
from noctule.contract import Contract
from noctule.engines.bundle import Bundle
from noctule.engines.model import COMPONENT, Grouping, Model, Step

SIZE = 6

ROWS = 20_000
DOMAIN = {"age": 30, "sex": 2, "job": 6, "country": 40, "constant": 1}
RICH, POOR = 400_000_000, 20_000  # nano-rho: epsilon about 4.5, and about .03, at delta 1e-5


@pytest.fixture(scope="session")
def star() -> Model:
    rng = np.random.default_rng(3)
    steps = [Step("a", (), rng.dirichlet(np.full(SIZE, 5.0)))]
    steps += [Step(name, ("a",), rng.dirichlet(np.full(SIZE, 0.4), SIZE)) for name in "bcd"]
    # d has 9 fine codes: 6 groups, of which three hold two codes
    group = np.array([0, 1, 2, 3, 4, 5, 0, 1, 2], np.int32)
    share = np.array([0.9, 0.5, 0.2, 1, 1, 1, 0.1, 0.5, 0.8])
    groupings = {name: Grouping.identity(SIZE) for name in "abc"} | {"d": Grouping(group, share)}
    return Model({"a": SIZE, "b": SIZE, "c": SIZE, "d": 9}, 1234.5, tuple(steps), groupings)


@pytest.fixture(scope="session")
def mixture(star: Model) -> Model:
    """Four components over the star's domain and groupings, without any step between real attributes."""
    rng = np.random.default_rng(5)
    steps = [Step(COMPONENT, (), np.array([0.4, 0.3, 0.2, 0.1]))]
    steps += [Step(name, (COMPONENT,), rng.dirichlet(np.full(SIZE, 0.4), 4)) for name in star.domain]
    return Model(star.domain, 1234.5, tuple(steps), star.groupings, latent={COMPONENT: 4})


@pytest.fixture
def bundle(star: Model, make_contract: Callable[..., Contract]) -> Bundle:
    columns: list[dict[str, Any]] = [
        {"name": name, "type": "category", "categories": [f"{name}{i}" for i in range(size)]}
        for name, size in star.domain.items()
    ]
    receipt = {"dataset": "sample", "key": "ab" * 16, "nano_rho": 5, "draws": [{"rho": 0.1}], "title": "Prüfung"}
    return Bundle(make_contract(columns), star, receipt)


def joint(model: Model, first: str, second: str) -> np.ndarray:
    """The star's exact joint of two leaves, or of the root and a leaf, over fine codes."""
    root = model.steps[0].table
    fine = {
        step.attribute: (step.table if step.parents else np.eye(SIZE)) @ model.groupings[step.attribute].table
        for step in model.steps
    }
    return np.einsum("a,ai,aj->ij", root, fine[first], fine[second])


def tvd(p: np.ndarray, q: np.ndarray) -> float:
    return float(np.abs(p - q).sum() / 2)


def noise_level(p: np.ndarray, rows: int) -> float:
    """Expected TVD of `rows` independent draws from p to p itself (normal approximation)."""
    return float(np.sqrt(2 * p * (1 - p) / (np.pi * rows)).sum() / 2)


def jobs(rows: int = ROWS) -> Codes:
    """Age and sex that depend on the job, a country of heavy and rare codes, and a constant."""
    rng = np.random.default_rng(5)
    job = rng.integers(0, 6, rows)
    age = np.clip(rng.normal(4 * job + 4, 3), 0, 29)
    sex = rng.random(rows) < 0.1 + 0.15 * job
    country = np.where(rng.random(rows) < 0.9, 0, np.where(rng.random(rows) < 0.9, 1, rng.integers(2, 40, rows)))
    columns = {"age": age, "sex": sex, "job": job, "country": country, "constant": np.zeros(rows)}
    return {name: column.astype(np.int32) for name, column in columns.items()}
