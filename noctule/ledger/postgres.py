"""The book in a PostgreSQL database, for several hosts: the same table and rules, and the server's clock.

Writers queue on an advisory lock, which needs no right but to connect, so that a role with SELECT and INSERT alone can
grant. The lock orders them and no more: that two grants cannot take one seq is the primary key's doing, and a grant
on a head that is no longer the last one breaks `entry_is_next`. READ COMMITTED is therefore enough: a writer reads
after it holds the lock, and what it read stays the whole book until it commits.
"""

import os
import re
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from noctule.errors import LedgerError
from noctule.ledger.schema import CHECKS, RULES, Rule

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.exc import DBAPIError

CONNECT_SECONDS = 10
_LOCK = 0x6E6F6374  # "noct": what we lock, apart from the advisory locks of others in this database
_FIXES = {
    "42501": "grant this user SELECT and INSERT on the table entry, and for the first use CREATE on its schema",
    "53": "free space or connections on the database server, then run again",
    "55P03": "another process holds the ledger: wait for it to end, then run again",
    "57014": "another process holds the ledger: wait for it to end, then run again",
    "25006": "this server only reads: name the primary in NOCTULE_LEDGER",
}
_FIX = "check that the database server answers, and user, password and database in NOCTULE_LEDGER, then run again"

_RULES = {**RULES, "entry_is_not_emptied": Rule("TRUNCATE", "1 = 1", "the ledger is append-only: no TRUNCATE")}
_TABLE = f"""CREATE TABLE entry (
    seq BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    population TEXT NOT NULL,
    dataset TEXT NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    nano_rho BIGINT NOT NULL,
    reservation BIGINT UNIQUE REFERENCES entry (seq),
    detail TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    {", ".join(f"CONSTRAINT {name} CHECK ({check})" for name, check in CHECKS.items())}
)"""


def _body(rule: Rule) -> str:
    raised = f"RAISE EXCEPTION '{rule.message}' USING ERRCODE = 'integrity_constraint_violation'"
    return f"BEGIN IF {rule.broken_when} THEN {raised}; END IF; RETURN NEW; END"


def _trigger(name: str, rule: Rule) -> str:
    each = "ROW" if rule.event == "INSERT" else "STATEMENT"
    return f"CREATE TRIGGER {name} BEFORE {rule.event} ON entry FOR EACH {each} EXECUTE FUNCTION {name}()"


# What the catalogue says of a whole book, in PostgreSQL's own spelling.
_SHAPE = {
    "entry": "r p false false false seq bigint true, at text true, population text true, dataset text true, "
    "key text true, kind text true, nano_rho bigint true, reservation bigint false, detail text true, prev text true, "
    "hash text true",
    "entry_pkey": "PRIMARY KEY (seq)",
    "entry_reservation_key": "UNIQUE (reservation)",
    "entry_reservation_fkey": "FOREIGN KEY (reservation) REFERENCES entry(seq)",
    "entry_kind": "CHECK (kind = ANY (ARRAY['reserve'::text, 'commit'::text, 'approve'::text, 'clock'::text, "
    "'moved'::text]))",
    "entry_charge": "CHECK (nano_rho >= 0 AND (nano_rho = 0 OR (kind = ANY (ARRAY['reserve'::text, 'commit'::text]))))",
    "entry_commit": "CHECK ((kind = 'commit'::text) = (reservation IS NOT NULL))",
    **{f"trigger {name}": f"{_trigger(name, rule)} O" for name, rule in _RULES.items()},
    **{f"function {name}": f"plpgsql {_body(rule)}" for name, rule in _RULES.items()},
}
_HERE = "to_regclass(quote_ident(current_schema()) || '.entry')"
_CATALOGUE = f"""
SELECT 'entry'::text, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity::text, c.relhasrules::text,
        c.relhassubclass::text, (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod),
        attnotnull::text), ', ' ORDER BY attnum) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped))
    FROM pg_class c WHERE c.oid = {_HERE}
UNION ALL SELECT conname::text, pg_get_constraintdef(oid, true) || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END
    FROM pg_constraint WHERE conrelid = {_HERE} AND contype <> 'n'
UNION ALL SELECT 'trigger ' || tgname, pg_get_triggerdef(oid, true) || ' ' || tgenabled::text
    FROM pg_trigger WHERE tgrelid = {_HERE} AND NOT tgisinternal
UNION ALL SELECT 'function ' || proname, concat_ws(' ', lanname, proconfig::text, prosrc)
    FROM pg_proc p JOIN pg_language l ON l.oid = prolang
    WHERE pronamespace = current_schema()::regnamespace AND proname = ANY (ARRAY[{", ".join(f"'{n}'" for n in _RULES)}])
"""  # noqa: S608 - constants only


class PostgresDatabase:
    """The table `entry` in the first schema of the connection's search path. Several hosts may use it at once."""

    def __init__(self, url: "URL", busy_seconds: float) -> None:
        if not url.database or not re.fullmatch(r"[A-Za-z0-9_.:/-]*", host := url.host or ""):
            raise LedgerError(
                "the ledger's URL names no host or database that can be read",
                where="NOCTULE_LEDGER",
                fix="write postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE, with other signs as %XX",
            )
        if secret := url.query.get("password"):  # where it would be shown
            url = url.difference_update_query(["password"]).set(password=str(secret))
        # Neither user nor password nor options: this name is printed.
        self.where = f"postgresql://{host}{f':{url.port}' if url.port else ''}/{url.database}"
        self._url = url
        self._busy_seconds = busy_seconds

    @contextmanager
    def reading(self) -> Generator["Connection | None"]:
        """One consistent view; None when nothing was ever made there. LedgerError on any fault."""
        with self._connection(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
            yield connection if _shape(connection) else None

    @contextmanager
    def writing(self) -> Generator["Connection"]:
        """The only writer; on leaving without an error, what was written is durable. LedgerError on any fault.

        When the connection ends while COMMIT is under way, the charge may be in the book: then, too, the caller is
        refused. A charge that nobody may use is an over-count, which is the side to be wrong on.
        """
        from sqlalchemy.exc import DBAPIError

        with self._connection(isolation_level="READ COMMITTED") as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK}, hashtext(current_schema()))")
            if not _shape(connection):
                _make(connection)
            yield connection
            try:
                connection.commit()
            except DBAPIError:
                raise LedgerError(
                    "the connection ended while the entry was made durable: it may be in the book, and is not granted",
                    where=self.where,
                    fix="run again; `noctule ledger show` tells whether the charge without a result was counted",
                ) from None

    def misshapen(self, connection: "Connection") -> list[str]:
        """How table, constraints, triggers and functions differ from ours."""
        found = _shape(connection)
        missing = [f"schema: {name} is missing" for name in _SHAPE if name not in found]
        changed = [f"schema: {name} was changed" for name, text in _SHAPE.items() if found.get(name, text) != text]
        return missing + changed + [f"schema: {name} does not belong here" for name in found if name not in _SHAPE]

    def corrupt(self, connection: "Connection") -> list[str]:
        """Pages are PostgreSQL's own care (data checksums, amcheck)."""
        return []

    def holds_table(self, connection: "Connection") -> bool:
        return "entry" in _shape(connection)

    def now(self, connection: "Connection") -> datetime:
        """The server's clock: hosts that share a book share its time."""
        moment = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return moment.astimezone(UTC)

    @contextmanager
    def _connection(self, **options: object) -> Generator["Connection"]:
        from sqlalchemy.exc import DBAPIError

        try:
            with self._engine.connect().execution_options(**options) as connection, self._deadline(connection):
                wait = max(round(self._busy_seconds * 1000), 1)  # ms
                connection.exec_driver_sql(
                    f"SELECT set_config('lock_timeout', '{wait}', true), "
                    f"set_config('statement_timeout', '{2 * wait}', true), "
                    "set_config('synchronous_commit', 'on', true)"
                )
                yield connection
        except DBAPIError as error:
            raise self._refusal(error) from None  # the driver's own words may repeat parts of the URL

    @contextmanager
    def _deadline(self, connection: "Connection") -> Generator[None]:
        """Cut the line when server or network stay silent: keepalives see a dead host, not a stalled one."""
        descriptor = os.dup(connection.connection.dbapi_connection.pgconn.socket)  # pyright: ignore
        line = socket.socket(fileno=descriptor)
        timer = threading.Timer(3 * self._busy_seconds + CONNECT_SECONDS, _cut, [line])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            line.close()

    def _refusal(self, error: "DBAPIError") -> LedgerError:
        state, words = getattr(error.orig, "sqlstate", None) or "", str(error.orig)
        _, fatal, refused = words.partition("FATAL: ")  # the server's own words, not the driver's about the URL
        told = words if state else refused if fatal else "no connection, or it was lost"
        told, fix = told.strip().split("\n")[0], next((f for s, f in _FIXES.items() if state.startswith(s)), _FIX)
        return LedgerError(f"the ledger cannot be used, so nothing is granted ({told})", where=self.where, fix=fix)

    @cached_property
    def _engine(self) -> "Engine":
        from sqlalchemy import NullPool, create_engine

        silence = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
        return create_engine(
            self._url,
            poolclass=NullPool,
            hide_parameters=True,
            use_native_hstore=False,
            connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "noctule ledger", **silence},
        )


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        line.shutdown(socket.SHUT_RDWR)


def _make(connection: "Connection") -> None:
    connection.exec_driver_sql(_TABLE)
    for name, rule in _RULES.items():
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $rule${_body(rule)}$rule$"
        )
        connection.exec_driver_sql(_trigger(name, rule))


def _shape(connection: "Connection") -> dict[str, str]:
    return {str(name): str(text) for name, text in connection.exec_driver_sql(_CATALOGUE)}
