"""A snapshot: one raw table as it was, immutable, in the vault."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noctule.durable import sha256_of
from noctule.errors import DataError
from noctule.home import Home

DATA, FACTS = "data.parquet", "snapshot.json"
FORMAT = 2  # 1 took a key padded with blanks for another unit


@dataclass(frozen=True)
class Snapshot:
    """The name of a raw table; noctule.ingest.reads alone gives its rows."""

    dataset: str
    id: str  # keyed hash of the content
    path: Path  # the folder


def folder(home: Home, dataset: str) -> Path:
    return home.vault / "snapshots" / dataset


def facts(path: Path) -> dict[str, Any] | None:
    """What was recorded with the snapshot in this folder; None when it is missing or not readable."""
    try:
        found: Any = json.loads((path / FACTS).read_text())
        size = (path / DATA).stat().st_size
    except (OSError, ValueError):
        return None
    sound = isinstance(found, dict) and found.get("format") == FORMAT and found.get("bytes") == size
    return found if sound else None


def named(home: Home, dataset: str, id: str) -> Snapshot:
    """The snapshot of this id, not looked at: it may be missing or damaged. Raises DataError for what is no id."""
    if not (re.fullmatch("[a-z][a-z0-9_]*", dataset) and re.fullmatch("[0-9a-f]{32}", id)):
        raise DataError("this is not the name of a snapshot", where="snapshot", fix="use the id that ingest gave")
    return Snapshot(dataset, id, folder(home, dataset) / id)


def load(home: Home, dataset: str, id: str) -> Snapshot:
    """The stored snapshot, its file compared with the SHA-256 noted at its making. Raises DataError when it differs."""
    snapshot = named(home, dataset, id)
    known = facts(snapshot.path)
    if known is not None and sha256_of(snapshot.path / DATA) == known["sha256"]:
        return snapshot
    raise damaged(dataset, id)


def damaged(dataset: str, id: str) -> DataError:
    where = f"{dataset}: snapshot {id}"
    return DataError("the snapshot is missing or damaged", where=where, fix="ingest the source again")
