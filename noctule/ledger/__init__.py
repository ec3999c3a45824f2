"""The append-only book of privacy charges: reserve before the read, commit after, refund never."""

from noctule.ledger.book import Ledger
from noctule.ledger.entry import Entry, Reservation

__all__ = ["Entry", "Ledger", "Reservation"]
