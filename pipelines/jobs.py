"""One job and one schedule a dataset, and one of each for the ledger.

Selections are objects, never strings: smartnoise-sql pins antlr 4.9.3, on which Dagster's selection parser dies.
"""

import os
from typing import Any

import dagster as dg

from assets.ledger import KEY
from noctule.contract import Contract


def nightly_job(contract: Contract) -> Any:  # Dagster exports no name for an unresolved job
    """The whole chain in one process: heavy imports are paid once, and parallelism comes from concurrent runs."""
    return dg.define_asset_job(
        name=f"{contract.name}_nightly",
        selection=dg.AssetSelection.groups(contract.name),
        executor_def=dg.in_process_executor,
        description=f"Refresh {contract.title or contract.name} from its source to a gated release.",
        tags={"dataset": contract.name, "population": contract.population},
    )


def nightly_schedule(contract: Contract) -> dg.ScheduleDefinition:
    """On the contract's clock; running from the start where NOCTULE_SCHEDULES=running."""
    return dg.ScheduleDefinition(
        name=f"refresh_{contract.name}",
        job=nightly_job(contract),
        cron_schedule=contract.refresh.schedule,
        execution_timezone=contract.refresh.timezone,
        default_status=_status(),
        description=f"Nightly refresh of {contract.name}. A night that does not refit costs nothing.",
    )


def ledger_schedule() -> dg.ScheduleDefinition:
    """Once a day, whatever the number of datasets: a picture after each of twenty releases would tell nothing more."""
    job: Any = dg.define_asset_job(
        name="privacy_ledger",
        selection=dg.AssetSelection.assets(KEY),
        executor_def=dg.in_process_executor,
        description="Draw what every population has spent, and verify the ledger. It spends nothing.",
    )
    return dg.ScheduleDefinition(
        name="daily_ledger",
        job=job,
        cron_schedule="0 7 * * *",
        default_status=_status(),
        description="A page of the ledger every morning, and its check.",
    )


def _status() -> dg.DefaultScheduleStatus:
    running = os.environ.get("NOCTULE_SCHEDULES") == "running"
    return dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED
