"""The end of the book while it is open for writing: sound rows, one moment, and what is added to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from noctule.errors import LedgerError
from noctule.ledger import store
from noctule.ledger.chain import flaw
from noctule.ledger.entry import GENESIS, Entry, canonical, timestamp

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Subject(NamedTuple):
    """What an entry is about."""

    population: str
    dataset: str
    key: str


@dataclass
class Page:
    connection: "Connection"
    entries: list[Entry]
    now: datetime

    def append(
        self,
        kind: str,
        detail: dict[str, Any],
        subject: "Subject | None" = None,
        *,
        nano_rho: int = 0,
        closes: int | None = None,
    ) -> Entry:
        """Write the row that follows. Raises LedgerError rather than write one that `verify` would name."""
        seq, prev = (self.entries[-1].seq + 1, self.entries[-1].hash) if self.entries else (1, GENESIS)
        at, text = timestamp(self.now), canonical(detail)
        population, dataset, key = subject or ("", "", "")
        draft = Entry(seq, at, population, dataset, key, kind, nano_rho, closes, text, prev, hash="")
        entry = draft._replace(hash=draft.digest())
        if problem := flaw(entry):
            raise LedgerError(f"a {kind} was refused: {problem}", fix="nano_rho is an int above 0; names are texts")
        store.append(self.connection, entry)
        self.entries.append(entry)
        return entry
