"""Anchors: the ledger's head as releases publish it, so that a ledger cut short or replaced is found."""

import json

from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.release.layout import PRIVACY, RELEASES


def anchor(ledger: Ledger) -> str:
    """The ledger's last entry as `seq:hash`, for the passport."""
    entries = ledger.entries()
    return f"{entries[-1].seq}:{entries[-1].hash}" if entries else f"0:{ledger.head()}"


def published_anchors(home: Home) -> list[tuple[int, str]]:
    """(seq, hash) from the passport of each release in the lake, oldest first."""
    stated = [json.loads(path.read_text())["ledger_head"] for path in home.lake.glob(f"*/{RELEASES}/[!.]*/{PRIVACY}")]
    return sorted((int(seq), head) for seq, _, head in (text.partition(":") for text in stated))
