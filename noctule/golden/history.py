"""Every night of trials, one JSON file each in trials/ of the home; it is what baselines are made of, so back it up."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from noctule.durable import whole_file
from noctule.golden.trial import Trial
from noctule.golden.verdict import Accepted
from noctule.home import Home
from noctule.router.errors import StateError

FORMAT = 1


class Night(NamedTuple):
    """What was written at once: trials, or a person's word."""

    at: datetime
    records: tuple[Trial | Accepted, ...]


def keep(home: Home, at: datetime, trials: Sequence[Trial]) -> None:
    _write(home, at, {"trials": [trial.model_dump(mode="json") for trial in trials]})


def accept(home: Home, at: datetime, name: str) -> None:
    """A person takes the model as it now is."""
    _write(home, at, {"accepted": name})


def nights(home: Home) -> list[Night]:
    """Oldest first. Raises StateError for a file that is none."""
    return [_read(path) for path in sorted(_folder(home).glob("*.json"))]


def of(name: str, past: Sequence[Night]) -> list[Trial | Accepted]:
    """The records of one model."""
    return [record for night in past for record in night.records if record.name == name]


def _write(home: Home, at: datetime, content: dict[str, Any]) -> None:
    moment = at.astimezone(UTC)
    with whole_file(_folder(home) / f"{moment:%Y%m%dT%H%M%S.%fZ}.json") as partial:
        partial.write_text(json.dumps({"format": FORMAT, "at": moment.isoformat(), **content}) + "\n")


def _read(path: Path) -> Night:
    try:
        content = json.loads(path.read_text())
        if content["format"] != FORMAT:
            raise ValueError
        records: tuple[Trial | Accepted, ...] = tuple(Trial.model_validate(one) for one in content.get("trials", ()))
        if "accepted" in content:
            records += (Accepted(str(content["accepted"])),)
        return Night(datetime.fromisoformat(content["at"]), records)
    except (OSError, ValueError, KeyError, TypeError):
        fix = "restore it from a backup, or remove it: without it a model's baseline may be of other nights"
        raise StateError("the record of a night of trials cannot be read", where=str(path), fix=fix) from None


def _folder(home: Home) -> Path:
    return home.root / "trials"
