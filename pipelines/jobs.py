"""One job and one schedule a dataset.

Selections are objects, never strings: smartnoise-sql pins antlr 4.9.3, on which Dagster's selection parser dies.
"""

import os
from typing import Any

import dagster as dg

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
    running = os.environ.get("NOCTULE_SCHEDULES") == "running"
    return dg.ScheduleDefinition(
        name=f"refresh_{contract.name}",
        job=nightly_job(contract),
        cron_schedule=contract.refresh.schedule,
        execution_timezone=contract.refresh.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED,
        description=f"Nightly refresh of {contract.name}. A night that does not refit costs nothing.",
    )
