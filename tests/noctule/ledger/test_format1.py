"""A book of format 1: read as it is, upgraded by the first write, its hashes and published anchors still valid."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from noctule.contract.model import Cap
from noctule.errors import ApprovalError, BudgetError
from noctule.ledger import Ledger
from noctule.ledger.format1 import SCHEMA
from noctule.ledger.statement import statement
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, Clock, Reserve, contract, zcdp

AT = "2026-03-01T02:30:00.000000+00:00"
CAP = '{"atto_delta":%s,"cap":{"epsilon":3.0,"per":"year"},"delta":1e-06,"event":{"name":"ZCDpEvent","rho":%s}}'
# Hashes as Noctule of format 1 wrote them.
HASHES = [
    "0" * 64,
    "63c6f44698a7ff6c7ac2883e0b64442135c71c8df966c7e152e81070dd1419a5",
    "8a336ccc18de77595c525fc4340640b3d5e462a0ca6287ffd7b814b083ffde9a",
    "e1642eef21b2815c38b77fbf42551d60ad16c691b430b813a5a4db65ccb958b8",
]
ROWS = [
    (1, AT, "hospital-a", "patients", "k0", "reserve", 5000, None, CAP % (0, "5e-06")),
    (2, AT, "hospital-a", "patients", "k0", "commit", 5000, 1, '{"bundle":"b"}'),
    (3, AT, "hospital-a", "visits", "k1", "reserve", 7000, None, CAP % (10**9, "7e-06")),
]
ANCHORS = list(enumerate(HASHES))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in SCHEMA.values():
            connection.execute(statement)
        for row, prev, own in zip(ROWS, HASHES, HASHES[1:], strict=False):
            connection.execute("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?)", (*row, prev, own))
    return file


def tables(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"))


def test_it_is_read_as_it_is(ledger: Ledger, place: Path) -> None:
    before = place.read_bytes()
    assert ledger.verify(ANCHORS) == [] and ledger.spent("hospital-a", "year") == 12_000
    assert statement(ledger)["populations"][0]["datasets"] == ["patients", "visits"]
    held = ledger.pending("visits", "k1")
    assert held is not None and held.seq == 3
    ledger.require_approved(contract())
    assert place.read_bytes() == before


def test_the_first_write_upgrades_it_and_keeps_every_hash(ledger: Ledger, place: Path) -> None:
    held = ledger.pending("visits", "k1")
    assert held is not None
    ledger.commit(held, {"bundle": "c"})
    assert tables(place) != SCHEMA and ledger.verify(ANCHORS) == []
    ledger.reserve(contract(), key="k2", event=zcdp(10), nano_rho=10)
    assert [entry.kind for entry in ledger.entries()] == [
        "reserve",
        "commit",
        "reserve",
        "commit",
        "approve",
        "reserve",
    ]
    assert [entry.hash for entry in ledger.entries()[:3]] == HASHES[1:]
    assert ledger.verify(ANCHORS) == []


def test_a_refused_write_leaves_it_as_it_was(ledger: Ledger, place: Path) -> None:
    before = place.read_bytes()
    with pytest.raises(BudgetError):
        ledger.reserve(contract(), key="k", event=zcdp(rho_of(3.0, DELTA)), nano_rho=rho_of(3.0, DELTA))
    assert tables(place) == SCHEMA and place.read_bytes() == before


def test_its_recorded_caps_stand_until_a_person_approves_others(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    looser = contract(cap=Cap(epsilon=4.0, per="year"))
    with pytest.raises(ApprovalError, match="epsilon 3 per year of the population"):
        ledger.reserve(looser, key="k", event=zcdp(1), nano_rho=1)
    ledger.approve(looser, who="officer", why="a wider study")
    ledger.reserve(looser, key="k", event=zcdp(1), nano_rho=1)
    assert ledger.balances(looser)[1].limit.cap.epsilon == 3.0  # that of visits


def test_a_changed_schema_of_format_1_is_named(ledger: Ledger, place: Path) -> None:
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("DROP TRIGGER entry_keeps_rows")
    assert ledger.verify() != []
