"""The ledger: a charge is durable here before a raw row of it is read, and nothing is ever refunded."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from noctule.contract import Contract
from noctule.contract.approval import terms
from noctule.errors import LedgerError
from noctule.ledger import approvals
from noctule.ledger.balance import Balance, balance, charges, overspent
from noctule.ledger.chain import broken, unanchored
from noctule.ledger.entry import GENESIS, Entry, Reservation
from noctule.ledger.grant import charge_for, limits_on, require_room
from noctule.ledger.page import Page, Subject
from noctule.ledger.person import user
from noctule.ledger.store import append, rows, store

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEAP = timedelta(days=35)  # the longest silence that needs nobody's word: a monthly refresh, and some days
TICK = timedelta(days=7)  # nights that charge nothing break the silence so often


class Ledger:
    """The append-only book at `where`: a path (SQLite, several processes of one host) or a URL (PostgreSQL, several
    hosts).

    Every method but `entries`, `head` and `verify` refuses a damaged book (LedgerError): a book that may have lost
    rows grants nothing. Any fault of the database (locked, full, read-only, out of reach) is a LedgerError, too.
    `now` is for tests; the clock is the host's, or the PostgreSQL server's.
    """

    def __init__(
        self, where: Path | str, *, now: Callable[[], datetime] | None = None, busy_seconds: float = 30.0
    ) -> None:
        self._store = store(where, busy_seconds)
        self._clock = now

    def __repr__(self) -> str:
        return f"Ledger({self.where!r})"

    @property
    def where(self) -> str:
        """The place as it may be printed: without user and password."""
        return self._store.where

    def reserve(
        self, contract: Contract, *, key: str, event: dict[str, Any], nano_rho: int = 0, atto_delta: int = 0
    ) -> Reservation:
        """Charge the contract's population, durably, if each cap in force allows; from the return on, for good.

        `event` (see events.py) tells what is paid for. What is zCDP is charged as `nano_rho`, no less than the event's
        rho; what is not has nano_rho 0 and is charged by its event. `atto_delta`, in 10^-18, is the approximate part, 0
        for plain zCDP (see compose.py). A second call with the same key is a second charge.

        Raises ApprovalError when nobody approved the contract, BudgetError at a cap, LedgerError when the book cannot
        be relied on or the charge is not in order.
        """
        charge = charge_for(event, nano_rho, atto_delta)
        with self._writing() as page:
            if approvals.is_first(page.entries, contract):
                _approve(page, contract, who=user(), why=approvals.FIRST_RUN, standing=True)
            for limit in limits_on(page.entries, contract):
                require_room(balance(page.entries, contract.population, limit, page.now), charge)
            detail = {
                "event": event,
                "caps": [cap.model_dump() for cap in contract.privacy.caps],
                "delta": contract.privacy.delta,
                "atto_delta": atto_delta,
                "approval": contract.approval_digest(),
            }
            entry = page.append("reserve", detail, Subject(contract.population, contract.name, key), nano_rho=nano_rho)
        return Reservation.of(entry)

    def require_headroom(
        self, contract: Contract, *, event: dict[str, Any], nano_rho: int = 0, atto_delta: int = 0
    ) -> None:
        """The test that `reserve` makes, without the charge: for use before a raw file is opened."""
        charge, (entries, now) = charge_for(event, nano_rho, atto_delta), self.sound()
        self._require_open(entries, now)
        approvals.is_first(entries, contract)
        for limit in limits_on(entries, contract):
            require_room(balance(entries, contract.population, limit, now), charge)

    def require_approved(self, contract: Contract) -> None:
        """Refuse a contract that a person has still to sign. The first one of a dataset needs nobody's word unless it
        would loosen the caps or the delta that stand for its population. Raises ApprovalError, LedgerError."""
        entries, _ = self.sound()
        approvals.is_first(entries, contract)

    def approve(self, contract: Contract, *, who: str, why: str, standing: bool = True) -> bool:
        """Record a person's word for the contract; False when the newest approval is of the same terms already.

        With `standing` False the word is for a single command: the dataset's nights keep theirs, and caps that stand
        may not be loosened (ApprovalError).
        """
        with self._writing() as page:
            if approvals.is_signed(page.entries, contract, standing=standing):
                return False
            if not standing:
                fix = "state caps as strict as these, or approve others for a dataset of the deployment"
                approvals.require_no_loosening(page.entries, contract, fix)
            _approve(page, contract, who=who, why=why, standing=standing)
        return True

    def changes(self, contract: Contract) -> list[str]:
        """What an approval would sign, in words: all terms of a first contract, else what changed since then."""
        entries, _ = self.sound()
        return approvals.changes_since(entries, contract)

    def commit(self, reservation: Reservation, detail: dict[str, Any]) -> None:
        """Record that the reservation's result is stored. Once per reservation, for exactly what was reserved."""
        with self._writing() as page:
            if not any(e.kind == "reserve" and Reservation.of(e) == reservation for e in page.entries):
                raise self._misused(f"entry {reservation.seq} is not this reservation", fix="commit what reserve gave")
            if any(e.reservation == reservation.seq for e in page.entries):
                raise self._misused(f"entry {reservation.seq} is committed already", fix="reserve again for a new draw")
            r = reservation
            page.append("commit", detail, Subject(r.population, r.dataset, r.key), nano_rho=r.nano_rho, closes=r.seq)

    def resume(self, *, who: str, why: str) -> None:
        """Record a person's word that the clock is right, after a silence longer than `LEAP`."""
        with self._writing(leap=True) as page:
            page.append("clock", {"who": who, "why": why})

    def tick(self) -> None:
        """Break a silence of a week, so that datasets which seldom refit need nobody's word. Raises LedgerError after
        a leap of the clock, as any writing does."""
        entries, now = self.sound()
        if entries and now > entries[-1].when + TICK:
            with self._writing() as page:
                page.append("clock", {"who": "noctule", "why": "a night that charged nothing"})

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
        """Nano-rho reserved for the population in the last 365 days, or ever; without what is no zCDP."""
        entries, now = self.sound()
        return sum(charged.charge.nano_rho for charged in charges(entries, population, per, now))

    def balances(self, contract: Contract) -> list[Balance]:
        """Spent, left and returning budget under each cap that a charge of this contract must satisfy.

        The first is that of `contract.privacy.cap`.
        """
        entries, now = self.sound()
        return [balance(entries, contract.population, limit, now) for limit in limits_on(entries, contract)]

    def sound(self) -> tuple[list[Entry], datetime]:
        """Every row of a book found sound, and the moment that balances are to be drawn at. Raises LedgerError."""
        with self._store.reading() as connection:
            if connection is None:
                return [], self._now(None, [])
            entries = self._sound(connection)
            return entries, self._now(connection, entries)

    def entries(self) -> list[Entry]:
        """Every row, oldest first, sound or not. Empty when there is no ledger yet."""
        with self._store.reading() as connection:
            return [] if connection is None else rows(self._store, connection)

    def head(self) -> str:
        """The hash of the last row, to be published as an anchor; 64 zeros when there is none."""
        entries = self.entries()
        return entries[-1].hash if entries else GENESIS

    def verify(self, anchors: Iterable[tuple[int, str]] = ()) -> list[str]:
        """What is wrong with the book, one sentence a finding with the seq it is about; empty when it is sound.

        `anchors` are (seq, hash) pairs from passports: a chain alone cannot tell that its last rows were cut off.
        A place where nothing was ever made is a book without entries.
        """
        with self._store.reading() as connection:
            if connection is None:
                return unanchored([], anchors)
            shape = self._store.misshapen(connection) + self._store.corrupt(connection)
            entries = rows(self._store, connection)
        # a chain with gaps has no order of time to hold caps and approvals against
        return (
            shape
            + (broken(entries) or overspent(entries) + approvals.unapproved(entries))
            + unanchored(entries, anchors)
        )

    def seal(self, to: str, *, who: str, why: str) -> None:
        """Write the last row: the book goes on at `to`, and nothing is granted here any more."""
        with self._writing(leap=True) as page:
            page.append("moved", {"who": who, "why": why, "to": to})

    def adopt(self, entries: Sequence[Entry]) -> None:
        """Take over the rows of another book, all or none. Raises LedgerError unless this one is empty and they are
        sound."""
        if problems := broken(entries) or overspent(entries) + approvals.unapproved(entries):
            raise self._misused(f"these rows are not a sound book: {'; '.join(problems[:3])}", fix="fetch a whole copy")
        with self._store.writing() as connection:
            if self._sound(connection):
                raise self._misused("there is a book here already", fix="name an empty place: two books never merge")
            if entries:
                append(connection, *entries)

    @contextmanager
    def _writing(self, *, leap: bool = False) -> Generator[Page]:
        with self._store.writing() as connection:
            entries = self._sound(connection)
            now = self._now(connection, entries)
            self._require_open(entries, now, leap=leap)
            yield Page(connection, entries, now)

    def _require_open(self, entries: Sequence[Entry], now: datetime, *, leap: bool = False) -> None:
        """Refuse to add to a book that moved, and after a leap of the clock that nobody has vouched for."""
        last = entries[-1] if entries else None
        if last is not None and last.kind == "moved":
            told = f"the book goes on at {last.detail['to']}; here, nothing is granted"
            raise self._misused(told, fix="set NOCTULE_LEDGER to it")
        if last is not None and not leap and now > last.when + LEAP:
            raise self._misused(
                f"the clock says {now:%Y-%m-%d}, and the last entry is of {last.when:%Y-%m-%d}: a clock that leaps "
                "forward would free budget",
                fix='if the date is right, say so, then run again: noctule ledger resume --why "..."',
            )

    def _sound(self, connection: "Connection") -> list[Entry]:
        problems = self._store.misshapen(connection)
        entries = [] if problems else rows(self._store, connection)
        if problems := problems or broken(entries):
            raise LedgerError(
                f"the ledger is damaged, so nothing is granted: {'; '.join(problems[:3])}",
                where=self.where,
                fix="restore it from its backup; `noctule ledger verify` lists every finding",
            )
        return entries

    def _now(self, connection: "Connection | None", entries: Sequence[Entry]) -> datetime:
        """Now, but never before the last entry: a clock set back must not bring budget back."""
        if self._clock is not None:
            now = self._clock().astimezone(UTC)
        else:
            now = datetime.now(UTC) if connection is None else self._store.now(connection)
        return max(now, entries[-1].when) if entries else now

    def _misused(self, what: str, fix: str) -> LedgerError:
        return LedgerError(what, where=self.where, fix=fix)


def _approve(page: Page, contract: Contract, *, who: str, why: str, standing: bool) -> None:
    detail = {
        "who": who,
        "why": why,
        "terms": terms(contract),
        "changes": approvals.changes_since(page.entries, contract) if page.entries else [],
        "caps": [cap.model_dump() for cap in contract.privacy.caps],
        "delta": contract.privacy.delta,
        "standing": standing,
    }
    page.append("approve", detail, Subject(contract.population, contract.name, contract.approval_digest()))
