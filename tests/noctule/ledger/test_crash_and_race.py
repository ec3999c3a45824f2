"""Many processes at once, and processes killed anywhere: never a charge too few, never one over the cap.

Trials of the whole file, the slow ones included: 240 kills at random moments; a kill before and after each statement
and at each commit of a night (34 on SQLite, 54 on PostgreSQL); 10 races of 16 processes for one slot on either.
"""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from noctule.contract.model import Cap
from noctule.errors import BudgetError
from noctule.ledger import Ledger, Reservation
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, YEARLY, Place, contract, zcdp

CAP = rho_of(YEARLY.epsilon, DELTA)
AMPLE = Cap(epsilon=1000.0, per="lifetime")


def charge(ledger: Ledger, nano_rho: int, **terms: object) -> Reservation:
    return ledger.reserve(contract(**terms), key="k", event=zcdp(nano_rho), nano_rho=nano_rho)  # type: ignore[arg-type]


def fork(work: Callable[[], int]) -> int:
    """Run `work` in a process of its own; its result is the exit status. Returns the process id."""
    child = os.fork()
    if child == 0:
        status = 99
        try:
            status = work()
        finally:
            os._exit(status)
    return child


def statuses(children: list[int]) -> list[int]:
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def racer(place: Place, start: int, charges: int, nano_rho: int, terms: dict[str, str]) -> Callable[[], int]:
    def work() -> int:
        os.read(start, 1)  # returns for all at once, when the parent closes its end
        granted = 0
        for _ in range(charges):
            try:
                charge(Ledger(place), nano_rho, **terms)
                granted += 1
            except BudgetError:
                pass
        return granted

    return work


def race(place: Place, processes: int, charges: int, nano_rho: int, **terms: str) -> list[int]:
    start, gun = os.pipe()

    def child(work: Callable[[], int]) -> int:
        def run() -> int:
            os.close(gun)
            return work()

        return fork(run)

    children = [child(racer(place, start, charges, nano_rho, terms)) for _ in range(processes)]
    os.close(gun)
    granted = statuses(children)
    os.close(start)
    return granted


@pytest.mark.parametrize("rounds", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_sixteen_processes_race_for_the_last_slot_and_one_gets_it(place: Place, rounds: int) -> None:
    """Each round is of a population with room for one more charge."""
    ledger = Ledger(place)
    for number in range(rounds):
        terms = {"population": f"p{number}", "dataset": f"d{number}"}
        charge(ledger, CAP - 100, **terms)
        granted = race(place, 16, 1, 100, **terms)
        assert sorted(granted) == [0] * 15 + [1], f"race {number + 1} of {rounds}: {granted}"
        assert ledger.spent(f"p{number}", "year") == CAP and ledger.verify() == []


def test_eight_processes_make_the_ledger_and_fill_it_to_the_cap(place: Place) -> None:
    """Nothing exists when they start; 8 x 8 ask for 40 slots."""
    ledger = Ledger(place)
    assert sum(race(place, 8, 8, CAP // 40)) == 40
    assert len(ledger.entries()) == 41 and ledger.verify() == []


class Book:
    """A ledger that processes die on, and what each of them was granted before it died."""

    def __init__(self, place: Place) -> None:
        self.ledger = Ledger(place)
        self.place = place
        self.kills = 0

    def kill(self, arm: Callable[[], None], after: float | None = None, nights: int = 10**6) -> bool:
        """Whether a process that reserves and commits died: armed to kill itself, or killed after so many seconds. Each
        grant is told to us only once reserve has returned; all that was told must be in a sound book."""
        heard, told = os.pipe()

        def work() -> int:
            ledger = Ledger(self.place)
            arm()
            for _ in range(nights):
                held = charge(ledger, 10, cap=AMPLE)
                os.write(told, held.seq.to_bytes(4, "big"))
                ledger.commit(held, {})
            return 0

        child = fork(work)
        os.close(told)
        if after is not None:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        (status,) = statuses([child])
        self.kills += status == -signal.SIGKILL
        with os.fdopen(heard, "rb") as pipe:
            content = pipe.read()
        granted = {int.from_bytes(content[i : i + 4], "big") for i in range(0, len(content), 4)}
        reserves = {entry.seq for entry in self.ledger.entries() if entry.kind == "reserve"}
        lost = granted - reserves
        assert not lost, f"after {self.kills} kills: {len(lost)} granted charges are not in the book"
        assert self.ledger.spent("hospital-a", "lifetime") >= 10 * len(granted)
        assert self.ledger.verify() == [], f"after {self.kills} kills"
        assert status in (0, -signal.SIGKILL)
        return status != 0


def at_step(number: int) -> Callable[[], None]:
    """Arrange to die at one boundary: before or after the n-th statement, or at a commit."""

    def arm() -> None:
        from sqlalchemy import Engine, event

        left = [number]

        def step(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                die()

        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, step)

    return arm


@pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_process_killed_at_any_boundary_stays_charged(place: Place, stride: int) -> None:
    """One night a trial, killed at each statement and commit in turn until a night lives through."""
    book, number = Book(place), 0
    while book.kill(at_step(number), nights=1):
        number += stride
    assert book.kills * stride >= 20, f"{book.kills} kills"


@pytest.mark.parametrize("trials", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_a_process_killed_anywhere_stays_charged(place: Place, trials: int) -> None:
    """At random moments: while the book is made, inside a transaction, between reserve and commit."""
    moments, book = random.Random(5), Book(place)
    for _ in range(trials):
        assert book.kill(lambda: None, after=moments.uniform(0.001, 0.08))
        held = book.ledger.pending("patients", "k")
        if held is not None:
            book.ledger.commit(held, {})
    assert book.kills == trials, f"{book.kills} kills"  # where they fall depends on how busy the machine is


def test_killed_between_reserve_and_commit_is_pending_for_good(place: Place) -> None:
    def work() -> int:
        charge(Ledger(place), CAP // 3)
        die()
        return 0

    for trial in range(1, 4):
        assert statuses([fork(work)]) == [-signal.SIGKILL]
        assert Ledger(place).spent("hospital-a", "year") == trial * (CAP // 3)
    held = Ledger(place).pending("patients", "k")
    assert held is not None and held.seq == 4
    assert statuses([fork(work)]) == [99]  # BudgetError: three crashes used up the cap


def test_killed_inside_the_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    """The hot journal of a dead writer is rolled back by the next reader."""
    file = tmp_path / "ledger.db"
    ledger = Ledger(file)
    charge(ledger, 10)

    def work() -> int:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE bulk (text TEXT)")
        for _ in range(300):  # more than the cache holds: pages reach the file before the commit that never comes
            connection.execute("INSERT INTO bulk VALUES (?)", ["x" * 4000])
        die()
        return 0

    assert statuses([fork(work)]) == [-signal.SIGKILL]
    assert file.with_name("ledger.db-journal").stat().st_size > 0
    assert ledger.verify() == [] and len(ledger.entries()) == 2
