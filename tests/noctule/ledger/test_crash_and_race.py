"""Many processes at once, and processes killed anywhere: never a charge too few, never one over the cap."""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from noctule.errors import BudgetError
from noctule.ledger import Ledger
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, YEARLY

CAP = rho_of(YEARLY.epsilon, DELTA)


def charge(ledger: Ledger, nano_rho: int, key: str = "k"):
    return ledger.reserve(
        population="hospital-a", dataset="patients", key=key, nano_rho=nano_rho, event={}, cap=YEARLY, delta=DELTA
    )


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


def racer(path: Path, start: int, charges: int, nano_rho: int) -> Callable[[], int]:
    def work() -> int:
        os.read(start, 1)  # returns for all at once, when the parent closes its end
        granted = 0
        for _ in range(charges):
            try:
                charge(Ledger(path), nano_rho)
                granted += 1
            except BudgetError:
                pass
        return granted

    return work


def race(path: Path, processes: int, charges: int, nano_rho: int) -> list[int]:
    start, gun = os.pipe()

    def child(work: Callable[[], int]) -> int:
        def run() -> int:
            os.close(gun)
            return work()

        return fork(run)

    children = [child(racer(path, start, charges, nano_rho)) for _ in range(processes)]
    os.close(gun)
    granted = statuses(children)
    os.close(start)
    return granted


def test_eight_processes_race_for_the_last_slot_and_one_gets_it(tmp_path: Path) -> None:
    """Ten rounds, each on a new ledger with room for one more charge."""
    for number in range(10):
        ledger = Ledger(tmp_path / str(number) / "ledger.db")
        charge(ledger, CAP - 100)
        assert sorted(race(ledger.path, 8, 1, 100)) == [0] * 7 + [1]
        assert ledger.spent("hospital-a", "year") == CAP and ledger.verify() == []


def test_eight_processes_make_the_ledger_and_fill_it_to_the_cap(tmp_path: Path) -> None:
    """The file does not exist when they start; 8 x 8 ask for 40 slots."""
    ledger = Ledger(tmp_path / "state" / "ledger.db")
    assert sum(race(ledger.path, 8, 8, CAP // 40)) == 40
    assert len(ledger.entries()) == 40 and ledger.verify() == []


def busy_night(path: Path, told: int) -> Callable[[], int]:
    """Reserve and commit without end; each grant is told to the parent only once reserve has returned."""

    def work() -> int:
        ledger = Ledger(path)
        while True:
            held = charge(ledger, 10)
            os.write(told, held.seq.to_bytes(4, "big"))
            ledger.commit(held, {})

    return work


def granted_before_kill(path: Path, seconds: float) -> list[int]:
    """Start a busy night, SIGKILL it after `seconds`, and return the seqs it had been granted."""
    heard, told = os.pipe()
    child = fork(busy_night(path, told))
    os.close(told)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    assert statuses([child]) == [-signal.SIGKILL]
    with os.fdopen(heard, "rb") as pipe:
        content = pipe.read()
    return [int.from_bytes(content[i : i + 4], "big") for i in range(0, len(content), 4)]


def test_a_process_killed_anywhere_stays_charged(tmp_path: Path) -> None:
    """60 kills at random moments: while the file is made, inside a transaction, between reserve and commit."""
    moments, open_after_kill = random.Random(5), 0
    for trial in range(60):
        path = tmp_path / str(trial // 6) / "ledger.db"  # six crashes in a row on each ledger
        granted = granted_before_kill(path, moments.uniform(0.001, 0.05))
        ledger = Ledger(path)
        reserves = {entry.seq for entry in ledger.entries() if entry.kind == "reserve"}
        assert set(granted) <= reserves
        assert ledger.spent("hospital-a", "lifetime") == 10 * len(reserves) >= 10 * len(granted)
        assert ledger.verify() == []
        open_after_kill += ledger.pending("patients", "k") is not None
    assert open_after_kill > 0  # some trials did die between reserve and commit


def test_killed_between_reserve_and_commit_is_pending_for_good(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"

    def work() -> int:
        charge(Ledger(path), CAP // 3)
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    for trial in range(1, 4):
        assert statuses([fork(work)]) == [-signal.SIGKILL]
        assert Ledger(path).spent("hospital-a", "year") == trial * (CAP // 3)
    held = Ledger(path).pending("patients", "k")
    assert held is not None and held.seq == 3
    assert statuses([fork(work)]) == [99]  # BudgetError: three crashes used up the cap


def test_killed_inside_the_transaction_leaves_nothing_behind(tmp_path: Path) -> None:
    """The hot journal of a dead writer is rolled back by the next reader."""
    ledger = Ledger(tmp_path / "ledger.db")
    charge(ledger, 10)

    def work() -> int:
        connection = sqlite3.connect(ledger.path, isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE bulk (text TEXT)")
        for _ in range(300):  # more than the cache holds: pages reach the file before the commit that never comes
            connection.execute("INSERT INTO bulk VALUES (?)", ["x" * 4000])
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    assert statuses([fork(work)]) == [-signal.SIGKILL]
    assert ledger.path.with_name("ledger.db-journal").stat().st_size > 0
    assert ledger.verify() == [] and len(ledger.entries()) == 1
