"""The rules that both databases keep over the book: one table that only grows. Each trigger is one rule.

The BEFORE INSERT rules also stop SQLite's INSERT OR REPLACE, which deletes the row it replaces without telling a DELETE
trigger. Whoever owns the database can drop them all; then the hash chain and the published anchors tell.
"""

from typing import NamedTuple

from noctule.ledger.entry import GENESIS, Entry

FORMAT = 2  # 1 had reserve and commit alone; the columns, and so the hashes, are the same


class Rule(NamedTuple):
    event: str
    broken_when: str  # in SQL that both databases read alike
    message: str


RULES = {
    "entry_keeps_rows": Rule("UPDATE", "1 = 1", "the ledger is append-only: no UPDATE"),
    "entry_loses_no_rows": Rule("DELETE", "1 = 1", "the ledger is append-only: no DELETE"),
    "entry_is_next": Rule(
        "INSERT",
        "COALESCE(NEW.seq, 0) <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM entry)",
        "an entry takes the next seq",
    ),
    "entry_is_chained": Rule(
        "INSERT",
        f"NEW.prev <> COALESCE((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), '{GENESIS}')",  # noqa: S608 - constants only
        "an entry names the hash of the entry before it",
    ),
    "entry_commits_once": Rule(
        "INSERT",
        "NEW.kind = 'commit' AND EXISTS (SELECT 1 FROM entry WHERE reservation = NEW.reservation)",
        "a reservation is committed once",
    ),
    "entry_commits_its_reservation": Rule(
        "INSERT",
        "NEW.kind = 'commit' AND NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.reservation AND kind = 'reserve'"
        " AND population = NEW.population AND dataset = NEW.dataset AND key = NEW.key AND nano_rho >= NEW.nano_rho)",
        "a commit repeats its reservation and never exceeds it",
    ),
    "entry_ends_where_it_moved": Rule(
        "INSERT",
        "(SELECT kind FROM entry ORDER BY seq DESC LIMIT 1) = 'moved'",
        "the ledger was moved, and takes no entry here",
    ),
}

CHECKS = {
    "entry_kind": "kind IN ('reserve', 'commit', 'approve', 'clock', 'moved')",
    "entry_charge": "nano_rho >= 0 AND (nano_rho = 0 OR kind IN ('reserve', 'commit'))",
    "entry_commit": "(kind = 'commit') = (reservation IS NOT NULL)",
}

# `detail` is a property of Entry, hence the other name there; the order is that of its fields.
COLUMNS = ("seq", "at", "population", "dataset", "key", "kind", "nano_rho", "reservation", "detail", "prev", "hash")
SELECT = f"SELECT {', '.join(COLUMNS)} FROM entry ORDER BY seq"  # noqa: S608 - constants only
INSERT = f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{field}' for field in Entry._fields)})"  # noqa: S608
