"""What the processes of a host know together: who must not be called until when, answers, and money spent. One file.

Times are seconds since 1970, money is whole nano-dollars. Neither prompts nor keys are kept.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from noctule.router.errors import StateError

Kind = Literal["cooling", "gone", "quarantined", "benched"]  # the last is of a provider, the others of a model
TRIED = ("gone", "quarantined")  # holds that do not keep a model from its trial, by which they end

SCHEMA = """
CREATE TABLE hold (
    kind TEXT NOT NULL, name TEXT NOT NULL, until REAL NOT NULL, why TEXT NOT NULL, failures INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE TABLE answer (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, nano_usd INTEGER NOT NULL,
    estimated INTEGER NOT NULL, at REAL NOT NULL
);
CREATE TABLE spending (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, model TEXT NOT NULL, nano_usd INTEGER NOT NULL, settled INTEGER NOT NULL
);
CREATE INDEX spending_of_run ON spending (run);
"""


class Hold(NamedTuple):
    """Nobody calls `name` before `until`. `failures`: how many in a row, for a cooldown that grows."""

    kind: Kind
    name: str
    until: float
    why: str
    failures: int


class Answer(NamedTuple):
    """A validated value as JSON, and what it cost when it was made."""

    value: str
    model: str
    provider: str
    input_tokens: int
    output_tokens: int
    nano_usd: int
    estimated: bool


Refused = Literal["held", "over budget"]


class State:
    """The file at `path`, which the first write makes. Threads and processes may share it."""

    def __init__(self, path: Path, busy_seconds: float = 30.0) -> None:
        self.path, self._busy_seconds = path, busy_seconds

    def holds(self, now: float) -> list[Hold]:
        """Those in force."""
        with self._reading() as connection:
            rows = connection.execute("SELECT * FROM hold WHERE until > ? ORDER BY kind, name", (now,)).fetchall()
        return [Hold(*row) for row in rows]

    def hold(self, kind: Kind, name: str, until: float, why: str) -> None:
        """Keep everybody from `name` until then; a hold that lasts longer stands."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO hold VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET failures = failures + 1, "
                "why = iif(excluded.until > until, excluded.why, why), until = max(until, excluded.until)",
                (kind, name, until, why),
            )

    def release(self, kind: Kind, name: str) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM hold WHERE kind = ? AND name = ?", (kind, name))

    def failures(self, name: str) -> int:
        """How often in a row the model was cooled."""
        with self._reading() as connection:
            row = connection.execute("SELECT failures FROM hold WHERE kind = 'cooling' AND name = ?", (name,))
            return (row.fetchone() or (0,))[0]

    def reserve(
        self, run: str, model: str, provider: str, nano_usd: int, budget: int, now: float, *, trial: bool = False
    ) -> int | Refused:
        """Book the most that a call can cost, before it is made; the booking's number, or why it must not be made.

        One transaction looks and books, so no two processes pass the budget together.
        """
        with self._writing() as connection:
            held = connection.execute(
                "SELECT kind FROM hold WHERE until > ? AND name = iif(kind = 'benched', ?, ?)", (now, provider, model)
            )
            if any(not (trial and kind in TRIED) for (kind,) in held.fetchall()):
                return "held"
            if _spent(connection, run) + nano_usd > budget:
                return "over budget"
            made = connection.execute("INSERT INTO spending VALUES (NULL, ?, ?, ?, 0)", (run, model, nano_usd))
            assert made.lastrowid is not None
            return made.lastrowid

    def settle(self, booking: int, nano_usd: int) -> None:
        """Replace the most by what it was. What is never settled, after a crash, stays booked in full."""
        with self._writing() as connection:
            connection.execute("UPDATE spending SET nano_usd = ?, settled = 1 WHERE id = ?", (nano_usd, booking))

    def spent(self, run: str) -> int:
        with self._reading() as connection:
            return _spent(connection, run)

    def answer(self, key: str) -> Answer | None:
        with self._reading() as connection:
            row = connection.execute(
                "SELECT value, model, provider, input_tokens, output_tokens, nano_usd, estimated "
                "FROM answer WHERE key = ?",
                (key,),
            ).fetchone()
        return Answer(*row) if row else None

    def keep(self, key: str, answer: Answer, now: float) -> None:
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (key, *answer, now))

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
        with self._connection(":memory:" if not self.path.exists() else self.path) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """The only writer; on leaving without an error, what was written stays."""
        if not self.path.exists():
            self._make()
        with self._connection(self.path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self, place: Path | str) -> Generator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(place, timeout=self._busy_seconds, isolation_level=None)) as connection:
                if place == ":memory:":  # nothing was written yet
                    connection.executescript(SCHEMA)
                yield connection
        except sqlite3.Error as error:
            raise StateError(
                f"the router's state cannot be used ({error.sqlite_errorname})",
                where=str(self.path),
                fix="check path and permissions; if it is damaged, remove it: it holds no more than cooldowns, "
                "answers to ask again, and what running runs have spent",
            ) from None

    def _make(self) -> None:
        """Made whole beside its place and then linked there, so that no process ever sees a half of it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self.path.parent) as folder:
                draft = Path(folder) / "draft"
                with closing(sqlite3.connect(draft)) as connection:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(SCHEMA)
                draft.chmod(0o600)
                with suppress(FileExistsError):  # another process was first
                    os.link(draft, self.path)
        except (OSError, sqlite3.Error):
            raise StateError(
                "the router's state cannot be made", where=str(self.path), fix="check path and permissions"
            ) from None


def _spent(connection: sqlite3.Connection, run: str) -> int:
    return connection.execute("SELECT coalesce(sum(nano_usd), 0) FROM spending WHERE run = ?", (run,)).fetchone()[0]
