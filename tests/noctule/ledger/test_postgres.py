"""PostgreSQL under the ledger: its rules, its shape, and every way in which a server or a network can say no."""

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
import pytest

from noctule.errors import LedgerError
from noctule.ledger import Ledger
from noctule.ledger import postgres as backend
from tests.noctule.ledger.conftest import Clock, Reserve, contract, zcdp
from tests.noctule.ledger.proxy import Cut, cut_network

LAST = "(SELECT hash FROM entry ORDER BY seq DESC LIMIT 1)"


@pytest.fixture
def place(schema: str) -> str:
    return schema


@pytest.fixture
def sql(schema: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(schema, autocommit=True) as connection:
        yield connection


def grant(ledger: Ledger, nano_rho: int = 1) -> None:
    ledger.reserve(contract(), key="k", event=zcdp(nano_rho), nano_rho=nano_rho)


def through(schema: str, port: int) -> str:
    url = urlsplit(schema)
    return schema.replace(url.netloc, f"{url.username}@127.0.0.1:{port}", 1)


@contextmanager
def network(schema: str, word: bytes, cut: Cut) -> Iterator[str]:
    url = urlsplit(schema)
    with cut_network(url.hostname or "127.0.0.1", url.port or 5432, word, cut) as port:
        yield through(schema, port)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE entry SET nano_rho = 1", "no UPDATE"),
        ("UPDATE entry SET nano_rho = 1 WHERE seq = 99", "no UPDATE"),
        ("DELETE FROM entry", "no DELETE"),
        ("TRUNCATE entry", "no TRUNCATE"),
        ("TRUNCATE entry CASCADE", "no TRUNCATE"),
        (f"INSERT INTO entry SELECT 2, at, population, dataset, key, kind, 1, NULL, detail, {LAST}, hash"
         " FROM entry WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET nano_rho = 1", "next seq|no UPDATE"),
        ("INSERT INTO entry SELECT 5, at, population, dataset, key, kind, nano_rho, NULL, detail, 'x', hash"
         " FROM entry WHERE seq = 2", "hash of the entry before"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, kind, 1, 2, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 3", "committed once"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, 'commit', nano_rho + 1, 4, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 4", "never exceeds"),
        (f"INSERT INTO entry SELECT 5, at, 'other', dataset, key, 'commit', nano_rho, 4, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 4", "repeats its reservation"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, kind, -5, NULL, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 2", "entry_charge"),
        (f"INSERT INTO entry SELECT 5, at, population, dataset, key, 'void', 5, NULL, detail, {LAST}, 'h'"
         " FROM entry WHERE seq = 2", "entry_kind|entry_charge"),
    ],
)  # fmt: skip
def test_sql_cannot_change_what_is_written(
    ledger: Ledger, reserve: Reserve, sql: psycopg.Connection, statement: str, rule: str
) -> None:
    ledger.commit(reserve(ledger, 5), {})
    reserve(ledger, 6)
    before = ledger.entries()
    with pytest.raises(psycopg.Error, match=rule):
        sql.execute(statement)
    assert ledger.entries() == before and ledger.verify() == []


def test_nothing_follows_a_move(ledger: Ledger, reserve: Reserve, sql: psycopg.Connection) -> None:
    reserve(ledger, 5)
    ledger.seal("elsewhere", who="x", why="x")
    with pytest.raises(psycopg.Error, match="was moved"):
        sql.execute(f"INSERT INTO entry SELECT 4, at, '', '', '', 'clock', 0, NULL, '{{}}', {LAST}, 'h' FROM entry"
                    " WHERE seq = 3")  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("DROP TRIGGER entry_keeps_rows ON entry", "schema: trigger entry_keeps_rows is missing"),
        ("ALTER TABLE entry DISABLE TRIGGER entry_loses_no_rows", "schema: trigger entry_loses_no_rows was changed"),
        ("ALTER TABLE entry DROP CONSTRAINT entry_charge", "schema: entry_charge is missing"),
        ("ALTER TABLE entry ADD other TEXT", "schema: entry was changed"),
        ("ALTER TABLE entry SET UNLOGGED", "schema: entry was changed"),
        ("ALTER TABLE entry ENABLE ROW LEVEL SECURITY", "schema: entry was changed"),
        ("CREATE RULE quiet AS ON INSERT TO entry DO INSTEAD NOTHING", "schema: entry was changed"),
        ("CREATE TABLE more () INHERITS (entry)", "schema: entry was changed"),
        ("CREATE OR REPLACE FUNCTION entry_is_next() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
         "schema: function entry_is_next was changed"),
        ("CREATE TRIGGER mine BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_is_next()",
         "schema: trigger mine does not belong here"),
        ("DROP TABLE entry CASCADE", "schema: entry is missing"),
    ],
)  # fmt: skip
def test_a_changed_shape_is_named_and_grants_nothing(
    ledger: Ledger, sql: psycopg.Connection, statement: str, finding: str
) -> None:
    grant(ledger)
    sql.execute(statement)
    assert finding in ledger.verify()
    with pytest.raises(LedgerError, match="damaged, so nothing is granted"):
        grant(ledger)


def test_a_table_of_somebody_elses_is_refused(ledger: Ledger, sql: psycopg.Connection) -> None:
    sql.execute("CREATE TABLE entry (x INT)")
    with pytest.raises(LedgerError, match="schema"):
        grant(ledger)


def test_a_role_that_may_only_read_and_insert_can_grant(ledger: Ledger, schema: str, sql: psycopg.Connection) -> None:
    grant(ledger)
    home = schema.rpartition("%3D")[2]
    role = f"r_{home}"
    sql.execute(f"CREATE ROLE {role} LOGIN")
    try:
        sql.execute(f"GRANT USAGE ON SCHEMA {home} TO {role}")
        sql.execute(f"GRANT SELECT, INSERT ON entry TO {role}")
        limited = Ledger(schema.replace(urlsplit(schema).username or "", role, 1), now=Clock())
        grant(limited)
        sql.execute(f"REVOKE INSERT ON entry FROM {role}")
        with pytest.raises(LedgerError, match=r"(?s)permission denied.*grant this user SELECT and INSERT"):
            grant(limited)
    finally:
        sql.execute(f"DROP OWNED BY {role}")
        sql.execute(f"DROP ROLE {role}")


def test_the_servers_clock_is_the_ledgers(schema: str) -> None:
    ledger = Ledger(schema)
    grant(ledger)
    assert abs((ledger.entries()[-1].when - datetime.now(UTC)).total_seconds()) < 60


def test_a_lock_held_too_long_is_a_refusal(ledger: Ledger, schema: str, clock: Clock) -> None:
    grant(ledger)
    hasty = Ledger(schema, now=clock, busy_seconds=0.2)
    with psycopg.connect(schema) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({backend._LOCK}, hashtext(current_schema()))")
        with pytest.raises(LedgerError, match=r"(?s)lock timeout.*fix: another process holds the ledger"):
            grant(hasty)
        assert len(hasty.entries()) == 2  # readers need no lock
    with psycopg.connect(schema) as other:
        other.execute("LOCK TABLE entry")
        with pytest.raises(LedgerError, match="another process holds"):
            hasty.entries()


def test_a_server_that_is_not_there_is_a_refusal() -> None:
    for url, fix in (
        ("postgresql://127.0.0.1:1/none", "check that the database server answers"),
        ("postgresql://root@127.0.0.1:5432/no_such_database_here", 'database "no_such_database_here" does not exist'),
    ):
        ledger = Ledger(url)
        for use in (lambda ledger=ledger: grant(ledger), ledger.entries, ledger.verify, ledger.head):
            with pytest.raises(LedgerError, match=fix):
                use()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bob:hunter2@127.0.0.1:1/none",
        "postgresql+psycopg://bob:hunter2@127.0.0.1:1/none?password=hunter2",
        "postgresql://bob:hunter2@x@127.0.0.1:1/none",
        "postgresql://bob:pa/hunter2@127.0.0.1/none",
        "postgresql://bob:hunter2@127.0.0.1:5432/no_such_database_here",
        "postgresql://bob:hunter2@127.0.0.1:port/none",
        "postgresql://bob:hunter2@no host/none",
        "postgresql://bob:hunter2@127.0.0.1",
        "mysql://bob:hunter2@127.0.0.1/none",
        "://bob:hunter2@127.0.0.1/none",
    ],
)
def test_a_password_is_never_told(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    try:
        ledger = Ledger(url)
        told = f"{ledger!r} {ledger.where} {vars(ledger)} {vars(ledger._store)}"
        grant(ledger)
    except LedgerError as error:
        told += "".join(traceback.format_exception(error)).replace(url, "")  # the test's own source lines
        told += repr(error.__cause__) + repr(error.__context__)
    assert "hunter2" not in told + caplog.text and told


@pytest.mark.parametrize("cut", ["before", "after", "stall"])
def test_a_network_cut_at_the_commit_grants_nothing_to_the_caller(
    ledger: Ledger, schema: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, cut: Cut
) -> None:
    """3 x 5 cuts: before COMMIT is sent, after it was done, and with its answer withheld. The caller is refused each
    time; a charge that landed stays, which over-counts."""
    monkeypatch.setattr(backend, "CONNECT_SECONDS", 0)  # so that the deadline is 3 x busy_seconds
    grant(ledger)
    for trial in range(1, 6):
        spent = ledger.spent("hospital-a", "lifetime")
        with network(schema, b"COMMIT\0", cut) as url:
            started = time.monotonic()
            with pytest.raises(LedgerError, match="it may be in the book, and is not granted"):
                grant(Ledger(url, now=clock, busy_seconds=0.3), 10)
        assert time.monotonic() - started < 5
        landed = ledger.spent("hospital-a", "lifetime") - spent
        assert landed == (0 if cut == "before" else 10), f"trial {trial}"
        assert ledger.verify() == []


@pytest.mark.parametrize(
    "word", [b"pg_advisory_xact_lock", b"pg_class", b"INSERT INTO entry", b"ORDER BY seq", b"user\0"]
)
@pytest.mark.parametrize("cut", ["before", "after", "stall"])
def test_a_network_cut_anywhere_else_grants_nothing_at_all(
    ledger: Ledger, schema: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, word: bytes, cut: Cut
) -> None:
    monkeypatch.setattr(backend, "CONNECT_SECONDS", 2)
    grant(ledger)
    with network(schema, word, cut) as url, pytest.raises(LedgerError, match="nothing is granted"):
        grant(Ledger(url, now=clock, busy_seconds=0.1), 10)
    assert ledger.spent("hospital-a", "lifetime") == 1 and ledger.verify() == []
