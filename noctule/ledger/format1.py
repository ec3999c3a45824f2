"""The SQL of format 1, word for word: a file of this shape is read as it is, and upgraded by the first write."""

SCHEMA = {
    "entry": """CREATE TABLE entry (
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
)""",
    "entry_keeps_rows": (
        "CREATE TRIGGER entry_keeps_rows BEFORE UPDATE ON entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'the ledger "
        "is append-only: no UPDATE'); END"
    ),
    "entry_loses_no_rows": (
        "CREATE TRIGGER entry_loses_no_rows BEFORE DELETE ON entry WHEN 1 BEGIN SELECT RAISE(ABORT, 'the "
        "ledger is append-only: no DELETE'); END"
    ),
    "entry_is_next": (
        "CREATE TRIGGER entry_is_next BEFORE INSERT ON entry WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), "
        "0) + 1 FROM entry) BEGIN SELECT RAISE(ABORT, 'an entry takes the next seq'); END"
    ),
    "entry_is_chained": (
        "CREATE TRIGGER entry_is_chained BEFORE INSERT ON entry WHEN NEW.prev <> COALESCE((SELECT hash FROM "
        "entry ORDER BY seq DESC LIMIT 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') BEGIN SELECT RAISE(ABORT, 'an "
        "entry names the hash of the entry before it'); END"
    ),
    "entry_commits_once": (
        "CREATE TRIGGER entry_commits_once BEFORE INSERT ON entry WHEN NEW.kind = 'commit' AND EXISTS "
        "(SELECT 1 FROM entry WHERE reservation = NEW.reservation) BEGIN SELECT RAISE(ABORT, 'a reservation "
        "is committed once'); END"
    ),
    "entry_commits_its_reservation": (
        "CREATE TRIGGER entry_commits_its_reservation BEFORE INSERT ON entry WHEN NEW.kind = 'commit' AND "
        "NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.reservation AND kind = 'reserve' AND population = "
        "NEW.population AND dataset = NEW.dataset AND key = NEW.key AND nano_rho >= NEW.nano_rho) BEGIN "
        "SELECT RAISE(ABORT, 'a commit repeats its reservation and never exceeds it'); END"
    ),
}
