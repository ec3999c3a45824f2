"""Where the book lies, and its rows: one small interface over a SQLite file and a PostgreSQL database."""

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from noctule.errors import LedgerError
from noctule.ledger.entry import Entry
from noctule.ledger.postgres import PostgresDatabase
from noctule.ledger.schema import INSERT, SELECT
from noctule.ledger.sqlite import SqliteFile

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Store(Protocol):
    """What the ledger asks of a database. `where` is fit to be printed."""

    where: str

    def reading(self) -> "AbstractContextManager[Connection | None]": ...
    def writing(self) -> "AbstractContextManager[Connection]": ...
    def misshapen(self, connection: "Connection") -> list[str]: ...
    def corrupt(self, connection: "Connection") -> list[str]: ...
    def holds_table(self, connection: "Connection") -> bool: ...
    def now(self, connection: "Connection") -> datetime: ...


def store(where: Path | str, busy_seconds: float) -> Store:
    """The store at a path, or at a URL such as postgresql+psycopg://host/database. Raises LedgerError."""
    if isinstance(where, Path) or "://" not in where:
        return SqliteFile(Path(where), busy_seconds)
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        url = None  # the error would repeat parts of the URL, and so perhaps of a password
    match url.get_backend_name() if url else None:
        case "sqlite" if url and url.database:
            return SqliteFile(Path(url.database), busy_seconds)
        case "postgresql" if url:
            return PostgresDatabase(url.set(drivername="postgresql+psycopg"), busy_seconds)
        case _:
            raise LedgerError(
                "the ledger's URL cannot be read, or names another database than SQLite and PostgreSQL",
                where="NOCTULE_LEDGER",
                fix="write a path, or postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE with other signs as %XX",
            )


def rows(book: Store, connection: "Connection") -> list[Entry]:
    """All rows, oldest first; none without a table, which `misshapen` tells apart from a new book."""
    return [Entry._make(row) for row in connection.exec_driver_sql(SELECT)] if book.holds_table(connection) else []


def append(connection: "Connection", *entries: Entry) -> None:
    from sqlalchemy import text

    connection.execute(text(INSERT), [entry._asdict() for entry in entries])
