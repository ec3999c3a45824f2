"""The book to a file, from a file, and to another database; never two books that grant."""

import json
from pathlib import Path

import pytest

from noctule.errors import ApprovalError, BudgetError, LedgerError
from noctule.ledger import Ledger
from noctule.ledger.transfer import export, migrate, restore
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, Clock, Reserve, contract, zcdp

CAP = rho_of(3.0, DELTA)


@pytest.fixture
def full(ledger: Ledger, reserve: Reserve, clock: Clock) -> Ledger:
    """Every kind of entry, odd letters included."""
    ledger.commit(reserve(ledger, CAP // 2, key="ключ"), {"bundle": "b"})
    clock.forward(days=40)
    ledger.resume(who="officer", why="a “pause” of ours")
    ledger.approve(contract(epsilon=2.0), who="officer", why="more\nlines")
    reserve(ledger, 7, epsilon=2.0)
    return ledger


def other(place: Path | str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty place in the other database."""
    return str(tmp_path / "moved.db") if isinstance(place, str) else request.getfixturevalue("schema")


def grants(ledger: Ledger) -> bool:
    try:
        ledger.reserve(contract(epsilon=2.0), key="k", event=zcdp(1), nano_rho=1)
    except LedgerError:
        return False
    return True


def test_both_databases_export_the_same_bytes(full: Ledger, place: Path | str, tmp_path: Path, request, clock) -> None:
    file, again = tmp_path / "book.jsonl", tmp_path / "again.jsonl"
    assert export(full, file) == 6
    copy = Ledger(other(place, tmp_path, request), now=clock)
    assert restore(file, copy, in_use=copy) == 6
    export(copy, again)
    assert file.read_bytes() == again.read_bytes() and copy.entries() == full.entries()
    header, *rows = map(json.loads, file.read_text().splitlines())
    assert header == {"noctule": "ledger", "format": 2, "entries": 6, "head": full.head()} and len(rows) == 6


def test_a_move_keeps_the_book_and_closes_the_old_one(full: Ledger, place, tmp_path: Path, request, clock) -> None:
    to = other(place, tmp_path, request)
    before = full.entries()
    assert migrate(full, to, who="officer", why="two hosts") == len(before)
    moved = Ledger(to, now=clock)
    assert moved.entries() == before and moved.verify([(6, before[-1].hash)]) == []
    assert full.verify() == [] and full.entries()[-1].detail == {
        "who": "officer",
        "why": "two hosts",
        "to": moved.where,
    }
    assert not grants(full) and grants(moved)
    for use in (
        lambda: full.require_headroom(contract(epsilon=2.0), event=zcdp(1), nano_rho=1),
        lambda: full.approve(contract(), who="x", why="x"),
        lambda: full.resume(who="x", why="x"),
    ):
        with pytest.raises(LedgerError, match=f"goes on at {moved.where}"):
            use()
    assert migrate(full, to, who="officer", why="again") == len(before)  # which finds it done, and looks again
    with pytest.raises(LedgerError, match="the book moved to"):
        migrate(full, str(tmp_path / "third.db"), who="officer", why="elsewhere")


def test_a_move_cut_off_in_between_grants_nowhere_and_goes_on(
    full: Ledger, place, tmp_path: Path, request, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = other(place, tmp_path, request)
    before = full.entries()

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Ledger, "adopt", cut)
        migrate(full, to, who="officer", why="two hosts")
    assert not grants(full) and Ledger(to).entries() == []
    assert migrate(full, to, who="officer", why="two hosts") == len(before)
    assert grants(Ledger(to, now=clock))


def test_an_empty_book_does_not_move(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no entry to move"):
        migrate(ledger, str(tmp_path / "moved.db"), who="x", why="x")


def test_two_books_never_merge(full: Ledger, place, tmp_path: Path, request, clock) -> None:
    file, to = tmp_path / "book.jsonl", other(place, tmp_path, request)
    export(full, file)
    target = Ledger(to, now=clock)
    with pytest.raises(LedgerError, match="spent twice"):
        restore(file, target, in_use=full)
    assert target.entries() == []
    target.reserve(contract(), key="k", event=zcdp(1), nano_rho=1)
    with pytest.raises(LedgerError, match="a book there already"):
        migrate(full, to, who="x", why="x")
    assert grants(full)  # not sealed by what was refused
    with pytest.raises(LedgerError, match="a book here already"):
        restore(file, target, in_use=target)
    with pytest.raises(LedgerError, match="there already"):
        migrate(full, str(place), who="x", why="x")


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0].replace('"format":2', '"format":3'), *lines[1:]],
        lambda lines: [lines[0], lines[1].replace('"nano_rho":0', '"nano_rho":1'), *lines[2:]],
        lambda lines: [*lines[:-1], "{}"],
        lambda lines: ["x"],
        lambda lines: [],
    ],
)
def test_a_damaged_export_is_refused_whole(full: Ledger, tmp_path: Path, damage) -> None:
    file = tmp_path / "book.jsonl"
    export(full, file)
    file.write_text("".join(f"{line}\n" for line in damage(file.read_text().splitlines())))
    target = Ledger(tmp_path / "restored.db")
    with pytest.raises(LedgerError):
        restore(file, target, in_use=target)
    assert target.entries() == []


def test_a_damaged_book_is_not_exported_and_may_be_restored_beside(tmp_path: Path, reserve: Reserve, clock) -> None:
    ledger, file = Ledger(tmp_path / "ledger.db", now=clock), tmp_path / "book.jsonl"
    reserve(ledger, CAP)
    export(ledger, file)
    Path(ledger.where).write_bytes(b"x" * 5000)
    with pytest.raises(LedgerError):
        export(ledger, tmp_path / "again.jsonl")
    restored = Ledger(tmp_path / "restored.db", now=clock)
    assert restore(file, restored, in_use=ledger) == 2
    with pytest.raises(BudgetError):
        reserve(restored, 1)
    with pytest.raises(ApprovalError):
        restored.reserve(contract(epsilon=2.0), key="k", event=zcdp(1), nano_rho=1)
