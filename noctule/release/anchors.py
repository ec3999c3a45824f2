"""Anchors: the ledger's head as releases publish it, so that a ledger cut short or replaced is found."""

import json
from pathlib import Path
from typing import Any

from noctule.errors import LedgerError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.mechanisms.accounting import NANO
from noctule.release.layout import PRIVACY, RELEASES


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


def unaccounted(passport: dict[str, Any], ledger: Ledger) -> list[str]:
    """Where a ledger does not bear out a release: its entries, the entry that the passport names, and the charge.

    The charge is the dataset's reservation for the model that was released, of the rho in the passport. A charge that
    is no zCDP stands in the ledger as an event, with no rho to compare.
    """
    try:
        seq, _, head = passport["ledger_head"].partition(":")
        problems = ledger.verify([(int(seq), head)])
        mine = (passport["dataset"], passport["population"], passport["model"])
        charged = round(passport["rho"] * NANO)
    except (KeyError, ValueError, TypeError, AttributeError):
        return ["the passport lacks what the ledger would be asked for"]
    paid = [e for e in ledger.entries() if e.kind == "reserve" and (e.dataset, e.population, e.key) == mine]
    if not paid:
        problems.append("the ledger has no charge for this model")
    elif charged and charged not in {entry.nano_rho for entry in paid}:
        problems.append("the ledger's charge for this model is not the rho in the passport")
    return problems


def _anchor(path: Path, inside: str | None = None) -> tuple[int, str] | None:
    try:
        content = json.loads(path.read_text())
        seq, _, head = (content[inside] if inside else content)["ledger_head"].partition(":")
        return int(seq), head
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
