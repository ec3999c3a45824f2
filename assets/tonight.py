"""What a night does, as its steps hand it on and show it."""

import json
from dataclasses import fields
from typing import Any

import dagster as dg

from assets.metadata import metadata
from noctule.contract import Contract
from noctule.describe.describe import worded
from noctule.describe.entries import Entry
from noctule.night import Night


def night_of(handle: dict[str, Any]) -> Night:
    """The night that `raw` settled, from any later step's handle."""
    return Night(**{field.name: handle[field.name] for field in fields(Night)})


def facts(night: Night) -> dict[str, Any]:
    return {"action": night.action, "why": night.why, "period": night.period, "next_refit": night.next_refit}


def worded_as(contract: Contract, handle: dict[str, Any]) -> Contract:
    """The contract with the descriptions that tonight's release carries, as the step `descriptions` found them."""
    return worded(contract, {name: Entry.model_validate_json(json.dumps(e)) for name, e in handle["words"].items()})


def skipped(contract: Contract, name: str, night: Night) -> dg.AssetObservation:
    """What a step leaves in the place of a materialization when the night ends there; Dagster skips all later steps."""
    return dg.AssetObservation([contract.name, name], metadata=metadata(facts(night)))
