"""No row is read unrecorded: the journal's line is on disk first, whatever happens next."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noctule.errors import CertificateError
from noctule.home import Home
from noctule.ingest import journal
from noctule.ingest.journal import recorded
from noctule.ingest.reads import COVER, opened
from noctule.ingest.snapshot import Snapshot

COLUMNS: list[dict[str, Any]] = [
    {"name": "note", "role": "free_text"},
    {"name": "age", "type": "integer", "bounds": [0, 110]},
]
TABLE = b"note,age\nzebra,1\nquagga,2\n"


@pytest.fixture
def snapshot(read: Callable[..., Snapshot]) -> Snapshot:
    return read(TABLE, COLUMNS)


def journal_of(home: Home, snapshot: Snapshot) -> Path:
    return home.vault / "reads" / snapshot.dataset / f"{snapshot.id}.jsonl"


def test_ingest_and_each_opening_leave_a_line_of_public_facts(home: Home, snapshot: Snapshot) -> None:
    rows = opened(snapshot, home, "fit", columns=["age"], reservation="3:ab")
    assert rows.table().to_pydict() == {"age": [1, 2]}
    ingest, fit = recorded(home, "sample", snapshot.id)
    assert (ingest["step"], ingest["cover"], ingest["columns"]) == ("ingest", "public contract", ["note", "age"])
    day = fit.pop("day")
    assert len(day) == 10 and day[4] == "-"
    assert fit == {"step": "fit", "cover": "charged", "columns": ["age"], "reservation": "3:ab"}


def test_the_journal_is_closed_to_others_and_holds_no_cell(home: Home, snapshot: Snapshot) -> None:
    path = journal_of(home, snapshot)
    modes = [one.stat().st_mode & 0o777 for one in (path, path.parent, path.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]
    assert b"zebra" not in path.read_bytes() and snapshot.id.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("step", "reservation"),
    [("dump", None), ("fit", None), ("purchase", None), ("drift test", None), ("evaluation", "3:ab")],
)
def test_a_step_without_its_cover_opens_nothing(
    home: Home, snapshot: Snapshot, step: str, reservation: str | None
) -> None:
    before = recorded(home, "sample", snapshot.id)
    with pytest.raises(CertificateError, match="no row is read") as caught:
        opened(snapshot, home, step, reservation=reservation)
    assert caught.value.exit_code == 7
    assert recorded(home, "sample", snapshot.id) == before


def test_a_column_that_was_not_opened_is_not_read(home: Home, snapshot: Snapshot) -> None:
    rows = opened(snapshot, home, "evaluation", columns=["age"])
    with pytest.raises(ValueError, match="not opened"):
        rows.table(["note"])
    assert rows.count() == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from noctule.home import Home
from noctule.ingest import reads
from noctule.ingest.snapshot import named
reads.stored = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # in the place of the first row
home = Home(Path(sys.argv[1]))
reads.opened(named(home, "sample", sys.argv[2]), home, "evaluation").table()
"""


def test_a_kill_between_line_and_read_over_counts(home: Home, snapshot: Snapshot) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, home.root, snapshot.id], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [line["step"] for line in recorded(home, "sample", snapshot.id)] == ["ingest", "evaluation"]


def test_a_line_cut_short_was_never_acted_on_and_is_written_over(home: Home, snapshot: Snapshot) -> None:
    path = journal_of(home, snapshot)
    path.write_bytes(path.read_bytes() + b'{"step": "fi')
    assert [line["step"] for line in recorded(home, "sample", snapshot.id)] == ["ingest"]
    opened(snapshot, home, "checks")
    assert [line["step"] for line in recorded(home, "sample", snapshot.id)] == ["ingest", "checks"]


@pytest.mark.parametrize("text", [b"x\n", b"[1]\n", b"\xff\n"])
def test_a_damaged_journal_is_refused(home: Home, snapshot: Snapshot, text: bytes) -> None:
    path = journal_of(home, snapshot)
    path.write_bytes(text + path.read_bytes())
    with pytest.raises(CertificateError, match="journal of reads is damaged"):
        recorded(home, "sample", snapshot.id)


def test_a_read_that_cannot_be_recorded_is_not_made(
    home: Home, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(journal, "sync", full)
    with pytest.raises(OSError, match="disk full"):
        opened(snapshot, home, "evaluation")


def test_the_table_of_steps_is_reviewed() -> None:
    """A step more, or another cover, is a change of the guarantee: docs/guarantee.md says it, too."""
    assert COVER == {
        "ingest": "public contract",
        "checks": "internal",
        "pii": "internal",
        "purchase": "charged",
        "fit": "charged",
        "drift test": "charged",
        "evaluation": "internal",
    }
