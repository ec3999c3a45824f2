"""Anchors: the ledger's head as releases publish it, so that a ledger cut short or replaced is found."""

import json
from pathlib import Path

from noctule.errors import LedgerError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.release.layout import PRIVACY, RELEASES


def anchor(ledger: Ledger) -> str:
    """The ledger's last entry as `seq:hash`, for the passport."""
    entries = ledger.entries()
    return f"{entries[-1].seq}:{entries[-1].hash}" if entries else f"0:{ledger.head()}"


def published_anchors(home: Home) -> list[tuple[int, str]]:
    """(seq, hash) as each release in the lake and each stored model states it, in order.

    Raises LedgerError that names a release whose statement cannot be read: damage must not pass for absence. A damaged
    model is passed over; it is set aside when its dataset runs.
    """
    releases = [(path, _anchor(path)) for path in home.lake.glob(f"*/{RELEASES}/[!.]*/{PRIVACY}")]
    if damaged := [path for path, anchor in releases if anchor is None]:
        raise LedgerError(
            "what this release says of the ledger cannot be read",
            where=str(damaged[0]),
            fix="restore the release, or move its folder out of the lake",
        )
    models = [_anchor(path, "receipt") for path in home.models.glob("*/[!.]*/bundle.json")]
    return sorted({anchor for anchor in (*(anchor for _, anchor in releases), *models) if anchor is not None})


def _anchor(path: Path, inside: str | None = None) -> tuple[int, str] | None:
    try:
        content = json.loads(path.read_text())
        seq, _, head = (content[inside] if inside else content)["ledger_head"].partition(":")
        return int(seq), head
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
