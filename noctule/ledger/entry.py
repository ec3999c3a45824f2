"""One row of the book, its hash, and the reservation a caller holds."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from noctule.errors import LedgerError

GENESIS = "0" * 64  # stands for the hash before the first row


class Entry(NamedTuple):
    """A row as it lies in the database. `reservation` is the seq a commit closes, None for every other kind.

    kind      population  dataset  key                 detail
    reserve   charged     charged  of the draw         event, caps, delta, atto_delta, approval
    commit    as reserved          as reserved         what was stored
    approve   of terms    of terms approval digest     who, why, terms, changes, caps, delta, standing
    clock     ""          ""       ""                  who, why: a person says that the clock is right
    moved     ""          ""       ""                  who, why, to: the book goes on elsewhere, and nothing follows
    """

    seq: int
    at: str  # ISO 8601, UTC, microseconds
    population: str
    dataset: str
    key: str
    kind: str
    nano_rho: int  # 0 for a reserve whose event is no zCDP, and for what charges nothing
    reservation: int | None
    detail_json: str
    prev: str
    hash: str

    @property
    def detail(self) -> dict[str, Any]:
        return json.loads(self.detail_json)

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON of every column but the hash itself; `prev` makes it a chain."""
        content = self._asdict()
        del content["hash"]
        return hashlib.sha256(canonical(content).encode()).hexdigest()


@dataclass(frozen=True)
class Reservation:
    """A charge that is durable in the book and not yet committed. `hash` ties it to its row."""

    seq: int
    population: str
    dataset: str
    key: str
    nano_rho: int
    hash: str

    @property
    def anchor(self) -> str:
        """As receipts, reads and certificates name it."""
        return f"{self.seq}:{self.hash}"

    @classmethod
    def of(cls, entry: Entry) -> "Reservation":
        return cls(entry.seq, entry.population, entry.dataset, entry.key, entry.nano_rho, entry.hash)


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(content: dict[str, Any]) -> str:
    """JSON in one spelling. Raises LedgerError when the content is not plain JSON."""
    try:
        return _ENCODER.encode(content)
    except (TypeError, ValueError):
        pass
    raise LedgerError("an entry's detail is not plain JSON", fix="give dicts, lists, texts, booleans, finite numbers")


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
