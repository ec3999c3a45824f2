"""The ledger: a charge is durable here before a raw row of it is read, and nothing is ever refunded."""

import math
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from noctule.contract.model import Cap
from noctule.errors import BudgetError, LedgerError
from noctule.ledger import store
from noctule.ledger.balance import Balance, balance, charges, overspent, worth
from noctule.ledger.chain import broken, flaw, unanchored
from noctule.ledger.entry import GENESIS, Entry, Reservation, canonical, timestamp
from noctule.mechanisms.accounting import epsilon_of


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """The append-only book at `path`. Several processes of one host may use it at once.

    Every method but `entries`, `head` and `verify` refuses a damaged book (LedgerError): a book that may have lost
    rows grants nothing. Any fault of the file (locked, full, read-only, not a database) is a LedgerError, too.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = _utc_now, busy_seconds: float = 30.0) -> None:
        self.path = path
        self._now = now
        self._busy_seconds = busy_seconds

    def reserve(
        self,
        *,
        population: str,
        dataset: str,
        key: str,
        nano_rho: int,
        event: dict[str, Any],
        cap: Cap,
        delta: float,
        atto_delta: int = 0,
    ) -> Reservation:
        """Charge `nano_rho` to the population, durably, if its cap allows; from the return on, it counts for good.

        `atto_delta`, in 10^-18, is the approximate part of what is charged, 0 for plain zCDP (see balance.py). `event`
        (JSON) tells what is paid for: the DpEvent and the digests. A second call with the same key is a second charge.
        Raises BudgetError at the cap, LedgerError when the book cannot be relied on.
        """
        detail = {"event": event, "cap": cap.model_dump(), "delta": delta, "atto_delta": atto_delta}
        with store.writing(self.path, self._busy_seconds) as connection:
            entries = self._sound(connection)
            now = self._clock(entries)
            _require_room(balance(entries, population, cap, delta, now), nano_rho, atto_delta)
            entry = _next(entries, now, population, dataset, key, "reserve", nano_rho, None, detail)
            store.append(connection, entry)
        return Reservation.of(entry)

    def require_headroom(self, *, population: str, nano_rho: int, cap: Cap, delta: float, atto_delta: int = 0) -> None:
        """The test that `reserve` makes, without the charge: for use before a raw file is opened."""
        _require_room(self.balance(population, cap, delta), nano_rho, atto_delta)

    def commit(self, reservation: Reservation, detail: dict[str, Any]) -> None:
        """Record that the reservation's result is stored. Once per reservation, for exactly what was reserved."""
        with store.writing(self.path, self._busy_seconds) as connection:
            entries = self._sound(connection)
            if not any(e.kind == "reserve" and Reservation.of(e) == reservation for e in entries):
                raise self._misused(f"entry {reservation.seq} is not this reservation", fix="commit what reserve gave")
            if any(e.reservation == reservation.seq for e in entries):
                raise self._misused(f"entry {reservation.seq} is committed already", fix="reserve again for a new draw")
            r, now = reservation, self._clock(entries)
            entry = _next(entries, now, r.population, r.dataset, r.key, "commit", r.nano_rho, r.seq, detail)
            store.append(connection, entry)

    def pending(self, dataset: str, key: str) -> Reservation | None:
        """The newest reservation of this key without a commit: a crash left it, and its charge stands.

        It pays for the one draw it was made for. Without that draw's stored result, reserve again.
        """
        entries, _ = self.sound()
        closed = {entry.reservation for entry in entries}
        mine = (e for e in reversed(entries) if e.kind == "reserve" and (e.dataset, e.key) == (dataset, key))
        return next((Reservation.of(entry) for entry in mine if entry.seq not in closed), None)

    def committed(self, dataset: str, key: str) -> Entry | None:
        """The newest commit of this key."""
        entries, _ = self.sound()
        mine = (e for e in reversed(entries) if e.kind == "commit" and (e.dataset, e.key) == (dataset, key))
        return next(mine, None)

    def spent(self, population: str, per: Literal["year", "lifetime"]) -> int:
        """Nano-rho reserved for the population in the last 365 days, or ever."""
        entries, now = self.sound()
        return sum(charge.nano_rho for charge in charges(entries, population, per, now))

    def balance(self, population: str, cap: Cap, delta: float) -> Balance:
        """Spent, left and returning budget of the population, were the next charge made under this cap."""
        entries, now = self.sound()
        return balance(entries, population, cap, delta, now)

    def sound(self) -> tuple[list[Entry], datetime]:
        """Every row of a book found sound, and the moment that balances are to be drawn at. Raises LedgerError."""
        entries: list[Entry] = []
        if store.exists(self.path):
            with store.reading(self.path, self._busy_seconds) as connection:
                entries = self._sound(connection)
        return entries, self._clock(entries)

    def entries(self) -> list[Entry]:
        """Every row, oldest first, sound or not. Empty when there is no ledger yet."""
        if not store.exists(self.path):
            return []
        with store.reading(self.path, self._busy_seconds) as connection:
            return store.rows(connection)

    def head(self) -> str:
        """The hash of the last row, to be published as an anchor; 64 zeros when there is none."""
        entries = self.entries()
        return entries[-1].hash if entries else GENESIS

    def verify(self, anchors: Iterable[tuple[int, str]] = ()) -> list[str]:
        """What is wrong with the book, one sentence a finding with the seq it is about; empty when it is sound.

        `anchors` are (seq, hash) pairs from passports: a chain alone cannot tell that its last rows were cut off.
        A missing file is a book without entries.
        """
        if not store.exists(self.path):
            return unanchored([], anchors)
        with store.reading(self.path, self._busy_seconds) as connection:
            shape, entries = store.misshapen(connection) + store.corrupt(connection), store.rows(connection)
        # a chain with gaps has no order of time to hold the caps against
        return shape + (broken(entries) or overspent(entries)) + unanchored(entries, anchors)

    def _sound(self, connection: sqlite3.Connection) -> list[Entry]:
        entries = store.rows(connection)
        if problems := store.misshapen(connection) + broken(entries):
            raise LedgerError(
                f"the ledger is damaged, so nothing is granted: {'; '.join(problems[:3])}",
                where=str(self.path),
                fix="restore it from its backup; `noctule ledger verify` lists every finding",
            )
        return entries

    def _clock(self, entries: Sequence[Entry]) -> datetime:
        """Now, but never before the last entry: a clock set back must not bring budget back."""
        now = self._now().astimezone(UTC)
        return max(now, entries[-1].when) if entries else now

    def _misused(self, what: str, fix: str) -> LedgerError:
        return LedgerError(what, where=str(self.path), fix=fix)


def _next(
    entries: Sequence[Entry],
    now: datetime,
    population: str,
    dataset: str,
    key: str,
    kind: Literal["reserve", "commit"],
    nano_rho: int,
    reservation: int | None,
    detail: dict[str, Any],
) -> Entry:
    """The row that follows `entries`. Raises LedgerError rather than make one that `verify` would name."""
    seq, prev = (entries[-1].seq + 1, entries[-1].hash) if entries else (1, GENESIS)
    text = canonical(detail)
    draft = Entry(seq, timestamp(now), population, dataset, key, kind, nano_rho, reservation, text, prev, hash="")
    entry = replace(draft, hash=draft.digest())
    if problem := flaw(entry):
        raise LedgerError(f"a {kind} was refused: {problem}", fix="nano_rho is an int above 0; names are texts")
    return entry


def _require_room(balance: Balance, nano_rho: int, atto_delta: int) -> None:
    """Raise BudgetError, in public numbers, unless the charge fits under the cap."""
    if balance.holds(nano_rho, atto_delta):
        return
    asked, left = epsilon_of(nano_rho, balance.delta), math.floor(balance.epsilon_left * 1e4) / 1e4
    back, fix = (
        balance.returns(nano_rho, atto_delta),
        "lower privacy.epsilon, or have the population's owner raise privacy.cap",
    )
    if back is not None:
        minute = (back + timedelta(seconds=60)).strftime("%Y-%m-%d %H:%M")  # the minute after: by then it has returned
        when, fix = f"enough budget returns on {minute} UTC", f"run again then, {fix}"
    elif nano_rho > worth(balance.cap.epsilon, balance.delta, atto_delta):
        when = "never: the charge alone is above the cap"
    else:
        when = "never: the cap is per lifetime"
    raise BudgetError(
        f"epsilon {asked:.4g} is asked and {left:.4g} is left of {balance.cap.epsilon:g} per {balance.cap.per}"
        f" (delta {balance.delta:g}); {when}",
        where=f"population {balance.population!r}",
        fix=fix,
    )
