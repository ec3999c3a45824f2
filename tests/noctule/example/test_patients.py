"""The example table: the same on every machine, accepted by its contract, and with something to learn in it."""

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from noctule.contract.load import load
from noctule.example.patients import table, write
from noctule.home import Home
from tests.rows import rows_of

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def columns() -> dict[str, np.ndarray]:
    return table(20_000, 7)


def test_one_seed_writes_one_file(tmp_path: Path) -> None:
    write(tmp_path / "a" / "one.csv", 500, 3)
    write(tmp_path / "two.csv", 500, 3)
    write(tmp_path / "three.csv", 500, 4)
    one, two, three = ((tmp_path / name).read_bytes() for name in ("a/one.csv", "two.csv", "three.csv"))
    assert one == two != three


def test_the_module_writes_the_file(tmp_path: Path) -> None:
    target = tmp_path / "data" / "patients.csv"
    command = [sys.executable, "-m", "noctule.example.patients", str(target), "--people", "50", "--seed", "1"]
    subprocess.run(command, check=True, cwd=ROOT)
    with target.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 50


def test_the_contract_takes_the_whole_file(tmp_path: Path, home: Home) -> None:
    from noctule.codes import Codec
    from noctule.ingest.ingest import ingest
    from noctule.pii.detect import detect, undeclared

    contract = load(ROOT / "datasets/patients.yaml")
    write(tmp_path / contract.source.path, 3000, 7)
    rows = rows_of(ingest(contract, home, tmp_path)).table()
    assert rows.num_rows == 3000
    assert undeclared(detect(rows), contract) == []
    codes = Codec(contract).encode(rows)
    medication: Any = contract.column("medication")
    assert (codes["medication"] == len(medication.categories)).any(), "nothing falls under other"


def test_every_kind_of_column_is_shown() -> None:
    contract = load(ROOT / "datasets/patients.yaml")
    kinds = {getattr(column, "type", None) or getattr(column, "role", None) or "derived" for column in contract.columns}
    assert kinds >= {"integer", "number", "category", "boolean", "date", "text", "identifier", "pii", "derived"}
    assert contract.targets == ["readmitted"]


def test_keys_are_unique_and_nobody_can_be_reached(columns: dict[str, np.ndarray]) -> None:
    for key in ("patient_id", "mrn", "email"):
        assert len(set(columns[key])) == 20_000
    assert all(mail.endswith("@example.org") for mail in columns["email"])
    assert all("-555-01" in phone for phone in columns["phone"])  # kept free for fiction


def test_the_floor_is_fixed_by_the_ward(columns: dict[str, np.ndarray]) -> None:
    floor: Any = load(ROOT / "datasets/patients.yaml").column("floor")
    assert set(zip(columns["ward"], columns["floor"], strict=True)) == set(floor.map.items())


def test_the_table_has_structure_to_learn(columns: dict[str, np.ndarray]) -> None:
    """Deterministic, since the seed is fixed: no false failures."""
    age, stay = columns["age"], columns["length_of_stay"]
    high, low = np.array([cell.split("/") for cell in columns["blood_pressure"]]).astype(int).T
    back = columns["readmitted"] == "true"
    assert np.corrcoef(age, high)[0, 1] > 0.5 and (high > low).all()
    assert back[age > 75].mean() > 2 * back[age < 45].mean()
    assert back[stay > 10].mean() > 1.5 * back[stay <= 2].mean()
    diabetes = columns["diagnosis"] == "Type 2 diabetes"
    assert (columns["medication"][diabetes] == "Metformin").mean() > 0.5
    assert not (columns["medication"][~diabetes] == "Metformin").any()
    assert (columns["sex"][columns["diagnosis"] == "Childbirth"] == "female").all()
    assert 0.05 < (stay == 0).mean() < 0.2 and np.quantile(stay, 0.99) > 8 * np.median(stay)
    assert 0.05 < (columns["medication"] == "").mean() < 0.25
