"""`noctule plan` as a person types it, and the proof that it opens nothing raw."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from noctule.contract.load import dump
from tests.contracts import contract_of

AGE = {"name": "age", "type": "integer", "bounds": [0, 110], "bins": 11}
SEX = {"name": "sex", "type": "category", "categories": ["f", "m"]}

TELLING = """
import sys
sys.addaudithook(lambda event, words: event == "open" and print("OPENED", words[0], file=sys.stderr))
from noctule.cli import main
main()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A deployment whose source, and whose last snapshot, are pipes: who opens one to read waits for ever."""
    (tmp_path / "workspace.yaml").touch()
    (tmp_path / "datasets").mkdir()
    made = contract_of([AGE, SEX], name="ages", source={"kind": "csv", "path": "ages.csv"}, engine={"name": "adaptive"})
    (tmp_path / "datasets" / "ages.yaml").write_text(dump(made))
    snapshot = tmp_path / "state" / "vault" / "snapshots" / "ages" / "0" / "rows.parquet"
    snapshot.parent.mkdir(parents=True)
    for pipe in (tmp_path / "ages.csv", snapshot):
        os.mkfifo(pipe)
    return tmp_path


def noctule(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NOCTULE_HOME": str(root / "state")}
    environment.pop("NOCTULE_LEDGER", None)
    command = [sys.executable, "-c", TELLING, *words]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120)


def test_a_plan_opens_no_raw_file_and_writes_none(root: Path) -> None:
    done = noctule(root, "plan", "ages", "--rows", "20000", "--json")
    assert done.returncode == 0, done.stderr
    opened = [line for line in done.stderr.splitlines() if line.startswith("OPENED")]
    assert any("ages.yaml" in line for line in opened)
    assert [line for line in opened if "ages.csv" in line or "vault" in line] == []
    assert sorted(path.name for path in (root / "state").iterdir()) == ["vault"]
    told = json.loads(done.stdout)
    assert [one["column"] for one in told["columns"]] == ["age", "sex"]
    assert sum(one["share"] for one in told["budget"]) == pytest.approx(1)
    assert told["forecast"]["refused_by"] == "epsilon 3 per year of the population, at delta 1e-06"


def test_a_plan_in_words(root: Path) -> None:
    said = noctule(root, "plan", "ages", "--rows", "20000").stdout
    for words in ("one-way counts", "expected TVD", "mean of all pairs", "of CPU and", "refits nightly", "refused on"):
        assert words in said
    asked = noctule(root, "plan", "ages")
    assert asked.returncode == 2 and "--rows" in asked.stderr
    assert "no dataset 'other'" in noctule(root, "plan", "other", "--rows", "5").stderr
