"""Column names into plain words: `sess_dur` is "session duration", `XQ17` is nothing. The words: `words.yaml`."""

import re
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from noctule.describe.answer import SemanticType


class UnitAfter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str
    after: frozenset[str]


class Words(BaseModel):
    """`words.yaml`, as its comments tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    abbreviations: dict[str, str]
    words: frozenset[str]
    empty: frozenset[str]
    units: dict[SemanticType, dict[str, str]]
    units_after: dict[str, UnitAfter]
    heads: dict[SemanticType, frozenset[str]]


@cache
def words() -> Words:
    """The shipped table of words."""
    return Words.model_validate(yaml.safe_load((files("noctule.describe") / "words.yaml").read_text("utf-8")))


def split(name: str) -> tuple[str, ...]:
    """The parts of a name in lower case: cut at separators, at a change to capitals and around digits."""
    return tuple(part.lower() for part in re.findall(r"\d+|[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])", name))


def key(name: str) -> str:
    """The form in which names are compared: `capital-gain`, `capitalGain` and `Capital_Gain` are one."""
    return re.sub(r"[\W_]+", "", name).casefold()


def expand(parts: tuple[str, ...]) -> str | None:
    """The parts of a name as words in lower case; None where one cannot be read, or where they name nothing."""
    spoken = [part for part in parts if not part.isdigit()]
    if not all(map(_readable, spoken)) or all(part in words().empty for part in spoken):
        return None
    return " ".join(words().abbreviations.get(part, part) for part in parts)


def _readable(part: str) -> bool:
    if part in words().abbreviations or part in words().words:
        return True
    return len(part) >= 4 and re.search("[aeiouy]", part) is not None and not re.search("[^aeiouy]{5}", part)
