"""The SQL of the book: one table that only grows. Each trigger is one rule, so that its message names the rule.

The BEFORE INSERT triggers also stop INSERT OR REPLACE, which deletes the row it replaces without telling a DELETE
trigger. Whoever may write the file can drop them all; then the hash chain and the published anchors tell.
"""

from noctule.ledger.entry import GENESIS

TABLE = """
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    population TEXT NOT NULL,
    dataset TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('reserve', 'commit')),
    nano_rho INTEGER NOT NULL CHECK (nano_rho > 0),
    reservation INTEGER UNIQUE REFERENCES entry (seq),
    detail TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    CHECK ((kind = 'reserve') = (reservation IS NULL))
)
"""

_RULES = {
    "entry_keeps_rows": ("UPDATE", "1", "the ledger is append-only: no UPDATE"),
    "entry_loses_no_rows": ("DELETE", "1", "the ledger is append-only: no DELETE"),
    "entry_is_next": (
        "INSERT",
        "NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM entry)",
        "an entry takes the next seq",
    ),
    "entry_is_chained": (
        "INSERT",
        f"NEW.prev <> COALESCE((SELECT hash FROM entry ORDER BY seq DESC LIMIT 1), '{GENESIS}')",  # noqa: S608 - constants only
        "an entry names the hash of the entry before it",
    ),
    "entry_commits_once": (
        "INSERT",
        "NEW.kind = 'commit' AND EXISTS (SELECT 1 FROM entry WHERE reservation = NEW.reservation)",
        "a reservation is committed once",
    ),
    "entry_commits_its_reservation": (
        "INSERT",
        "NEW.kind = 'commit' AND NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.reservation AND kind = 'reserve'"
        " AND population = NEW.population AND dataset = NEW.dataset AND key = NEW.key AND nano_rho >= NEW.nano_rho)",
        "a commit repeats its reservation and never exceeds it",
    ),
}


def _trigger(name: str, event: str, when: str, message: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} ON entry WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"


SCHEMA: dict[str, str] = {
    "entry": TABLE.strip(),
    **{name: _trigger(name, *rule) for name, rule in _RULES.items()},
}

# `detail` is a property of Entry, hence the other name there; the order is that of Entry's fields.
COLUMNS = ("seq", "at", "population", "dataset", "key", "kind", "nano_rho", "reservation", "detail", "prev", "hash")
SELECT = f"SELECT {', '.join(COLUMNS)} FROM entry ORDER BY seq"  # noqa: S608 - constants only
INSERT = f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
