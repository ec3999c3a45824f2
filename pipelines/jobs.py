"""One job and one schedule a dataset, one of each for the ledger, for the audit, and for the trial of the models.

Selections are objects, never strings: smartnoise-sql pins antlr 4.9.3, on which Dagster's selection parser dies.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from assets.audit import KEY as AUDIT
from assets.ledger import KEY as LEDGER
from assets.router import KEY as ROUTER
from noctule.audit.store import due
from noctule.contract import Contract
from noctule.describe.default import router
from noctule.golden.night import on_trial
from noctule.home import Home

SUNDAY = 6  # as datetime.weekday counts


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
    what = "Draw what every population has spent, and verify the ledger. It spends nothing."
    return _page(LEDGER, "daily_ledger", "0 7 * * *", what, "A page of the ledger every morning, and its check.")


def audit_schedule(contracts: Sequence[Contract]) -> dg.ScheduleDefinition:
    """Every Sunday, and on the morning after a change of code or of the engines in use: a CPU minute an engine."""
    engines = sorted({contract.engine.name for contract in contracts})

    def needed(context: dg.ScheduleEvaluationContext) -> bool:
        at = context.scheduled_execution_time
        return at.weekday() == SUNDAY or bool(due(engines, Home.from_environment(), at))

    what = "Attack the engines in use on public data, and keep what came of it. It spends nothing."
    when = "An audit of the guarantee, and its checks: every Sunday, and the morning after a change of code."
    return _page(AUDIT, "weekly_audit", "0 8 * * *", what, when, needed)


def router_schedule(root: Path) -> dg.ScheduleDefinition:
    """Before the nights that ask the models; skipped where no model of `root` has a key."""

    def needed(context: dg.ScheduleEvaluationContext) -> bool:
        with router(root, Home.from_environment(), unattended=True) as models:
            return bool(on_trial(models))

    what = "Try every model on columns with known answers, and keep out those that got worse. It spends no budget."
    when = "A trial of the language models every night, and its checks, where one has a key."
    return _page(ROUTER, "nightly_trial", "30 1 * * *", what, when, needed)


def _page(
    key: list[str],
    name: str,
    cron: str,
    what: str,
    when: str,
    needed: Callable[[dg.ScheduleEvaluationContext], bool] | None = None,
) -> dg.ScheduleDefinition:
    """A job and a schedule of one page; where `needed` says no, a tick is skipped."""
    job: Any = dg.define_asset_job(
        name="_".join(key),
        selection=dg.AssetSelection.assets(key),
        executor_def=dg.in_process_executor,
        description=what,
    )
    return dg.ScheduleDefinition(
        name=name, job=job, cron_schedule=cron, should_execute=needed, default_status=_status(), description=when
    )


def _status() -> dg.DefaultScheduleStatus:
    running = os.environ.get("NOCTULE_SCHEDULES") == "running"
    return dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED
