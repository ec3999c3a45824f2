"""Tell a person when a night failed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from noctule.home import Home


@dg.run_failure_sensor(
    name="night_failed",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Appends each failed run to alerts.jsonl in the state folder: job, run, step and what to do.",
)
def night_failed(context: dg.RunFailureSensorContext) -> None:
    """One line a failed run. Noctule's errors never hold raw values, and other exceptions are sealed by the steps."""
    steps = [
        {"step": event.step_key, "error": _sentence(event.event_specific_data)}
        for event in context.get_step_failure_events()
    ]
    alert = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "job": context.dagster_run.job_name,
        "run": context.dagster_run.run_id,
        "steps": steps,
    }
    home = Home.from_environment()
    home.root.mkdir(parents=True, exist_ok=True)
    with Path(home.root / "alerts.jsonl").open("a") as file:
        file.write(json.dumps(alert) + "\n")
    context.log.error("%s failed; written to alerts.jsonl", context.dagster_run.job_name)


def _sentence(failure: object) -> str:
    error = getattr(failure, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "no error recorded"
