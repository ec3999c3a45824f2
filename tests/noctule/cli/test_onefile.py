"""`noctule train` and `noctule generate` as a user types them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from noctule.example.patients import write

ROOT = Path(__file__).resolve().parents[3]
CONTRACT = ROOT / "datasets" / "patients.yaml"
NOCTULE = Path(sys.executable).with_name("noctule")
Run = Callable[[str], subprocess.CompletedProcess[str]]

TRAIN = "train --input raw_patient_records.csv --epsilon 1.0 --categorical medication,readmitted"
OUTPUT = "--output models/patient_synthesizer"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("user")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    write(folder / "raw_patient_records.csv", people=2000, seed=3)
    environment = os.environ | {"NOCTULE_HOME": str(folder / "state")}

    def noctule(words: str) -> subprocess.CompletedProcess[str]:
        command = [NOCTULE, *words.split()]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

    return noctule


def test_without_a_contract_what_may_be_spent_must_be_said(run: Run) -> None:
    done = run(f"train --input raw_patient_records.csv --model mst {OUTPUT}")
    assert done.returncode == 2
    assert "--epsilon" in done.stderr and "noctule init raw_patient_records.csv" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--model mwem", "exact histogram"),
        ("--model patectgan", "no DP at all"),
        ("--model mst --epsilon 0", "epsilon"),
        ("--model mst --delta 2", "delta"),
        ("--model mst --max-rows 0", "max_rows"),
        ("--model mst --unit nobody", "nobody"),
        ("--model mst --categorical age", "age"),
    ],
)
def test_what_is_not_offered_is_refused_and_nothing_is_charged(run: Run, words: str, told: str) -> None:
    done = run(f"{TRAIN} {words} --contract {CONTRACT} {OUTPUT}")
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert json.loads(run("ledger show --json").stdout)["entries"] == 0


def test_a_model_is_trained_once_and_sampled_for_nothing(run: Run) -> None:
    trained = run(f"{TRAIN} --model mst --contract {CONTRACT} {OUTPUT}")
    assert trained.returncode == 0, trained.stderr
    assert "epsilon charged: 1 " in trained.stdout
    for suffix in ("csv", "parquet"):
        sampled = run(f"generate --model models/patient_synthesizer --samples 1000 --output safe.{suffix} --seed 5")
        assert sampled.returncode == 0, sampled.stderr
        assert "epsilon charged: 0" in sampled.stdout
    again = run(f"{TRAIN} --model mst --contract {CONTRACT} --output models/again")
    assert "epsilon charged: 0 " in again.stdout


def test_the_command_line_is_a_persons_word_and_never_loosens_a_cap(run: Run, folder: Path) -> None:
    """Runs after the test before it, which recorded the caps of the contract."""
    looser = folder / "looser.yaml"
    looser.write_text(CONTRACT.read_text().replace("cap: {epsilon: 3.0", "cap: {epsilon: 30.0"))
    refused = run(f"{TRAIN} --model mst --contract {looser} --output models/looser")
    assert refused.returncode == 6, refused.stderr
    assert "epsilon 3 per year of the population" in refused.stderr and "looser" in refused.stderr
    (account,) = json.loads(run("ledger show --json").stdout)["populations"]
    assert account["charges"] == 1 and account["approvals"][0]["why"] == "noctule train"


def test_both_formats_hold_the_same_rows(folder: Path) -> None:
    """Reads what the test before it wrote."""
    safe = pd.read_parquet(folder / "safe.parquet")
    assert safe.attrs["epsilon"] == 1.0
    text = pd.read_csv(folder / "safe.csv", keep_default_na=False, na_values=[""])
    assert len(text) == len(safe) == 1000 and list(text) == list(safe)
    assert text["age"].tolist() == safe["age"].tolist()
    bundle = json.loads((folder / "models" / "patient_synthesizer" / "bundle.json").read_text())
    assert bundle["contract"]["source"]["path"] == "raw_patient_records.csv"  # no folder of this machine


def test_without_a_contract_every_domain_is_bought_and_said(run: Run, folder: Path) -> None:
    trained = run(f"{TRAIN} --model mst --unit patient_id --output models/bought")
    assert trained.returncode == 0, trained.stderr
    # noise makes whole numbers look like decimals 7 times in 1,000, and bounds wider than the ages now and then
    assert re.search("  age: (integer|number), for rho", trained.stdout)
    bundle = json.loads((folder / "models" / "bought" / "bundle.json").read_text())
    receipt, columns = bundle["receipt"], {column["name"]: column for column in bundle["contract"]["columns"]}
    names = {item["column"] for item in receipt["bought"]}
    assert "age" in names and not names & {"patient_id", "full_name", "email", "phone", "mrn"}
    assert sum(draw["rho"] for draw in receipt["draws"]) == pytest.approx(receipt["rho"], abs=1e-12)
    sampled = run("generate --model models/bought --samples 500 --output bought.parquet")
    assert sampled.returncode == 0, sampled.stderr
    rows = pd.read_parquet(folder / "bought.parquet")
    low, high = columns["age"]["bounds"]
    assert rows["age"].dropna().between(low, high).all() and "full_name" not in rows
    assert rows.attrs["epsilon"] == 1.0 and "gaussian_threshold" in rows.attrs["mechanisms"]
