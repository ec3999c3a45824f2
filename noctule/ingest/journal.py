"""The journal of reads: one line for each time the rows of a snapshot were opened, on disk before they are.

It lies in the vault, a file for each snapshot (mode 0600), and holds public facts only: step, cover, columns,
reservation and UTC day. Not the time, for durations hint at sizes.
"""

import json
import os
from pathlib import Path
from typing import Any

from noctule.durable import sync
from noctule.errors import CertificateError
from noctule.home import Home
from noctule.locks import locked


def append(home: Home, dataset: str, snapshot: str, line: dict[str, Any]) -> None:
    """Add one line, and return when it is on disk.

    A line that a crash cut short goes first: what it was to announce was never read.
    """
    path = _path(home, dataset, snapshot)
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    with locked(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            file.seek(file.read().rfind(b"\n") + 1)
            file.truncate()
            file.write(json.dumps(line, sort_keys=True).encode() + b"\n")
        sync(path)
        sync(path.parent)


def recorded(home: Home, dataset: str, snapshot: str) -> list[dict[str, Any]]:
    """Every line of the snapshot's journal, oldest first; none where there is no journal.

    Raises CertificateError when a line cannot be read: nobody knows then what was done with the rows.
    """
    path = _path(home, dataset, snapshot)
    try:
        whole, _, _ = path.read_bytes().rpartition(b"\n")  # after the last line break: cut short, never acted on
        lines: list[Any] = [json.loads(line) for line in whole.splitlines()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        lines = [None]
    if all(isinstance(line, dict) for line in lines):
        return lines
    raise CertificateError(
        "the journal of reads is damaged, so nobody knows what was done with the rows",
        where=f"{dataset}: vault/reads",
        fix="restore it from its backup; or move it away: the next night that refits reads the source anew",
    )


def _path(home: Home, dataset: str, snapshot: str) -> Path:
    return home.vault / "reads" / dataset / f"{snapshot}.jsonl"
