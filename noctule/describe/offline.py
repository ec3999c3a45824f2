"""The describer that needs no key and no network: the contract's note, a glossary, or the words of the name."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from noctule.describe.answer import LONGEST, Description, SemanticType, Sensitivity
from noctule.describe.facts import Facts
from noctule.describe.glossary import Entry, Glossary, load
from noctule.describe.names import expand, words
from noctule.describe.reading import Reading, read

Source = Literal["contract", "glossary", "name only"]
UNKNOWN = "No description known"
FROM_THE_NAME = " (from the name only)"
_NUMBERS = ("integer", "number")


class _Said(NamedTuple):
    """What is said where no glossary knows the column, with the fields of an entry that are read here."""

    description: str
    semantic_type: SemanticType
    unit: str = ""
    sensitivity: Sensitivity = "ordinary"
    codes: Mapping[str, str] = MappingProxyType({})


def describe(facts: Facts, glossary: Glossary | None = None) -> tuple[Description, Source]:
    """One column in plain words, and where they come from. The same facts always give the same words."""
    entry, source, confidence = _best(facts, glossary or _ours())
    if facts.note:
        text, source, confidence = facts.note, "contract", 1.0
    else:
        text = _with_facts(entry, facts, FROM_THE_NAME if source == "name only" else "")
    answer = Description(
        column=facts.column,
        description=_cut(text),
        semantic_type=entry.semantic_type,
        unit=_unit(facts, entry.unit)[:40],
        sensitivity=entry.sensitivity,
        confidence=confidence,
    )
    return answer, source


@cache
def _ours() -> Glossary:
    return load()


def _best(facts: Facts, glossary: Glossary) -> tuple[Entry | _Said, Source, float]:
    reading = read(facts)
    if entry := glossary.find(facts.column, facts) or _of_the_stem(reading, glossary, facts):
        return entry, "glossary", 0.9
    if said := expand(reading.stem):
        return _of_the_words(said, reading, facts), "name only", 0.3
    return _Said(UNKNOWN, _declared_type(facts) or "other"), "name only", 0.0


def _of_the_stem(reading: Reading, glossary: Glossary, facts: Facts) -> Entry | None:
    """The entry of the name without what its form says, in words that say so: "Decile of: total income"."""
    if reading.known is None:
        return None
    changed = reading.semantic_type is not None and not reading.unit  # it is another kind of value than the stem's
    declared = facts.model_copy(update={"type": None, "values": ()}) if changed else facts
    if (entry := glossary.find("_".join(reading.stem), declared)) is None:
        return None
    text = entry.description
    if not reading.known.startswith("{}") and not text[1:2].isupper():
        text = text[0].lower() + text[1:]
    update: dict[str, object] = {"description": _sentence(reading.known.format(text))}
    if reading.unit:
        update["unit"] = reading.unit
    if changed:
        update |= {"semantic_type": reading.semantic_type, "unit": "", "codes": {}}
    return entry.model_copy(update=update)


def _of_the_words(said: str, reading: Reading, facts: Facts) -> _Said:
    text = reading.plain.format(said)
    if facts.type == "boolean" and not text.startswith(("whether", "flag")):
        text = f"whether or not: {text}"
    kind = _declared_type(facts) or reading.semantic_type or _by_last_word(said, facts) or "other"
    return _Said(_sentence(text), kind, reading.unit)


def _by_last_word(said: str, facts: Facts) -> SemanticType | None:
    kinds = words().heads.items()
    last = said.rsplit(" ", maxsplit=1)[-1]
    kind: SemanticType | None = next((kind for kind, heads in kinds if last in heads), None)
    if kind == "time" and facts.type in _NUMBERS:
        return "duration"
    if facts.type == "category" and kind not in ("category", "code", "flag", "place", "date", "score", "age"):
        return "category"
    return None if facts.type in _NUMBERS and kind in ("text", "contact", "category", "place") else kind


def _declared_type(facts: Facts) -> SemanticType | None:
    by_type: dict[str, SemanticType] = {
        "boolean": "flag", "date": "date", "datetime": "time", "identifier": "identifier", "free_text": "text",
        "email": "contact", "phone": "contact", "person_name": "name",
    }  # fmt: skip
    return by_type.get(facts.type or "")


def _with_facts(entry: Entry | _Said, facts: Facts, end: str = "") -> str:
    """The text and the declared facts after it, as many as there is room for."""
    text, unit = entry.description, _unit(facts, entry.unit)
    if unit and not re.search(rf"\b{re.escape(unit)}\b", text, re.IGNORECASE):
        text += f" ({unit})"
    for more in _declared(facts, entry.codes, unit):
        if len(text) + len(more) + 2 + len(end) <= LONGEST:
            text += f"; {more}"
    return text[: LONGEST - len(end)] + end


def _declared(facts: Facts, codes: Mapping[str, str], unit: str) -> list[str]:
    said: list[str] = []
    if facts.bounds:
        said.append(f"{facts.bounds[0]} to {facts.bounds[1]}" + (f" {unit}" if unit else ""))
    if facts.type == "category" and facts.values:
        said.append("1 category" if len(facts.values) == 1 else f"{len(facts.values)} categories")
    known = codes if facts.values and set(facts.values) <= set(codes) else {}
    meanings = {value: facts.labels.get(value) or known.get(value) for value in facts.values}
    if told := [f"{value} = {meaning}" for value, meaning in meanings.items() if meaning]:
        said.append(", ".join(told))  # all of them, or none where there is no room: a few would look like all
    if facts.nullable:
        said.append("empty where unknown")
    return said


def _unit(facts: Facts, known: str) -> str:
    """The declared unit; a known one only where the column may hold numbers of it."""
    return facts.unit or (known if facts.type in (None, *_NUMBERS) else "")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
