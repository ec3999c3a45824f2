"""The file under the book: SQLite opened, read and appended to so that what was granted stays granted."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from noctule.errors import LedgerError
from noctule.ledger.entry import Entry
from noctule.ledger.schema import INSERT, SCHEMA, SELECT

_FIXES = {
    sqlite3.SQLITE_BUSY: "another process holds the ledger: wait for it to end, then run again",
    sqlite3.SQLITE_LOCKED: "another process holds the ledger: wait for it to end, then run again",
    sqlite3.SQLITE_FULL: "free space on the disk of the ledger, then run again",
    sqlite3.SQLITE_READONLY: "make the ledger and its folder writable for this user, then run again",
    sqlite3.SQLITE_PERM: "make the ledger and its folder writable for this user, then run again",
    sqlite3.SQLITE_CANTOPEN: "check that the ledger's path is a file in a folder this user may write to",
    sqlite3.SQLITE_NOTADB: "restore the ledger from its backup; never delete it, it holds what was spent",
    sqlite3.SQLITE_CORRUPT: "restore the ledger from its backup; never delete it, it holds what was spent",
}
_FIX = "run `noctule ledger verify`; if it names damage, restore the ledger from its backup"


@contextmanager
def reading(path: Path, busy_seconds: float) -> Generator[sqlite3.Connection]:
    """A connection with one consistent view. The file must exist; it is never created. LedgerError on any fault."""
    with _connection(path, "rw", busy_seconds) as connection:  # rw: SQLite may have a crashed writer to roll back
        connection.execute("BEGIN")
        yield connection


@contextmanager
def writing(path: Path, busy_seconds: float) -> Generator[sqlite3.Connection]:
    """A connection that alone may write; on leaving it without an error, what it wrote is durable.

    Creates file and schema when there is neither. LedgerError on any fault, with nothing written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError("the ledger's folder cannot be made", where=str(path), fix="check the path") from error
    with _connection(path, "rwc", busy_seconds) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if _value(connection, "PRAGMA schema_version") == 0:  # a new file; one whose table was dropped has counted on
            for statement in SCHEMA.values():
                connection.execute(statement)
        yield connection
        connection.execute("COMMIT")


def exists(path: Path) -> bool:
    """False only when there surely is no such file: a ledger that cannot be looked at is not an empty one."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise LedgerError("the ledger cannot be read", where=str(path), fix="check path and permissions") from error
    return True


def misshapen(connection: sqlite3.Connection) -> list[str]:
    """How the file's tables and triggers differ from ours. A file nothing was ever written to is in order."""
    if _value(connection, "PRAGMA schema_version") == 0:
        return []
    found = _schema(connection)
    missing = [f"schema: {name} is missing" for name in SCHEMA if name not in found]
    changed = [f"schema: {name} was changed" for name, sql in SCHEMA.items() if found.get(name, sql) != sql]
    return missing + changed + [f"schema: {name} does not belong here" for name in found if name not in SCHEMA]


def corrupt(connection: sqlite3.Connection) -> list[str]:
    """SQLite's own check of pages, indices and constraints."""
    found = [str(text) for (text,) in connection.execute("PRAGMA integrity_check")]
    return [f"file: {text}" for text in found if text != "ok"]


def rows(connection: sqlite3.Connection) -> list[Entry]:
    """All rows, oldest first; none without a table, which `misshapen` tells apart from a new file."""
    return [Entry(*row) for row in connection.execute(SELECT)] if "entry" in _schema(connection) else []


def append(connection: sqlite3.Connection, entry: Entry) -> None:
    connection.execute(INSERT, tuple(vars(entry).values()))


def _schema(connection: sqlite3.Connection) -> dict[str, str]:
    found = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    return {str(name): str(sql) for name, sql in found}


def _value(connection: sqlite3.Connection, query: str) -> Any:
    return connection.execute(query).fetchone()[0]


def _lenient(text: bytes) -> str:
    return text.decode(errors="replace")


@contextmanager
def _connection(path: Path, mode: str, busy_seconds: float) -> Generator[sqlite3.Connection]:
    try:
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        # isolation_level None: transactions are ours to begin and end. Closing without COMMIT rolls back.
        with closing(sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None)) as connection:
            # A text that is no longer UTF-8 is then named by its row's hash, instead of ending the read.
            connection.text_factory = _lenient
            # EXTRA also syncs the folder once the rollback journal is gone. With FULL, a power cut just after COMMIT
            # could bring the journal back, and with it a balance in which the granted charge was never made.
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves data in the drive's cache
            yield connection
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code inside the extended one
        raise LedgerError(
            f"the ledger cannot be used, so nothing is granted ({error})",
            where=str(path),
            fix=_FIXES.get(code, _FIX),
        ) from error
