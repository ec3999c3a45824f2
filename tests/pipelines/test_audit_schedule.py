"""The audit by its schedule: each Sunday, and on the morning after a change of code."""

import logging
import shutil
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

import assets.audit
from noctule.audit import store
from noctule.audit.audit import Finding, audit
from noctule.audit.store import history, keep
from noctule.code import code_digest
from noctule.home import Home
from pipelines.definitions import ROOT, build
from tests.pipelines.conftest import Deployment

SUNDAY = datetime(2026, 11, 22, 8, tzinfo=UTC)
FOUND = [Finding("adaptive", "tap", True, "words")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("NOCTULE_HOME", str(tmp_path / "state"))
    return Home(tmp_path / "state")


def ticked(defs: dg.Definitions, instance: dg.DagsterInstance, at: datetime) -> Any:
    schedule = defs.resolve_schedule_def("weekly_audit")
    return schedule.evaluate_tick(dg.build_schedule_context(instance, scheduled_execution_time=at))


def runs(defs: dg.Definitions, instance: dg.DagsterInstance, at: datetime) -> int:
    data = ticked(defs, instance, at)
    assert bool(data.run_requests) != bool(data.skip_message)
    return len(data.run_requests or [])


def test_it_runs_on_sundays_and_on_the_morning_after_a_change_of_code(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    defs = build(ROOT)
    with dg.DagsterInstance.ephemeral() as instance:
        assert runs(defs, instance, SUNDAY + timedelta(days=2)) == 1  # none was made yet
        keep(FOUND, home, SUNDAY, code_digest())
        week = [runs(defs, instance, SUNDAY + timedelta(days=day)) for day in range(8)]
        assert week == [1, 0, 0, 0, 0, 0, 0, 1]
        monkeypatch.setattr(store, "code_digest", lambda: "other")
        assert runs(defs, instance, SUNDAY + timedelta(days=3)) == 1
        keep(FOUND, home, SUNDAY + timedelta(days=3), "other")
        assert runs(defs, instance, SUNDAY + timedelta(days=4)) == 0


def test_its_run_leaves_a_materialization_with_checks(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few canaries and nights. Sound code fails it once in 1,000, so asked is that checks tell what was kept."""
    monkeypatch.setattr(assets.audit, "audited", partial(audit, canaries=64))
    monkeypatch.setattr("noctule.audit.audit.NIGHTS", 2)
    defs = build(ROOT)
    job = defs.resolve_job_def(defs.resolve_schedule_def("weekly_audit").job_name)
    with dg.DagsterInstance.ephemeral() as instance:
        (request,) = ticked(defs, instance, SUNDAY).run_requests
        done = job.execute_in_process(instance=instance, tags=request.tags, run_config=request.run_config)
        event = instance.get_latest_materialization_event(dg.AssetKey(assets.audit.KEY))
        assert done.success and event is not None and event.run_id == done.run_id
    (report,) = history(home)
    checks = {check.check_name: check.passed for check in done.get_asset_check_evaluations()}
    assert checks.keys() == {"adaptive", "domain_and_noise"} and all(checks.values()) == report["passed"]
    assert (report["engines"], report["code"]) == (["adaptive"], code_digest())


@pytest.mark.slow
def test_a_real_scheduler_audits_and_audits_again_after_a_change_of_code(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code server, scheduler, queue and a run in a process of its own, as deployed; the clock alone is ours.

    The audit is a whole one: sound code fails it once in 1,000, so that this test does not ask whether it passed.
    """
    folder = deployment.home.dagster
    shutil.copytree(ROOT / "noctule", deployment.root / "noctule", ignore=shutil.ignore_patterns("__pycache__"))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "dagster.yaml", folder)
    for name, value in (
        ("NOCTULE_HOME", deployment.home.root),
        ("DAGSTER_HOME", folder),
        ("PYTHONPATH", deployment.root),
    ):
        monkeypatch.setenv(name, str(value))
    days = three_weekdays()
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        run = scheduled(deployment, instance, days[0], execute=True)
        assert run is not None and run.status == dg.DagsterRunStatus.SUCCESS
        event = instance.get_latest_materialization_event(dg.AssetKey(assets.audit.KEY))
        assert event is not None and event.run_id == run.run_id
        for name in ("adaptive", "domain_and_noise"):
            check = instance.get_latest_asset_check_evaluation_record(
                dg.AssetCheckKey(dg.AssetKey(assets.audit.KEY), name)
            )
            assert check is not None and check.run_id == run.run_id
        (report,) = history(deployment.home)
        assert report["engines"] == ["adaptive"]
        assert scheduled(deployment, instance, days[1]) is None
        with (deployment.root / "noctule" / "engines" / "purse.py").open("a") as file:
            file.write("# another line\n")
        again = scheduled(deployment, instance, days[2])
        assert again is not None and again.run_id != run.run_id


def three_weekdays() -> tuple[datetime, datetime, datetime]:
    """08:00 UTC of the next three days in a row of which none is a Sunday; the last within a week."""
    morning = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    coming = [morning + timedelta(days=day) for day in range(1, 7)]
    three = zip(coming, coming[1:], coming[2:], strict=False)
    return next(days for days in three if all(day.weekday() != 6 for day in days))


def scheduled(
    deployment: Deployment, instance: dg.DagsterInstance, at: datetime, *, execute: bool = False
) -> dg.DagsterRun | None:
    """The run that the schedule's tick `at` asks for, from code as a new code server loads it; None when it skips."""
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
    from dagster._scheduler.scheduler import launch_scheduled_runs

    target = WorkspaceFileTarget([str(deployment.root / "workspace.yaml")])
    with WorkspaceProcessContext(instance, target) as workspace:
        location = workspace.create_request_context().get_code_location("noctule")
        (repository,) = location.get_repositories().values()
        schedule = repository.get_schedule("weekly_audit")
        instance.start_schedule(schedule)
        logger, after = logging.getLogger("scheduler"), at + timedelta(seconds=1)
        list(launch_scheduled_runs(workspace, logger, after, iteration_times={}, max_catchup_runs=1))
        (tick,) = instance.get_ticks(schedule.get_remote_origin_id(), schedule.selector_id, limit=1)
        assert tick.timestamp == at.timestamp() and tick.error is None
        if not tick.run_ids:
            return None
        if execute:
            with QueuedRunCoordinatorDaemon(interval_seconds=1) as queue:
                list(queue.run_iteration(workspace))
            until = time.monotonic() + 500
            while not run_of(instance, tick).is_finished and time.monotonic() < until:
                time.sleep(1)
        return run_of(instance, tick)


def run_of(instance: dg.DagsterInstance, tick: Any) -> dg.DagsterRun:
    run = instance.get_run_by_id(tick.run_ids[0])
    assert run is not None
    return run
