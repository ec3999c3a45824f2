"""Who says what of each column: a person's words stand, gaps are filled, and only what changed is asked again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from noctule.contract import Contract
from noctule.contract.columns import Told
from noctule.describe.answer import Description
from noctule.describe.entries import Asked, Entry, digest
from noctule.describe.facts import Facts, schema_facts
from noctule.describe.offline import UNKNOWN
from noctule.errors import UsageError


@dataclass(frozen=True)
class Suggestion:
    """`source`: glossary, name only, or a model's name; `asked`: None where no model was.

    `version`: where it is not the describer's own, so that better words are asked for next time.
    """

    description: Description
    source: str
    asked: Asked | None = None
    version: str = ""


@dataclass(frozen=True)
class Describer:
    """`suggest`: one suggestion for each column's facts, in their order. Another `version` suggests anew."""

    version: str
    suggest: Callable[[Sequence[Facts]], Sequence[Suggestion]]


def settled(contract: Contract, known: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries of the contract's columns as people left them, in contract order.

    A description that is no longer the one suggested was edited, and is locked. Words that a person stood for, of a
    column that has changed since, are stale: they are shown, flagged, and never overwritten.
    """
    entries: dict[str, Entry] = {}
    for column, facts in undescribed(contract).items():
        if (entry := known.get(column)) is None:
            continue
        if entry.status in ("suggested", "approved") and digest(entry.description) != entry.suggested:
            entry = entry.model_copy(update={"status": "edited"})
        now = _print(facts)
        if entry.status in ("approved", "edited") and entry.facts not in ("", now):
            entry = entry.model_copy(update={"status": "stale"})
        entries[column] = entry if entry.facts else entry.model_copy(update={"facts": now})  # written by hand
    return entries


def open_columns(contract: Contract, known: Mapping[str, Entry], version: str) -> list[Facts]:
    """Facts of the columns to ask for: without an entry, or with one that nobody stands for and that is out of date.

    A rejected one is asked for again only when the column's own facts change, not with the describer.
    """
    asked: list[Facts] = []
    for column, facts in undescribed(contract).items():
        entry = known.get(column)
        if entry is None:
            asked.append(facts)
        elif entry.facts != _print(facts):
            asked += [facts] * (entry.status in ("suggested", "rejected"))
        elif entry.version != version:
            asked += [facts] * (entry.status == "suggested")
    return asked


def described(contract: Contract, known: Mapping[str, Entry], describer: Describer) -> dict[str, Entry]:
    """The entries of all columns that the contract leaves undescribed; the describer is asked only where it must be."""
    entries = settled(contract, known)
    asked = open_columns(contract, entries, describer.version)
    for facts, made in zip(asked, describer.suggest(asked) if asked else (), strict=True):
        entries[facts.column] = Entry(
            description=made.description.description,
            status="suggested",
            source=made.source,
            unit=made.description.unit,
            semantic_type=made.description.semantic_type,
            sensitivity=made.description.sensitivity,
            facts=_print(facts),
            suggested=digest(made.description.description),
            version=made.version or describer.version,
            asked=made.asked,
        )
    return {column: entries[column] for column in undescribed(contract)}


def approve(contract: Contract, entries: Mapping[str, Entry], columns: Collection[str]) -> dict[str, Entry]:
    """The entries with those of `columns` (of all that say something, when empty) approved: suggested and stale ones.

    Raises UsageError for a column that has no entry.
    """
    if strangers := sorted(set(columns) - set(entries)):
        raise UsageError(
            f"{strangers[0]!r} has no description to approve",
            fix="name one that noctule describe lists as suggested",
        )
    facts, approved = undescribed(contract), dict(entries)
    for column in columns or [name for name, one in entries.items() if not one.description.startswith(UNKNOWN)]:
        entry = entries[column]
        if entry.status in ("suggested", "stale"):
            more = {"status": "approved", "facts": _print(facts[column]), "suggested": digest(entry.description)}
            approved[column] = entry.model_copy(update=more)
    return approved


def worded(contract: Contract, entries: Mapping[str, Entry], *, rejected: bool = False) -> Contract:
    """The contract with every description that is known, `rejected` ones only on demand. No fit depends on it."""
    columns = tuple(
        column.model_copy(update={"description": entry.description, "told": _told(entry)})
        if not column.description and (entry := entries.get(column.name)) and (rejected or entry.status != "rejected")
        else column
        for column in contract.columns
    )
    return contract.model_copy(update={"columns": columns})


def _told(entry: Entry) -> Told:
    return Told(source=entry.source, status=entry.status, cost=entry.asked.words if entry.asked else "")


def undescribed(contract: Contract) -> dict[str, Facts]:
    """Column -> facts, of the released columns that the contract does not describe itself."""
    released = [column for column in contract.columns if getattr(column, "release", "keep") != "drop"]
    return {column.name: schema_facts(contract, column) for column in released if not column.description}


def _print(facts: Facts) -> str:
    """Neither the table's title nor the values that noise moves: what makes a description out of date."""
    return digest(facts.model_dump_json(exclude={"table", "note", "statistics", "samples"}))
