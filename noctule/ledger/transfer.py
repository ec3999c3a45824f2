"""The book to a file, from a file, and to another database. Two books that both grant are the disaster here.

A move therefore seals the old book first and fills the new one then: a crash in between leaves a book that grants
nothing, and the same command again goes on. An import is a restore: it asks that the book in use does not grant.
"""

import json
from pathlib import Path

from noctule.durable import whole_file
from noctule.errors import LedgerError
from noctule.ledger.book import Ledger
from noctule.ledger.entry import GENESIS, Entry, canonical
from noctule.ledger.schema import FORMAT


def export(ledger: Ledger, file: Path) -> int:
    """Write every row as a JSON line under a header; the same book gives the same bytes from either database.

    Returns the number of rows. Raises LedgerError when the book is not sound.
    """
    entries = _whole(ledger)
    header = {"noctule": "ledger", "format": FORMAT, "entries": len(entries), "head": _head(entries)}
    lines = [canonical(header), *(canonical(entry._asdict()) for entry in entries)]
    with whole_file(file) as partial:
        partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(entries)


def restore(file: Path, into: Ledger, in_use: Ledger) -> int:
    """Fill the empty book `into` with the rows of an export, once they are verified whole. Returns their number.

    Raises LedgerError when the file is not a whole, sound book, when `into` is not empty, or when the book in use still
    grants: restoring beside it would make two.
    """
    if into.where != in_use.where and _grants(in_use):
        raise LedgerError(
            "the ledger in use is sound and grants: a second book would let every budget be spent twice",
            where=in_use.where,
            fix="move it with: noctule ledger migrate URL",
        )
    entries = _read(file)
    into.adopt(entries)
    _require_same(entries, into)
    return len(entries)


def migrate(ledger: Ledger, to: str, *, who: str, why: str) -> int:
    """Copy the book to the empty place `to` and seal it here, so that it grants only there. Returns the rows copied.

    Once it began, the same call again goes on where it stopped, and no other place can be named. Raises LedgerError.
    """
    target = Ledger(to if "://" in to else Path(to).resolve())
    if target.where == ledger.where:
        raise LedgerError("the ledger lies there already", where=ledger.where, fix="name another place")
    entries = _whole(ledger)
    if not entries:
        raise LedgerError("there is no entry to move", where=ledger.where, fix="set NOCTULE_LEDGER to the new place")
    if entries[-1].kind != "moved":
        if target.entries():
            raise LedgerError("there is a book there already", where=target.where, fix="name an empty place")
        ledger.seal(target.where, who=who, why=why)
        entries = ledger.entries()
    if entries[-1].detail["to"] != target.where:
        raise LedgerError(f"the book moved to {entries[-1].detail['to']}", where=ledger.where, fix="name that place")
    moved = entries[:-1]
    if not target.entries():
        target.adopt(moved)
    _require_same(moved, target)
    return len(moved)


def _whole(ledger: Ledger) -> list[Entry]:
    if problems := ledger.verify():
        raise LedgerError(
            f"the book is not sound: {'; '.join(problems[:3])}", where=ledger.where, fix="restore it from its backup"
        )
    return ledger.entries()


def _grants(ledger: Ledger) -> bool:
    try:
        entries, _ = ledger.sound()
    except LedgerError:
        return False  # a damaged book, or one out of reach, grants nothing
    return bool(entries) and entries[-1].kind != "moved"


def _read(file: Path) -> list[Entry]:
    try:
        header, *rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
        entries = [Entry(**row) for row in rows]
        if header == {"noctule": "ledger", "format": FORMAT, "entries": len(entries), "head": _head(entries)}:
            return entries
        fault = "its header does not match its rows"
    except OSError:
        fault = "it cannot be read"
    except (ValueError, TypeError):
        fault = "a line is not a row of a ledger"
    raise LedgerError(f"this is no whole export of a ledger: {fault}", where=str(file), fix="export the book again")


def _head(entries: list[Entry]) -> str:
    return entries[-1].hash if entries else GENESIS


def _require_same(entries: list[Entry], copy: Ledger) -> None:
    """Row by row; the copy may have gone on since."""
    if copy.entries()[: len(entries)] != entries or copy.verify():
        raise LedgerError(
            "the copy differs from the book it was made of",
            where=copy.where,
            fix="do not use the copy; `noctule ledger verify` tells more with NOCTULE_LEDGER set to it",
        )
