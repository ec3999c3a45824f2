"""The one entry point: every contract in datasets/ becomes assets, a job and a schedule; one page is of all."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from assets.audit import audit
from assets.chain import dataset_assets
from assets.ledger import ledger
from assets.router import evaluation
from noctule.contract import Contract
from noctule.contract.load import load_all
from pipelines.jobs import audit_schedule, ledger_schedule, nightly_schedule, router_schedule
from pipelines.sensors import night_failed
from resources.settings import from_environment

ROOT = Path(__file__).resolve().parent.parent


def dataset_defs(contract: Contract, contracts: Sequence[Contract]) -> dg.Definitions:
    """Everything one dataset adds to the deployment. Unpartitioned: a backfill must never multiply epsilon."""
    schedule = nightly_schedule(contract)
    return dg.Definitions(assets=dataset_assets(contract, contracts), jobs=[schedule.job], schedules=[schedule])


def build(root: Path) -> dg.Definitions:
    """Definitions of the deployment rooted at `root`. Raises ContractError when a contract is not valid."""
    contracts = load_all(root / "datasets")
    datasets = [dataset_defs(contract, contracts) for contract in contracts]
    pages = [ledger_schedule(), audit_schedule(contracts), router_schedule(root)]
    shared = dg.Definitions(
        assets=[ledger(contracts), audit(contracts), evaluation()],
        jobs=[page.job for page in pages],
        schedules=pages,
        resources=from_environment(root),
        sensors=[night_failed],
    )
    return dg.Definitions.merge(shared, *datasets)


defs = build(ROOT)
