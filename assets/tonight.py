"""What a night does, as its steps hand it on and show it."""

from dataclasses import fields
from typing import Any

import dagster as dg

from assets.metadata import metadata
from noctule.contract import Contract
from noctule.night import Night


def night_of(handle: dict[str, Any]) -> Night:
    """The night that `raw` settled, from any later step's handle."""
    return Night(**{field.name: handle[field.name] for field in fields(Night)})


def facts(night: Night) -> dict[str, Any]:
    return {"action": night.action, "why": night.why, "period": night.period, "next_refit": night.next_refit}


def skipped(contract: Contract, name: str, night: Night) -> dg.AssetObservation:
    """What a step leaves in the place of a materialization when the night ends there; Dagster skips all later steps."""
    return dg.AssetObservation([contract.name, name], metadata=metadata(facts(night)))
