"""One charge a period, whatever a real Dagster instance is made to do: races, re-execution, skips, a drift test."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from noctule.ledger.book import Ledger
from noctule.release.latest import latest
from tests.pipelines.conftest import NOCTULE, Deployment, rows, write

RERUN = """
import sys
import dagster as dg
from pipelines.definitions import ROOT, defs
from pipelines.run import QUIET, _instance

with _instance(ROOT) as instance:
    for steps in sys.argv[1:]:
        keys = [dg.AssetKey(["clinic", step]) for step in steps.split()]
        job = defs.resolve_job_def("clinic_nightly")
        assert job.execute_in_process(instance=instance, run_config=QUIET, asset_selection=keys).success
"""


def charges(deployment: Deployment) -> list[str]:
    """The kinds of all entries but approvals: a charge that was finished is a reserve and a commit."""
    return [entry.kind for entry in Ledger(deployment.home.ledger).entries() if entry.kind != "approve"]


def environment(deployment: Deployment) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    return kept | {"NOCTULE_HOME": str(deployment.home.root)}


@pytest.fixture(scope="module")
def raced(deployment: Deployment) -> list[dict[str, Any]]:
    """Two runs of one dataset, started together on an empty state folder, as by two daemons."""
    words, where = [NOCTULE, "run", "clinic", "--json"], environment(deployment)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(words, cwd=deployment.root, env=where, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    said = [run.communicate() for run in both]
    assert [run.returncode for run in both] == [0, 0], [error for _, error in said]
    return [json.loads(out.splitlines()[-1]) for out, _ in said]


def test_two_runs_at_once_in_one_period_are_one_charge(deployment: Deployment, raced: list[dict[str, Any]]) -> None:
    assert charges(deployment) == ["reserve", "commit"]
    assert [outcome["epsilon_total"] for outcome in raced] == pytest.approx([1.0, 1.0], abs=1e-6)
    assert latest(deployment.home, "clinic") is not None


def test_re_execution_of_any_step_charges_nothing(deployment: Deployment, raced: list[dict[str, Any]]) -> None:
    """As from the UI: the training step alone, from it on, and the whole chain; the source has changed meanwhile."""
    write(deployment.source, rows(2500, seed=9))
    later = "synthesizer synthetic evaluation release"
    words = [sys.executable, "-c", RERUN, "synthesizer", later, f"raw pii {later}"]
    done = subprocess.run(words, cwd=deployment.root, env=environment(deployment), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert charges(deployment) == ["reserve", "commit"]


def run(deployment: Deployment) -> tuple[dict[str, Any], str]:
    """The facts of a night as JSON, and its receipt as a person reads it."""
    done = deployment.noctule("run", "clinic", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr.splitlines()[-1]


def test_a_skipped_night_says_so_and_leaves_latest_alone(deployment: Deployment, raced: list[dict[str, Any]]) -> None:
    deployment.contract(replace=("version: one", "version: one, between: skip"))
    before = latest(deployment.home, "clinic")
    outcome, line = run(deployment)
    assert (outcome["action"], outcome["epsilon"], outcome["rows"]) == ("skip", 0.0, None)
    assert before is not None and outcome["release"] == str(before.parents[1])
    assert line.startswith("clinic: skip, the model of version one stands · epsilon 0 ")
    assert latest(deployment.home, "clinic") == before
    assert charges(deployment) == ["reserve", "commit"]


def shown(deployment: Deployment, step: str, fetch: str) -> dict[str, Any]:
    """The metadata of an asset's newest event, as the UI shows it; `fetch` is the instance's method that finds it."""
    with dg.DagsterInstance.from_config(str(deployment.home.dagster)) as instance:
        (record,) = getattr(instance, fetch)(dg.AssetKey(["clinic", step]), limit=1).records
    event = record.asset_materialization or record.asset_observation
    assert event is not None
    return {name: entry.value for name, entry in event.metadata.items()}


def test_the_ui_shows_what_a_night_did_and_why(deployment: Deployment, raced: list[dict[str, Any]]) -> None:
    skipped = shown(deployment, "raw", "fetch_observations")
    assert skipped["action"] == "skip" and skipped["why"] == "the model of version one stands"
    trained = shown(deployment, "synthesizer", "fetch_materializations")
    assert trained["action"] == "resample" and trained["period"] == "version one"


def test_a_calendar_names_its_next_refit(deployment: Deployment, raced: list[dict[str, Any]]) -> None:
    deployment.contract(replace=("{refit: on_new_version, version: one}", "{refit: monthly}"))
    outcome, line = run(deployment)
    assert outcome["action"] == "refit" and outcome["why"] == f"first run of {outcome['period']}"
    assert outcome["next_refit"] > outcome["period"] and outcome["next_refit"].endswith("-01")
    assert f" · next refit on {outcome['next_refit']} · " in line


def test_on_drift_the_test_decides_and_its_secret_stays_in_the_vault(
    deployment: Deployment, raced: list[dict[str, Any]]
) -> None:
    """A drift of 0.5 is allowed, far beyond the noise of 3,000 rows at epsilon 1 (0.01): odds of a yes below e^-30."""
    deployment.contract(cap=9.0, replace=("{refit: on_new_version, version: one}", "{refit: on_drift, drift: 0.5}"))
    assert deployment.noctule("approve", "clinic", "--why", "a larger budget").returncode == 0
    first, second = deployment.run(), deployment.run()
    assert (first["action"], first["why"]) == ("refit", "first run of watch 1")
    assert (second["action"], second["why"], second["next_refit"]) == ("resample", "drift test: no", None)
    (file,) = (deployment.home.vault / "watches" / "clinic").glob("*.json")
    secret = f'"noise": {json.loads(file.read_text())["test"]["noise"]}'.encode()
    outside = [path for path in deployment.root.rglob("*") if path.is_file() and not _inside(path, deployment)]
    assert secret in file.read_bytes() and not [path for path in outside if secret in path.read_bytes()]


def _inside(path: Path, deployment: Deployment) -> bool:
    return path.is_relative_to(deployment.home.vault)
