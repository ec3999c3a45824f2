"""The SQLite file under the ledger: its triggers, and every way in which a disk can say no."""

import os
import resource
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from noctule.errors import LedgerError
from noctule.ledger import Ledger
from tests.noctule.ledger.conftest import Clock, Reserve, contract, zcdp


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


def file(ledger: Ledger) -> Path:
    return Path(ledger.where)


LAST = "(SELECT hash FROM entry ORDER BY seq DESC LIMIT 1)"


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE entry SET nano_rho = 1", "no UPDATE"),
        ("UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 3", "no UPDATE"),
        ("DELETE FROM entry", "no DELETE"),
        (f"INSERT OR REPLACE INTO entry SELECT 2, at, population, dataset, key, kind, 1, NULL, detail, {LAST}, hash"
         " FROM entry WHERE seq = 2", "next seq"),
        ("REPLACE INTO entry SELECT * FROM entry WHERE seq = 3", "next seq|once|before it"),
        (f"INSERT OR REPLACE INTO entry SELECT 5, at, population, dataset, key, kind, 1, 2, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 3", "committed once"),
        (f"INSERT OR IGNORE INTO entry SELECT 9, at, population, dataset, key, kind, 1, NULL, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 2", "next seq"),
        ("INSERT INTO entry SELECT 5, at, population, dataset, key, kind, nano_rho, NULL, detail, 'x', hash"
         " FROM entry WHERE seq = 2", "hash of the entry before"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, 'commit', nano_rho + 1, 4, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 4", "never exceeds"),
        (f"INSERT INTO entry SELECT 5, at, 'other', dataset, key, 'commit', nano_rho, 4, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 4", "repeats its reservation"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, 'commit', nano_rho, 3, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 3", "repeats its reservation"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, kind, -5, NULL, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 2", "entry_charge"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, 'void', 5, NULL, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 2", "CHECK"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, 'clock', 5, NULL, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 2", "entry_charge"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, 'commit', 5, NULL, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 2", "entry_commit|repeats"),
    ],
)  # fmt: skip
def test_sql_cannot_change_what_is_written(ledger: Ledger, reserve: Reserve, statement: str, rule: str) -> None:
    ledger.commit(reserve(ledger, 5), {})
    reserve(ledger, 6)
    before = ledger.entries()
    connect = sqlite3.connect(file(ledger), isolation_level=None)
    with closing(connect) as connection, pytest.raises(sqlite3.IntegrityError, match=rule):
        connection.execute(statement)
    assert ledger.entries() == before and ledger.verify() == []


def uses(ledger: Ledger, reserve: Reserve) -> list:
    return [
        lambda: ledger.reserve(contract(), key="k", event=zcdp(1), nano_rho=1),
        lambda: ledger.require_headroom(contract(), event=zcdp(1), nano_rho=1),
        lambda: ledger.require_approved(contract()),
        ledger.verify,
        ledger.head,
    ]


def test_a_lock_held_too_long_is_a_refusal(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    held = reserve(ledger, 5)
    hasty = Ledger(file(ledger), now=clock, busy_seconds=0.05)
    with closing(sqlite3.connect(file(ledger), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for use in [*uses(hasty, reserve), lambda: hasty.commit(held, {})]:
            with pytest.raises(LedgerError, match=r"(?s)nothing is granted.*locked.*fix: another process"):
                use()
    assert len(ledger.entries()) == 2


def test_a_reader_that_blocks_the_commit_is_a_refusal(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(ledger, 5)
    with closing(sqlite3.connect(file(ledger), isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM entry").fetchone()
        with pytest.raises(LedgerError, match="locked"):
            reserve(Ledger(file(ledger), now=clock, busy_seconds=0.05), 1)
    assert ledger.spent("hospital-a", "year") == 5


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 40, b"SQLite format 3\0"])
def test_another_file_is_never_overwritten(ledger: Ledger, reserve: Reserve, content: bytes) -> None:
    file(ledger).parent.mkdir()
    file(ledger).write_bytes(content)
    for use in uses(ledger, reserve):
        with pytest.raises(LedgerError, match="restore the ledger from its backup"):
            use()
    assert file(ledger).read_bytes() == content


def test_a_database_of_something_else_is_refused(ledger: Ledger, reserve: Reserve) -> None:
    file(ledger).parent.mkdir()
    with closing(sqlite3.connect(file(ledger))) as other:
        other.execute("CREATE TABLE theirs (x)")
    with pytest.raises(LedgerError, match="schema: entry is missing"):
        reserve(ledger, 1)


def test_a_broken_page_is_a_refusal(ledger: Ledger, reserve: Reserve) -> None:
    for _ in range(30):
        reserve(ledger, 1, key="x" * 2000)
    content = bytearray(file(ledger).read_bytes())
    content[4096 * 2 : 4096 * 6] = b"\xff" * (4096 * 4)
    file(ledger).write_bytes(content)
    with pytest.raises(LedgerError):
        reserve(ledger, 1)
    with suppress(LedgerError):  # either way it is not sound
        assert ledger.verify()


def test_a_folder_or_a_file_in_the_way_is_a_refusal(tmp_path: Path, reserve: Reserve) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "folder", tmp_path / "file" / "ledger.db"):
        for use in uses(Ledger(path), reserve):
            with pytest.raises(LedgerError):
                use()


def test_an_empty_file_is_a_ledger_whose_making_was_cut_off(ledger: Ledger, reserve: Reserve) -> None:
    file(ledger).parent.mkdir()
    file(ledger).touch()
    assert ledger.entries() == [] and ledger.verify() == []
    reserve(ledger, 5)
    assert ledger.spent("hospital-a", "year") == 5


def in_a_process(work) -> bool:
    """Whether `work` raised LedgerError, in a process whose limits and user it may change."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
        except LedgerError:
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_full_disk_is_a_refusal(ledger: Ledger, reserve: Reserve) -> None:
    reserve(ledger, 5)

    def work() -> None:
        size = file(ledger).stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        reserve(ledger, 5, key="x" * 50_000)

    assert in_a_process(work)
    assert ledger.spent("hospital-a", "year") == 5 and ledger.verify() == []


def test_a_read_only_ledger_is_read_and_never_granted_on(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(ledger, 5)
    file(ledger).chmod(0o444)
    file(ledger).parent.chmod(0o555)
    home = os.open(file(ledger).parent, os.O_RDONLY)

    def work() -> None:
        os.fchdir(home)  # the folders above are closed to the other user
        if os.geteuid() == 0:
            os.setuid(65534)
        local = Ledger(Path("ledger.db"), now=clock)
        assert local.spent("hospital-a", "year") == 5
        reserve(local, 1)

    try:
        assert in_a_process(work)
    finally:
        os.close(home)
        file(ledger).parent.chmod(0o755)
    assert ledger.spent("hospital-a", "year") == 5
