"""What models say about the golden set in tests: the right answers, vague ones, and trials made of numbers."""

import json
from typing import Any

from noctule.golden.items import Item, golden_set
from noctule.golden.trial import Trial
from tests.noctule.describe.test_ask import facts_in

ITEMS = {(item.facts.table, item.facts.column): item for item in golden_set()}


def right(item: Item) -> dict[str, Any]:
    if item.unknown:
        return _row(item, "It is not known what this column holds", "other", "", "ordinary", 0.1)
    return _row(item, item.references[0], item.semantic_type[0], item.unit[0], item.sensitivity[0], 0.9)


def vague(item: Item) -> dict[str, Any]:
    return _row(item, "Some entry", "other", "kg", "ordinary", 0.9)


def _row(item: Item, text: str, kind: str, unit: str, sensitivity: str, confidence: float) -> dict[str, Any]:
    return {
        "column": item.facts.column, "description": text, "semantic_type": kind,
        "unit": unit, "sensitivity": sensitivity, "confidence": confidence,
    }  # fmt: skip


def saying(answer: Any = right) -> Any:
    """For the server: `answer` to each golden column of the request."""

    def say(text: str) -> dict[str, Any]:
        return {"columns": [answer(ITEMS[one["table"], one["column"]]) for one in facts_in(text)]}

    return say


def model_of(text: str) -> str:
    return json.loads(text)["model"]


def trial(*scores: float, **more: Any) -> Trial:
    given = {"name": "a", "model": "a-1", "prompt": "p", "items": "i", "outcome": "judged", "valid": 1.0,
             "usd": 0.3, "answered": max(len(scores), 1)}  # fmt: skip
    return Trial(scores=scores, **{**given, **more})
