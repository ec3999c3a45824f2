"""Glossary packs: known column names, told apart by declared facts; YAML files of ours and of the deployment."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from noctule.describe.answer import SemanticType, Sensitivity
from noctule.describe.facts import Facts
from noctule.describe.names import key, split
from noctule.errors import UsageError


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """What must be declared for the entry to hold: one of `type`; and one clue of `values` or `table`, if any."""

    type: tuple[StrictStr, ...] = ()
    values: tuple[StrictStr, ...] = ()
    table: tuple[StrictStr, ...] = ()


class Entry(_Strict):
    names: Annotated[tuple[StrictStr, ...], Field(min_length=1)]
    description: Annotated[StrictStr, Field(min_length=3, max_length=160)]
    semantic_type: SemanticType
    unit: StrictStr = ""
    sensitivity: Sensitivity = "ordinary"
    codes: dict[StrictStr, StrictStr] = {}
    when: When | None = None


class Pack(_Strict):
    """`about`: words of a table's title that speak for this pack."""

    about: tuple[StrictStr, ...] = ()
    entries: tuple[Entry, ...]


class Glossary:
    """One index over packs; packs of the deployment come before ours. `digest`: changes with any word of them."""

    def __init__(self, own: Sequence[Pack], shipped: Sequence[Pack]) -> None:
        text = "".join(pack.model_dump_json() for pack in (*own, *shipped))
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._layers = [_index(own), _index(shipped)]

    def find(self, name: str, facts: Facts) -> Entry | None:
        """The entry of this name that the facts allow; None where several stay and none is more likely."""
        for layer in self._layers:
            if entry := _choose(layer.get(key(name), []), facts):
                return entry
        return None


def load(folder: Path | None = None) -> Glossary:
    """Our packs, and before them `*.yaml` of the folder, where it is there."""
    own = [_read(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))] if folder else []
    return Glossary(own, _shipped())


@cache
def _shipped() -> tuple[Pack, ...]:
    folder = files("noctule.describe") / "glossaries"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return tuple(_read(file.name, file.read_text("utf-8")) for file in found)


def _read(name: str, text: str) -> Pack:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        pack = Pack.model_validate(yaml.load(text, Loader=loader))  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise UsageError("glossary is not YAML", where=f"{name}, line {line}", fix="mend the file") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"glossary entry: {first['type']}", where=f"{name}: {at}", fix="mend the entry") from None
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(pack.entries):
        for alias in entry.names:
            mark = (key(alias), entry.when.model_dump_json() if entry.when else "")
            if mark in seen:
                fix = "keep one, or tell them apart by `when`"
                raise UsageError("a name stands twice in this glossary", where=f"{name}: entries.{number}", fix=fix)
            seen.add(mark)
    return pack


def _index(packs: Iterable[Pack]) -> dict[str, list[tuple[Pack, Entry]]]:
    index: dict[str, list[tuple[Pack, Entry]]] = {}
    for pack in packs:
        for entry in pack.entries:
            for alias in {key(name) for name in entry.names}:
                index.setdefault(alias, []).append((pack, entry))
    return index


def _choose(found: list[tuple[Pack, Entry]], facts: Facts) -> Entry | None:
    possible = [(pack, entry) for pack, entry in found if not _clash(entry, facts)]
    proved = [entry for _, entry in possible if entry.when and _holds(entry.when, facts)]
    if proved:
        return proved[0] if len(proved) == 1 else None
    plain = [(pack, entry) for pack, entry in possible if entry.when is None]
    if len(plain) > 1:
        words = _words(facts.table)
        plain = [(pack, entry) for pack, entry in plain if words & set(pack.about)] or plain
    if len({entry.semantic_type for _, entry in plain}) > 1:
        return None
    return min((entry for _, entry in plain), key=lambda entry: len(entry.description), default=None)


def _clash(entry: Entry, facts: Facts) -> bool:
    """Whether the declared type cannot hold what the entry says."""
    if facts.type == "boolean":
        return entry.semantic_type != "flag"
    if facts.type in ("date", "datetime"):
        return entry.semantic_type not in ("date", "time")
    if facts.type == "number":
        return entry.semantic_type in ("name", "contact", "text", "flag", "category", "date")
    return False


def _holds(when: When, facts: Facts) -> bool:
    if when.type and facts.type not in when.type:
        return False
    allowed = {value.casefold() for value in when.values}
    by_values = bool(facts.values) and {value.casefold() for value in facts.values} <= allowed
    return not (when.values or when.table) or by_values or bool(_words(facts.table) & set(when.table))


def _words(text: str) -> set[str]:
    words = set(split(re.sub(r"[\W_]+", " ", text)))
    return words | {word.removesuffix("s") for word in words}
