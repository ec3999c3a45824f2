"""The book in a SQLite file: opened, shaped and checked so that what was granted stays granted."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noctule.errors import LedgerError
from noctule.ledger import format1
from noctule.ledger.schema import CHECKS, RULES

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

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

_CHECKS = ",\n    ".join(f"CONSTRAINT {name} CHECK ({check})" for name, check in CHECKS.items())
_TABLE = f"""CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    population TEXT NOT NULL,
    dataset TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    nano_rho INTEGER NOT NULL,
    reservation INTEGER UNIQUE REFERENCES entry (seq),
    detail TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    {_CHECKS}
)"""


def _trigger(name: str, event: str, when: str, message: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {event} ON entry WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"


SCHEMA = {"entry": _TABLE, **{name: _trigger(name, *rule) for name, rule in RULES.items()}}


class SqliteFile:
    """The file at `path`. Several processes of one host may use it at once."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self.path = path
        self.where = str(path)
        self._busy_seconds = busy_seconds

    @contextmanager
    def reading(self) -> Generator["Connection | None"]:
        """One consistent view; None when there is no file, which is never created. LedgerError on any fault."""
        if not self._exists():
            yield None
            return
        with self._connection("rw") as connection:  # rw: SQLite may have a crashed writer to roll back
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Generator["Connection"]:
        """The only writer; on leaving without an error, what was written is durable.

        Makes the file, or upgrades one of format 1, first. LedgerError on any fault, with nothing written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError("the ledger's folder cannot be made", where=self.where, fix="check the path") from error
        with self._connection("rwc") as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if _unused(connection):
                _make(connection)
            elif _shape(connection) == format1.SCHEMA:
                _upgrade(connection)
            yield connection
            connection.commit()

    def misshapen(self, connection: "Connection") -> list[str]:
        """How tables and triggers differ from ours. A file nothing was ever written to is in order."""
        found = _shape(connection)
        if found == format1.SCHEMA or _unused(connection):
            return []
        missing = [f"schema: {name} is missing" for name in SCHEMA if name not in found]
        changed = [f"schema: {name} was changed" for name, sql in SCHEMA.items() if found.get(name, sql) != sql]
        return missing + changed + [f"schema: {name} does not belong here" for name in found if name not in SCHEMA]

    def corrupt(self, connection: "Connection") -> list[str]:
        """SQLite's own check of pages, indices and constraints."""
        found = [str(text) for (text,) in connection.exec_driver_sql("PRAGMA integrity_check")]
        return [f"file: {text}" for text in found if text != "ok"]

    def holds_table(self, connection: "Connection") -> bool:
        return "entry" in _shape(connection)

    def now(self, connection: "Connection") -> datetime:
        return datetime.now(UTC)

    def _exists(self) -> bool:
        """False only when there surely is no such file: a ledger that cannot be looked at is not an empty one."""
        try:
            self.path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise LedgerError(
                "the ledger cannot be read", where=self.where, fix="check path and permissions"
            ) from error
        return True

    @contextmanager
    def _connection(self, mode: str) -> Generator["Connection"]:
        from sqlalchemy.exc import DBAPIError

        try:
            with self._engines[mode].connect() as connection:  # closing without a commit rolls back
                yield connection
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the primary code inside the extended one
            raise LedgerError(
                f"the ledger cannot be used, so nothing is granted ({error.orig})",
                where=self.where,
                fix=_FIXES.get(code, _FIX),
            ) from error

    @cached_property
    def _engines(self) -> "dict[str, Engine]":
        from sqlalchemy import NullPool, create_engine

        def engine(mode: str) -> "Engine":
            return create_engine(
                "sqlite://", creator=lambda: self._open(mode), poolclass=NullPool, hide_parameters=True
            )

        return {mode: engine(mode) for mode in ("rw", "rwc")}

    def _open(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        # isolation_level None: transactions begin and end where we say so.
        connection = sqlite3.connect(uri, uri=True, timeout=self._busy_seconds, isolation_level=None)
        try:
            # A text that is no longer UTF-8 is then named by its row's hash, instead of ending the read.
            connection.text_factory = _lenient
            # EXTRA also syncs the folder once the rollback journal is gone. With FULL, a power cut just after COMMIT
            # could bring the journal back, and with it a balance in which the granted charge was never made.
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves data in the drive's cache
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _make(connection: "Connection") -> None:
    for statement in SCHEMA.values():
        connection.exec_driver_sql(statement)


def _upgrade(connection: "Connection") -> None:
    """From format 1: the same rows, hashes included, under the rules of today. Part of the transaction that writes."""
    for name in format1.SCHEMA:
        if name != "entry":
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.exec_driver_sql("ALTER TABLE entry RENAME TO entry_of_format_1")
    connection.exec_driver_sql(SCHEMA["entry"])
    connection.exec_driver_sql("INSERT INTO entry SELECT * FROM entry_of_format_1 ORDER BY seq")
    connection.exec_driver_sql("DROP TABLE entry_of_format_1")
    for name in RULES:
        connection.exec_driver_sql(SCHEMA[name])


def _unused(connection: "Connection") -> bool:
    """Nothing was ever made here; a file whose table was dropped has counted on."""
    return _value(connection, "PRAGMA schema_version") == 0


def _shape(connection: "Connection") -> dict[str, str]:
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {str(name): str(sql) for name, sql in found}


def _value(connection: "Connection", query: str) -> Any:
    return connection.exec_driver_sql(query).scalar()


def _lenient(text: bytes) -> str:
    return text.decode(errors="replace")
