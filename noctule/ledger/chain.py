"""Is the book sound? Pure functions over its rows; every sentence starts with the seq it is about."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from noctule.contract.approval import digest
from noctule.errors import LedgerError
from noctule.ledger.entry import GENESIS, Entry, timestamp
from noctule.ledger.events import rho_of_event
from noctule.ledger.policy import approval, policy
from noctule.mechanisms.accounting import MAX_NANO_RHO

_TYPES = {(int, str, str, str, str, str, int, reservation, str, str, str) for reservation in (int, type(None))}
CHARGING = ("reserve", "commit")
SILENT = ("approve", "clock", "moved")  # kinds that charge nothing


def broken(entries: Sequence[Entry]) -> list[str]:
    """Recompute sequence, chain, form, order in time, and the match of commits with reservations."""
    problems: list[str] = []
    sound: list[Entry] = []  # rows whose form can be relied on
    last_seq, last_hash = 0, GENESIS
    for entry in entries:
        if entry.seq > last_seq + 1:
            gap = f"{last_seq + 1} to {entry.seq - 1}" if entry.seq > last_seq + 2 else f"{last_seq + 1}"
            problems.append(f"entry {gap}: missing")
        elif entry.prev != last_hash:
            problems.append(f"entry {entry.seq}: does not follow entry {last_seq}: one of the two was changed")
        if problem := flaw(entry):
            problems.append(f"entry {entry.seq}: {problem}")
        else:
            sound.append(entry)
        last_seq, last_hash = entry.seq, entry.hash
    return problems + _out_of_time(sound) + _unmatched(sound) + _after_the_move(entries)


def unanchored(entries: Sequence[Entry], anchors: Iterable[tuple[int, str]]) -> list[str]:
    """Compare with (seq, hash) pairs published elsewhere: the one way to see that the last rows were cut off."""
    hashes = {0: GENESIS, **{entry.seq: entry.hash for entry in entries}}
    last = max(hashes)
    problems: list[str] = []
    for seq, published in anchors:
        if seq not in hashes:
            problems.append(f"entry {seq}: was published and is missing: the book ends at entry {last}")
        elif hashes[seq] != published:
            problems.append(f"entry {seq}: is not the one that was published")
    return problems


def flaw(entry: Entry) -> str | None:
    """What is wrong with this row, taken by itself."""
    return "a column has the wrong type" if tuple(map(type, entry)) not in _TYPES else _flaw(entry)


@lru_cache(maxsize=2**17)  # by content: a process that reads the book again hashes only what it has not seen
def _flaw(entry: Entry) -> str | None:
    if entry.digest() != entry.hash:
        return "its content does not match its hash: it was edited"
    if not _is_timestamp(entry.at):
        return "its time is not a UTC timestamp"
    if entry.seq <= 0:
        return "its seq is not above 0"
    if entry.kind not in (*CHARGING, *SILENT) or (entry.kind == "commit") != (entry.reservation is not None):
        return "is none of reserve, commit of a reservation, approve, clock and moved"
    if not 0 <= entry.nano_rho <= (MAX_NANO_RHO if entry.kind in CHARGING else 0):
        return "nano_rho is not what this kind of entry may charge"
    return _detail_flaw(entry)


def _is_timestamp(text: str) -> bool:
    try:
        return timestamp(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError):
        return False


def _detail_flaw(entry: Entry) -> str | None:
    try:
        match entry.kind:
            case "reserve":
                paid = policy(entry.detail_json)
                if entry.nano_rho == 0 and rho_of_event(paid.event) is not None:
                    return "charges no rho for an event that is zCDP"
            case "approve":
                signed = approval(entry.detail_json).terms
                if digest(signed) != entry.key or signed.get("population") != entry.population:
                    return "its terms are not those of its digest and population"
            case _:
                if not isinstance(json.loads(entry.detail_json), dict):
                    return "its detail is not a JSON object"
    except LedgerError:
        return "charges no rho for an event that nobody can account for"
    except ValueError:  # json's errors and pydantic's are ValueErrors
        return "its detail is not JSON, or names no valid cap and delta"
    return None


def _out_of_time(entries: Sequence[Entry]) -> list[str]:
    return [
        f"entry {after.seq}: is earlier than entry {before.seq}"
        for before, after in pairwise(entries)
        if after.at < before.at
    ]


def _unmatched(entries: Sequence[Entry]) -> list[str]:
    reserves = {entry.seq: entry for entry in entries if entry.kind == "reserve"}
    closed: set[int | None] = set()
    problems: list[str] = []
    for entry in entries:
        if entry.kind != "commit":
            continue
        reserve = reserves.get(entry.reservation or 0)
        if reserve is None or reserve.seq > entry.seq:
            problems.append(f"entry {entry.seq}: commits entry {entry.reservation}, which is not a reserve before it")
        elif (entry.population, entry.dataset, entry.key) != (reserve.population, reserve.dataset, reserve.key):
            problems.append(f"entry {entry.seq}: commits entry {reserve.seq}, which is of something else")
        elif entry.nano_rho > reserve.nano_rho:
            problems.append(f"entry {entry.seq}: commits more than entry {reserve.seq} reserved")
        elif entry.reservation in closed:
            problems.append(f"entry {entry.seq}: commits entry {reserve.seq} a second time")
        closed.add(entry.reservation)
    return problems


def _after_the_move(entries: Sequence[Entry]) -> list[str]:
    return [
        f"entry {after.seq}: follows entry {before.seq}, which moved the book elsewhere"
        for before, after in pairwise(entries)
        if before.kind == "moved"
    ]
