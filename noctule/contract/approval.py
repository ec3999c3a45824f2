"""What a privacy officer signs of a contract, as flat words: whose data, which domains, what may be spent."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from noctule.contract.columns import Column
from noctule.contract.model import Contract

LONG = 160  # characters of one term; a longer one is told by its beginning, its length and its digest
WORDS = {"name", "description", "labels", "target", "unit"}  # of a column: they promise and cost nothing


def terms(contract: Contract) -> dict[str, str]:
    """Term -> its value. Words, schedule, gates, engine and source are no part of it."""
    unit, privacy = contract.unit, contract.privacy
    return {
        "population": contract.population,
        "unit": "row" if unit.column is None else f"{unit.column}, at most {unit.max_rows} rows",
        "epsilon": _text(privacy.epsilon),
        "delta": _text(privacy.delta),
        "caps": "; ".join(sorted(cap.words() for cap in privacy.caps)),
        **({} if contract.external_llm == "schema" else {"external_llm": contract.external_llm}),
        "constraints": _text([constraint.model_dump(mode="json")["forbid"] for constraint in contract.constraints]),
        **{f"column {column.name!r}, {key}": _text(value) for column in contract.columns for key, value in _of(column)},
    }


def digest(signed: Mapping[str, str]) -> str:
    """SHA-256 (hex) over the terms."""
    return hashlib.sha256(json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What differs, one line a term."""
    both = [key for key in after if key in before]
    changed = [f"{key}: {before[key]} becomes {after[key]}" for key in both if before[key] != after[key]]
    gone = [f"{key}: {before[key]} is gone" for key in before if key not in after]
    return changed + gone + [f"{key}: {after[key]} is new" for key in after if key not in before]


def _of(column: Column) -> list[tuple[str, Any]]:
    """Keys at their defaults are left out, so that a key which a later version adds asks nobody to sign again; but the
    kind of column, whether it is released and who vouches for its domain are always told."""
    said = column.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    told = column.model_dump(mode="json", by_alias=True, include={"release", "domain_source"})
    return sorted((key, value) for key, value in (told | said).items() if key not in WORDS)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(text) <= LONG:
        return text
    return f"{text[:60]}… ({len(text)} characters, sha256 {hashlib.sha256(text.encode()).hexdigest()})"
