"""The golden set: columns with known answers, made up for it, and a few that nobody can read."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from noctule.describe.answer import SemanticType, Sensitivity
from noctule.describe.facts import Facts


class Item(BaseModel):
    """One question and what a good answer says. `unknown`: a good answer says that the column cannot be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: Facts
    semantic_type: tuple[SemanticType, ...] = ()
    unit: tuple[str, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    references: tuple[str, ...] = ()
    unknown: bool = False


@cache
def golden_set() -> tuple[Item, ...]:
    text = (files("noctule.golden") / "columns.yaml").read_text("utf-8")
    return TypeAdapter(tuple[Item, ...]).validate_python(yaml.safe_load(text))


def digest(items: Sequence[Item]) -> str:
    """Changes with any word of the set: scores on another set are not to be compared."""
    text = "".join(item.model_dump_json() for item in items)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
