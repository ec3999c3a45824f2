"""The describer that needs no key and no network: the contract's note, a glossary, or the words of the name."""

import re
from functools import cache
from typing import Literal

from noctule.describe.answer import LONGEST, Description, SemanticType
from noctule.describe.facts import Facts
from noctule.describe.glossary import Entry, Glossary, load
from noctule.describe.names import expand, qualified

Source = Literal["contract", "glossary", "name only"]
UNKNOWN = "No description known"
_NUMBERS = ("integer", "number")


def describe(facts: Facts, glossary: Glossary | None = None) -> tuple[Description, Source]:
    """One column in plain words, and where they come from. The same facts always give the same words."""
    known = glossary or _ours()
    entry = known.find(facts.column, facts) or _qualified(known, facts)
    if facts.note:
        text, source, confidence = facts.note, "contract", 1.0
    elif entry:
        text, source, confidence = _with_facts(entry.description, facts, entry), "glossary", 0.9
    elif said := expand(facts.column):
        text, source, confidence = _with_facts(said, facts, None, " (from the name only)"), "name only", 0.3
    else:
        unknown = _with_facts(UNKNOWN, facts, None, " (from the name only)")
        text, source, confidence = unknown, "name only", 0.0
    answer = Description(
        column=facts.column,
        description=_cut(text),
        semantic_type=entry.semantic_type if entry else _typed(facts),
        unit=_unit(facts, entry)[:40],
        sensitivity=entry.sensitivity if entry else "ordinary",
        confidence=confidence,
    )
    return answer, source


@cache
def _ours() -> Glossary:
    return load()


def _qualified(glossary: Glossary, facts: Facts) -> Entry | None:
    """The entry of the name without its last part, in words that say so: "Decile of total income"."""
    if (parts := qualified(facts.column)) is None:
        return None
    stem, qualifier = parts
    bare = facts.model_copy(update={"type": None, "values": ()})  # the qualifier changes what is declared
    if (entry := glossary.find(stem, facts if qualifier.isdigit() else bare)) is None:
        return None
    text = entry.description
    if qualifier.isdigit():
        return entry.model_copy(update={"description": f"{text}, number {qualifier}"})
    of = text if text[1:2].isupper() else text[0].lower() + text[1:]
    kind: dict[str, SemanticType] = {"Code": "code", "Date": "date", "Flag": "flag"}
    changed = {"description": f"{qualifier} of: {of}", "semantic_type": kind.get(qualifier, "category")}
    return entry.model_copy(update={**changed, "unit": "", "codes": {}})


def _with_facts(text: str, facts: Facts, entry: Entry | None, end: str = "") -> str:
    """The text and the declared facts after it, as many as there is room for."""
    unit = _unit(facts, entry)
    if unit and not re.search(rf"\b{re.escape(unit)}\b", text):
        text += f" ({unit})"
    for more in _declared(facts, entry, unit):
        if len(text) + len(more) + 2 + len(end) <= LONGEST:
            text += f"; {more}"
    return text[: LONGEST - len(end)] + end


def _declared(facts: Facts, entry: Entry | None, unit: str) -> list[str]:
    said: list[str] = []
    if facts.bounds:
        said.append(f"{facts.bounds[0]} to {facts.bounds[1]}" + (f" {unit}" if unit else ""))
    if facts.type == "category" and facts.values:
        said.append("1 category" if len(facts.values) == 1 else f"{len(facts.values)} categories")
    known = entry.codes if entry and facts.values and set(facts.values) <= set(entry.codes) else {}
    meanings = {value: facts.labels.get(value) or known.get(value) for value in facts.values}
    if told := [f"{value} means {meaning}" for value, meaning in meanings.items() if meaning]:
        said.append("; ".join(told))  # all of them, or none where there is no room: a few would look like all
    if facts.nullable:
        said.append("empty where unknown")
    return said


def _unit(facts: Facts, entry: Entry | None) -> str:
    """The declared unit; the glossary's only where the column may hold numbers of it."""
    if facts.unit or entry is None:
        return facts.unit
    return entry.unit if facts.type in (None, *_NUMBERS) else ""


def _typed(facts: Facts) -> SemanticType:
    by_type: dict[str, SemanticType] = {
        "category": "category", "boolean": "flag", "date": "date", "datetime": "time", "identifier": "identifier",
        "free_text": "text", "email": "contact", "phone": "contact", "person_name": "name",
    }  # fmt: skip
    return by_type.get(facts.type or "", "other")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
