"""Somebody with write access to the file: what verify names, and that a damaged book grants nothing."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from noctule.errors import LedgerError
from noctule.ledger import Ledger
from noctule.ledger.approvals import unapproved
from noctule.ledger.balance import overspent
from noctule.ledger.chain import broken, unanchored
from noctule.ledger.entry import Entry
from noctule.ledger.sqlite import SCHEMA
from tests.noctule.ledger.conftest import Clock, Reserve, contract, zcdp

ROWS = 7  # approve, reserve, commit, reserve, commit, reserve, commit


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """What PostgreSQL makes of the same is in test_postgres.py."""
    return tmp_path / "ledger.db"


@pytest.fixture
def full(ledger: Ledger, reserve: Reserve, clock: Clock) -> Ledger:
    for number in range(3):
        ledger.commit(reserve(ledger, 10, key=f"k{number}"), {"bundle": "b"})
        clock.forward(days=1)
    return ledger


def tamper(ledger: Ledger, *statements: str) -> None:
    """Run SQL behind the ledger's back: with its triggers taken off, and put back afterwards."""
    names = [name for name in SCHEMA if name != "entry"]
    with closing(sqlite3.connect(ledger.where, isolation_level=None)) as connection:
        for name in names:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for name in names:
            connection.execute(SCHEMA[name])


def named(problems: list[str]) -> set[int]:
    return {int(problem.split(":")[0].split()[1]) for problem in problems if problem.startswith("entry")}


@pytest.mark.parametrize("name", [name for name in SCHEMA if name != "entry"])
def test_a_dropped_trigger_is_named(full: Ledger, name: str) -> None:
    with closing(sqlite3.connect(full.where)) as connection:
        connection.execute(f"DROP TRIGGER {name}")
    assert full.verify() == [f"schema: {name} is missing"]


def test_a_weakened_trigger_and_a_foreign_table_are_named(full: Ledger) -> None:
    weak = SCHEMA["entry_keeps_rows"].replace("WHEN 1 = 1", "WHEN 1 = 0")
    with closing(sqlite3.connect(full.where)) as connection:
        connection.execute("DROP TRIGGER entry_keeps_rows")
        connection.execute(weak)
        connection.execute("CREATE TABLE other (x)")
    assert full.verify() == ["schema: entry_keeps_rows was changed", "schema: other does not belong here"]


EDITS = [
    "at = '2020-01-01T00:00:00.000000+00:00'",
    "population = 'x'",
    "dataset = 'x'",
    "key = 'x'",
    "nano_rho = 1",
    "nano_rho = 'much'",
    "detail = '{}'",
    "detail = 'no json'",
    "detail = CAST(X'FF' AS TEXT)",
    "key = X'00'",
    "prev = 'x'",
    "hash = 'x'",
]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("seq", [2, 4, ROWS])
def test_an_edited_row_is_named(full: Ledger, edit: str, seq: int) -> None:
    tamper(full, f"UPDATE entry SET {edit} WHERE seq = {seq}")
    assert seq in named(full.verify())


@pytest.mark.parametrize("seq", range(1, ROWS))
def test_a_deleted_row_is_named(full: Ledger, seq: int) -> None:
    tamper(full, f"DELETE FROM entry WHERE seq = {seq}")
    assert f"entry {seq}: missing" in full.verify()


def test_a_deleted_row_whose_followers_moved_up_is_named(full: Ledger) -> None:
    tamper(
        full, "DELETE FROM entry WHERE seq = 4", *(f"UPDATE entry SET seq = {n - 1} WHERE seq = {n}" for n in (5, 6, 7))
    )
    assert {4, 5, 6} <= named(full.verify())


def test_reordered_rows_are_named(full: Ledger) -> None:
    swap = [(4, -1), (6, 4), (-1, 6)]
    tamper(full, *(f"UPDATE entry SET seq = {new} WHERE seq = {old}" for old, new in swap))
    assert {4, 6} <= named(full.verify())


def test_truncation_is_named_by_the_anchors_alone(full: Ledger) -> None:
    anchors = [(0, "0" * 64), *((entry.seq, entry.hash) for entry in full.entries())]
    assert full.verify(anchors) == []
    tamper(full, "DELETE FROM entry WHERE seq > 5")
    assert full.verify() == []
    assert full.verify(anchors) == [
        f"entry {seq}: was published and is missing: the book ends at entry 5" for seq in (6, 7)
    ]
    assert named(full.verify([(2, "f" * 64)])) == {2}
    Path(full.where).unlink()
    assert full.verify() == [] and named(full.verify(anchors)) == {1, 2, 3, 4, 5, 6, 7}


def test_a_dropped_table_is_not_an_empty_book(full: Ledger, reserve: Reserve) -> None:
    with closing(sqlite3.connect(full.where)) as connection:
        connection.execute("DROP TABLE entry")
    assert "schema: entry is missing" in full.verify()
    with pytest.raises(LedgerError, match="damaged"):
        reserve(full, 1)


Rewrite = Callable[[Entry], dict[str, object]]


def rewritten(entries: list[Entry], seq: int, change: Rewrite) -> list[Entry]:
    """A forger who knows the scheme: changes one row and makes every hash from there on right again."""
    rows, prev = [], "0" * 64
    for entry in entries:
        draft = entry._replace(prev=prev, **(change(entry) if entry.seq == seq else {}))  # type: ignore[arg-type]
        rows.append(draft._replace(hash=draft.digest()))
        prev = rows[-1].hash
    return rows


def _policy(**change: object) -> Rewrite:
    return lambda entry: {"detail_json": json.dumps({**entry.detail, **change})}


@pytest.mark.parametrize(
    ("seq", "change", "finding"),
    [
        (6, lambda entry: {"nano_rho": 10**12}, "passes the cap"),
        (6, _policy(caps=[{"epsilon": 1e-4, "per": "lifetime"}]), "passes the cap"),
        (6, _policy(caps=[{"epsilon": -1, "per": "year"}]), "names no valid cap and delta"),
        (6, _policy(caps=[]), "names no valid cap and delta"),
        (6, _policy(delta=2), "names no valid cap and delta"),
        (6, lambda entry: {"detail_json": "[]"}, "names no valid cap and delta"),
        (7, lambda entry: {"detail_json": "[]"}, "not a JSON object"),
        (6, lambda entry: {"at": "2026-02-01T00:00:00.000000+00:00"}, "is earlier than entry 5"),
        (6, lambda entry: {"at": "2026-03-03 02:30"}, "not a UTC timestamp"),
        (7, lambda entry: {"nano_rho": 11}, "commits more than entry 6 reserved"),
        (7, lambda entry: {"key": "x"}, "commits entry 6, which is of something else"),
        (6, lambda entry: {"nano_rho": -5}, "nano_rho is not what this kind"),
        (6, lambda entry: {"nano_rho": 0}, "charges no rho for an event that is zCDP"),
        (
            6,
            lambda entry: {"nano_rho": 0, "detail_json": json.dumps(entry.detail | {"event": {}})},
            "nobody can account",
        ),
        (1, lambda entry: {"nano_rho": 5}, "nano_rho is not what this kind"),
        (1, lambda entry: {"key": "x"}, "terms are not those of its digest"),
        (1, _policy(terms={"epsilon": "100"}), "terms are not those of its digest"),
        (6, lambda entry: {"kind": "void"}, "is none of reserve, commit"),
        (6, lambda entry: {"reservation": 5}, "is none of reserve, commit"),
        (5, lambda entry: {"reservation": 3}, "which is not a reserve before it"),
        (5, lambda entry: {"reservation": 6}, "which is not a reserve before it"),
        (6, _policy(approval="f" * 64), "nobody had approved"),
        (6, _policy(approval=None), "nobody had approved"),
        (6, _policy(caps=[{"epsilon": 9.0, "per": "year"}]), "under other caps"),
        (1, lambda entry: {"population": "others"}, "terms are not those of its digest and population"),
        (6, lambda entry: {"population": "others"}, ""),
        (1, lambda entry: {"dataset": "others"}, ""),
        (6, lambda entry: {"kind": "moved", "nano_rho": 0, "detail_json": "{}"}, ""),
    ],
)
def test_a_chain_made_right_again_still_holds_the_rules(full: Ledger, seq: int, change: Rewrite, finding: str) -> None:
    before = full.entries()
    after = rewritten(before, seq, change)
    problems = broken(after) or overspent(after) + unapproved(after)
    told = f"entry {seq}: " if finding else "entry "
    assert any(problem.startswith(told) and finding in problem for problem in problems)
    assert named(unanchored(after, [(entry.seq, entry.hash) for entry in before])) == set(range(seq, ROWS + 1))


def test_a_forged_commit_is_named(full: Ledger) -> None:
    entries = full.entries()
    again = rewritten([*entries, entries[-1]._replace(seq=ROWS + 1)], 1, lambda entry: {})
    assert broken(again) == [f"entry {ROWS + 1}: commits entry 6 a second time"]
    assert broken(rewritten(entries, 1, lambda entry: {})) == []  # the forger's own hand leaves no trace


def test_a_row_that_stands_before_the_first_is_named(full: Ledger) -> None:
    entries = full.entries()
    shifted = rewritten([entries[0]._replace(seq=0), *entries], 1, lambda entry: {})
    assert "entry 0: its seq is not above 0" in broken(shifted)


def test_verify_holds_the_caps_against_the_rows_in_the_file(full: Ledger) -> None:
    forged = rewritten(full.entries(), ROWS - 1, lambda entry: {"nano_rho": 10**12})[-2]
    tamper(
        full,
        f"DELETE FROM entry WHERE seq >= {forged.seq}",
        f"INSERT INTO entry SELECT {forged.seq}, '{forged.at}', population, dataset, '{forged.key}', kind,"
        f" {forged.nano_rho}, NULL, detail, '{forged.prev}', '{forged.hash}' FROM entry WHERE seq = 2",
    )
    assert full.verify() == [
        f"entry {forged.seq}: passes the cap of 'hospital-a' (epsilon 3 per year of the population, at delta 1e-06)"
    ]


def test_a_damaged_book_grants_nothing(full: Ledger, reserve: Reserve) -> None:
    held = reserve(full, 10)
    tamper(full, "UPDATE entry SET nano_rho = 1 WHERE seq = 4")
    for use in (
        lambda: reserve(full, 1),
        lambda: full.commit(held, {}),
        lambda: full.pending("patients", "k"),
        lambda: full.committed("patients", "k"),
        lambda: full.spent("hospital-a", "year"),
        lambda: full.require_headroom(contract(), event=zcdp(1), nano_rho=1),
        lambda: full.require_approved(contract()),
        lambda: full.approve(contract(), who="x", why="x"),
        lambda: full.resume(who="x", why="x"),
    ):
        with pytest.raises(LedgerError, match="damaged, so nothing is granted: entry 4"):
            use()
    assert len(full.entries()) == ROWS + 1
