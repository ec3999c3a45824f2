"""The one entry point: every contract in datasets/ becomes assets, a job and a schedule."""

from pathlib import Path

import dagster as dg

from assets.chain import dataset_assets
from noctule.contract import Contract
from noctule.contract.load import load_all
from pipelines.jobs import nightly_schedule
from pipelines.sensors import night_failed
from resources.settings import from_environment

ROOT = Path(__file__).resolve().parent.parent


def dataset_defs(contract: Contract) -> dg.Definitions:
    """Everything one dataset adds to the deployment. Unpartitioned: a backfill must never multiply epsilon."""
    schedule = nightly_schedule(contract)
    return dg.Definitions(assets=dataset_assets(contract), jobs=[schedule.job], schedules=[schedule])


def build(root: Path) -> dg.Definitions:
    """Definitions of the deployment rooted at `root`. Raises ContractError when a contract is not valid."""
    datasets = [dataset_defs(contract) for contract in load_all(root / "datasets")]
    shared = dg.Definitions(resources=from_environment(root), sensors=[night_failed])
    return dg.Definitions.merge(shared, *datasets)


defs = build(ROOT)
