"""Run one dataset's job in this process: `python -m pipelines.run NAME [--json]`, the engine of `noctule run`."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import dagster as dg

from noctule.checks.verdict import require
from noctule.contract import Contract
from noctule.contract.load import load_all
from noctule.errors import NoctuleError, UsageError
from noctule.home import Home
from noctule.ingest.snapshot import load
from noctule.ledger.book import Ledger
from noctule.locks import locked
from noctule.progress import progress
from noctule.refresh import balance
from noctule.release.latest import latest

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
            return _outcome(ROOT, name, result)
    if fault == "DagsterAssetCheckFailedError":
        _explain_checks(ROOT, name)
    raise NoctuleError(f"the run ended with {fault}", where=name, fix="open the run in the UI (`make dev`)")


def _outcome(root: Path, name: str, result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """The facts of the night's release; or, of a night that ended in a skip, of the release that still stands."""
    skips = result.get_asset_observation_events()
    if not skips:
        return result.asset_value(dg.AssetKey([name, "release"]))
    home, contract = Home.from_environment(), _contract(root, name)
    standing = latest(home, name)
    return {
        "dataset": name,
        "engine": contract.engine.name,
        **dict.fromkeys(("next_refit", "rows", "snapshot")),
        **{key: entry.value for key, entry in skips[-1].asset_observation_data.asset_observation.metadata.items()},
        "epsilon": 0.0,
        "delta": contract.privacy.delta,
        "rho": 0.0,
        **balance(contract, Ledger(home.ledger)),
        "release": None if standing is None else str(standing.parents[1]),
    }


def _explain_checks(root: Path, name: str) -> None:
    """Raise the CheckError that training would have raised: it names checks and columns."""
    home = Home.from_environment()
    contract = _contract(root, name)
    raw = json.loads((home.root / "handles" / name / "raw.json").read_text())
    require(contract, load(home, name, raw["snapshot"]), home)


def _contract(root: Path, name: str) -> Contract:
    return next(contract for contract in load_all(root / "datasets") if contract.name == name)


def receipt(outcome: dict[str, Any]) -> str:
    """One line: what was done and why, what it cost, what is left, when it refits, and where the release lies."""
    parts = [
        f"{outcome['dataset']}: {outcome['action']}, {outcome['why']}",
        f"epsilon {outcome['epsilon']:g} (total {outcome['epsilon_total']:.3g}, left {outcome['epsilon_left']:.3g}, "
        f"delta {outcome['delta']:g})",
        f"next refit on {outcome['next_refit']}" if outcome["next_refit"] else None,
        f"{outcome['rows']:,} rows" if outcome["rows"] else None,
        outcome["release"],
    ]
    return " · ".join(filter(None, parts))


def _job(defs: dg.Definitions, name: str) -> dg.JobDefinition:
    known = {job.name.removesuffix("_nightly") for job in defs.jobs or [] if job.name.endswith("_nightly")}
    if name not in known:
        names = ", ".join(sorted(known))
        raise UsageError(f"there is no dataset {name!r}", fix=f"use one of: {names}; or add datasets/{name}.yaml")
    return defs.resolve_job_def(f"{name}_nightly")


def _instance(root: Path) -> dg.DagsterInstance:
    """The instance `make dev` shows, under the state folder unless DAGSTER_HOME says otherwise."""
    folder = Path(os.environ.setdefault("DAGSTER_HOME", str(Home.from_environment().dagster)))
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):  # two first runs at once would each make the instance's databases, and leave neither readable
        if not (folder / "dagster.yaml").exists():
            shutil.copy(root / "dagster.yaml", folder)
        return dg.DagsterInstance.get()


def main(arguments: list[str]) -> int:
    name, as_json = arguments[0], "--json" in arguments[1:]
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
