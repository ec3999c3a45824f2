"""A small deployment in a folder of its own: the application's folders, one contract, one raw file, own state."""

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from noctule.home import Home

ROOT = Path(__file__).resolve().parents[2]
NOCTULE = Path(sys.executable).with_name("noctule")

CONTRACT = """
name: clinic
title: A small clinic
population: clinic
source: {kind: csv, path: data/clinic.csv, min_rows: 100}
unit: {column: person, max_rows: 1}
columns:
  - {name: person, role: identifier}
  - {name: full_name, role: pii, pii: person_name, release: fake}
  - {name: age, type: integer, bounds: [0, 99], bins: 10}
  - {name: pressure, type: text, format: "{high}/{low}", parts: {high: {type: integer, bounds: [80, 200], bins: 6},
      low: {type: integer, bounds: [40, 120], bins: 4}}}
  - {name: drug, type: category, categories: [a, b, c], other: true, nullable: true}
  - {name: ill, type: boolean, target: true}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: CAP, per: year}}
engine: {name: adaptive}
refresh: {refit: on_new_version, version: VERSION}
gates: {max_tvd2: TVD2}
"""


@dataclass(frozen=True)
class Deployment:
    """What a user has: a folder with contracts and data, and the `noctule` command."""

    root: Path

    @property
    def home(self) -> Home:
        return Home(self.root / "state")

    @property
    def source(self) -> Path:
        return self.root / "data" / "clinic.csv"

    def contract(
        self, *, cap: float = 3.0, tvd2: float = 0.5, version: str = "one", replace: tuple[str, str] = ("", "")
    ) -> None:
        """Another `version` makes the next run refit, as another date does under a calendar."""
        text = CONTRACT.replace("CAP", str(cap)).replace("TVD2", str(tvd2)).replace("VERSION", version)
        text = text.replace(*replace)
        (self.root / "datasets").mkdir(exist_ok=True)
        (self.root / "datasets" / "clinic.yaml").write_text(text)

    def noctule(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"NOCTULE_HOME": str(self.home.root)}
        environment.pop("DAGSTER_HOME", None)
        return subprocess.run([NOCTULE, *words], cwd=self.root, env=environment, capture_output=True, text=True)

    def run(self) -> dict[str, Any]:
        done = self.noctule("run", "clinic", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


def rows(people: int, seed: int) -> list[list[str]]:
    """Header and one row a person; `ill` and `pressure` depend on `age`."""
    random = np.random.default_rng(seed)
    table = [["person", "full_name", "age", "pressure", "drug", "ill"]]
    for number in range(people):
        age = int(random.integers(18, 95))
        high, low = int(100 + age / 2 + random.normal(0, 8)), int(60 + age / 5 + random.normal(0, 5))
        drug = str(random.choice(["a", "b", "c", "", "z"], p=[0.4, 0.3, 0.1, 0.1, 0.1]))
        ill = "true" if random.random() < age / 120 else "false"
        table.append([f"U{number:05d}", f"Ada Name{number}", str(age), f"{high}/{low}", drug, ill])
    return table


def write(path: Path, table: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    root = tmp_path_factory.mktemp("deployment")
    for folder in ("assets", "pipelines", "resources"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("workspace.yaml", "dagster.yaml"):
        shutil.copy(ROOT / file, root)
    made = Deployment(root)
    made.contract()
    write(made.source, rows(3000, seed=1))
    return made
