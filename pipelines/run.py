"""Run one dataset's job in this process: `python -m pipelines.run NAME [--json]`, the engine of `noctule run`."""

import json
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import dagster as dg

from noctule.checks.verdict import require
from noctule.contract.load import load_all
from noctule.errors import NoctuleError, UsageError
from noctule.home import Home
from noctule.ingest.snapshot import load
from noctule.progress import progress

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run(name: str) -> dict[str, Any]:
    """Run the job of dataset `name` on the deployment's own instance; the run shows in the UI like any other.

    Returns the facts of the receipt. Raises NoctuleError.
    """
    from pipelines.definitions import ROOT, defs  # here, so that a contract which is not valid is told as an error

    job = _job(defs, name)
    with _instance(ROOT) as instance:
        try:
            result = job.execute_in_process(instance=instance, run_config=QUIET)
        except dg.DagsterError as error:  # a blocking check, or Dagster itself; a step's own error comes as it is
            fault = type(error).__name__
        else:
            return result.asset_value(dg.AssetKey([name, "release"]))
    if fault == "DagsterAssetCheckFailedError":
        _explain_checks(ROOT, name)
    raise NoctuleError(f"the run ended with {fault}", where=name, fix="open the run in the UI (`make dev`)")


def _explain_checks(root: Path, name: str) -> None:
    """Raise the CheckError that training would have raised: it names checks and columns."""
    home = Home.from_environment()
    contract = next(contract for contract in load_all(root / "datasets") if contract.name == name)
    raw = json.loads((home.root / "handles" / name / "raw.json").read_text())
    require(contract, load(home, name, raw["snapshot"]), home)


def receipt(outcome: dict[str, Any]) -> str:
    """One line: what was done, what it cost, what is left, and where the release lies."""
    return (
        f"{outcome['dataset']}: {outcome['action']} · epsilon {outcome['epsilon']:g} "
        f"(total {outcome['epsilon_total']:.3g}, left {outcome['epsilon_left']:.3g}, delta {outcome['delta']:g}) · "
        f"{outcome['rows']:,} rows · {outcome['release']}"
    )


def _job(defs: dg.Definitions, name: str) -> dg.JobDefinition:
    known = {job.name for job in defs.jobs or []}
    if f"{name}_nightly" not in known:
        names = ", ".join(sorted(job.removesuffix("_nightly") for job in known))
        raise UsageError(f"there is no dataset {name!r}", fix=f"use one of: {names}; or add datasets/{name}.yaml")
    return defs.resolve_job_def(f"{name}_nightly")


def _instance(root: Path) -> dg.DagsterInstance:
    """The instance `make dev` shows, under the state folder unless DAGSTER_HOME says otherwise."""
    folder = Path(os.environ.setdefault("DAGSTER_HOME", str(Home.from_environment().dagster)))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "dagster.yaml").exists():
        shutil.copy(root / "dagster.yaml", folder)
    return dg.DagsterInstance.get()


def main(arguments: list[str]) -> int:
    name, as_json = arguments[0], "--json" in arguments[1:]
    logging.getLogger("noctule").setLevel(logging.INFO)
    try:
        with progress(name):
            outcome = run(name)
    except NoctuleError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(receipt(outcome), file=sys.stderr if as_json else sys.stdout)
    if as_json:
        print(json.dumps(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
