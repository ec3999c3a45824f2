"""Models as describers, against a real server: what they are told, what is believed, what if they fail."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.contract.load import parse
from noctule.describe.ask import BATCH, Asking
from noctule.describe.default import offline
from noctule.describe.describe import described, open_columns, settled
from noctule.describe.entries import Entry
from noctule.describe.released import Released
from tests.noctule.router.conftest import Make
from tests.noctule.router.server import Models

CONTRACT = """
name: plant
title: A plant
population: plant
source: {kind: csv, path: plant.csv}
unit: row
columns:
  - {name: qvx, type: number, bounds: [3.5, 871.25], unit: bar}
  - {name: zzt, type: category, categories: [kappa, lambda], external_llm: names_only}
  - {name: wkq, type: integer, bounds: [0, 4711], external_llm: forbid}
  - {name: age, type: integer, bounds: [0, 99], unit: years}
  - {name: noted, type: boolean, description: Whether it was noted}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}
"""
PLANT = parse(CONTRACT, "plant.yaml")
ONE = {"a": ("openai", "1")}


def facts_in(text: str) -> list[dict[str, Any]]:
    """The facts in a request of any wire: its only JSON list of columns that is text."""
    found: list[dict[str, Any]] = []

    def search(node: Any) -> None:
        if isinstance(node, dict):
            list(map(search, node.values()))
        elif isinstance(node, list):
            list(map(search, node))
        elif isinstance(node, str) and node.startswith('[{"table"'):
            found.extend(json.JSONDecoder().raw_decode(node)[0])

    search(json.loads(text))
    return found


def answers(text: str) -> dict[str, Any]:
    return {"columns": [said(one["column"]) for one in facts_in(text)]}


def said(column: str, description: str = "", unit: str = "kg") -> dict[str, Any]:
    text = description or f"What the gauge {column} shows"
    return {
        "column": column, "description": text, "unit": unit,
        "semantic_type": "measurement", "sensitivity": "ordinary", "confidence": 0.6,
    }  # fmt: skip


def asking(make: Make, contract: Contract = PLANT, models: Any = None, **more: Any) -> Asking:
    return Asking(make(models or ONE, **more), contract, offline(), today=lambda: date(2026, 11, 24))


@pytest.mark.parametrize("wire", ["openai", "anthropic", "gemini"])
def test_models_describe_what_no_glossary_knows(make: Make, server: Models, wire: str) -> None:
    server.say = answers
    models = asking(make, models={"a": (wire, "1")})
    entries = described(PLANT, {}, models.describer)
    assert {name: entry.source for name, entry in entries.items()} == {
        "qvx": "a", "zzt": "a", "wkq": "name only", "age": "glossary",
    }  # fmt: skip
    assert entries["qvx"].unit == "bar"  # declared, whatever the model says
    assert entries["zzt"].unit == "kg"
    asked = entries["qvx"].asked
    assert asked and (asked.model, asked.cached, asked.prompt_version) == ("a", False, "prompt 2")
    assert asked.tokens == 60 and asked.usd == pytest.approx(60e-6)  # half of 120 tokens at a dollar a million
    assert models.asked == 1 and models.usd == pytest.approx(120e-6)


def test_a_model_is_told_what_its_level_allows_and_nothing_else(make: Make, server: Models) -> None:
    server.say = answers
    described(PLANT, {}, asking(make).describer)
    [told] = [facts_in(body) for body in server.bodies]
    assert told == [
        {
            "table": "A plant", "column": "qvx", "type": "number", "unit": "bar", "bounds": ["3.5", "871.25"],
            "nullable": False,
        },
        {"table": "A plant", "column": "zzt"},
    ]  # fmt: skip
    for secret in ("kappa", "4711", "wkq", "noted", "plant.csv"):
        assert not any(secret in body for body in server.bodies)


def test_the_second_time_nobody_is_asked(make: Make, server: Models) -> None:
    server.say = answers
    entries = described(PLANT, {}, asking(make).describer)
    again = asking(make)
    later = described(PLANT, entries, again.describer)
    assert len(server.asked) == 1 and again.asked == 0 and again.usd == pytest.approx(120e-6)
    assert {name: entry.description for name, entry in later.items()} == {n: e.description for n, e in entries.items()}


def test_only_a_changed_column_is_asked_for(make: Make, server: Models) -> None:
    server.say = answers
    entries = described(PLANT, {}, asking(make).describer)
    changed = parse(CONTRACT.replace("871.25", "900"), "plant.yaml")
    described(changed, entries, asking(make, changed).describer)
    assert [one["column"] for one in facts_in(server.bodies[-1])] == ["qvx"]


@pytest.mark.parametrize(
    "fault", ["429", "503", "500", "401", "404", "reset", "broken", "malformed", "truncated", "empty"]
)
def test_when_models_fail_all_is_described_and_asked_for_again(make: Make, server: Models, fault: str) -> None:
    server.faults = {"a": [fault]}
    models = asking(make, timeout_s=1, deadline_s=2)
    entries = described(PLANT, {}, models.describer)
    assert {entry.source for entry in entries.values()} == {"name only", "glossary"}
    again = open_columns(PLANT, settled(PLANT, entries), models.describer.version)
    assert [facts.column for facts in again] == ["qvx", "zzt", "wkq"]


def test_without_a_key_nobody_is_asked(make: Make, server: Models) -> None:
    models = asking(make, environment={})
    assert set(described(PLANT, {}, models.describer)) == {"qvx", "zzt", "wkq", "age"}
    assert server.asked == [] and models.asked == 0


def test_a_model_of_the_house_is_told_all_of_a_forbidden_column(make: Make, server: Models) -> None:
    server.say = answers
    router = make(ONE)
    near = router.registry.providers["openai"].model_copy(update={"data_zone": "local"})
    router.registry = router.registry.model_copy(update={"providers": {**router.registry.providers, "openai": near}})
    models = Asking(router, PLANT, offline(), today=lambda: date(2026, 11, 24))
    assert described(PLANT, {}, models.describer)["wkq"].source == "a"
    assert facts_in(server.bodies[-1])[0]["bounds"] == ["0", "4711"]


@pytest.mark.parametrize(
    "text", ["As an AI I see a gauge", "See https://gauge.example", "Two\nlines", "<b>bold</b>", "I cannot tell"]
)
def test_what_is_no_description_is_asked_for_once_more_and_then_left(make: Make, server: Models, text: str) -> None:
    def odd(body: str) -> dict[str, Any]:
        return {"columns": [said(c["column"], text if c["column"] == "qvx" else "") for c in facts_in(body)]}

    server.say = odd
    entries = described(PLANT, {}, asking(make).describer)
    assert (entries["qvx"].source, entries["zzt"].source) == ("name only", "a")
    assert [[c["column"] for c in facts_in(body)] for body in server.bodies] == [["qvx", "zzt"], ["qvx"]]


def test_columns_nobody_asked_for_are_not_taken(make: Make, server: Models) -> None:
    server.say = lambda text: {"columns": [*answers(text)["columns"], said("age", "Age of the machine")]}
    assert described(PLANT, {}, asking(make).describer)["age"].source == "glossary"


def test_many_columns_are_asked_for_in_batches(make: Make, server: Models) -> None:
    server.say = answers
    lines = "".join(f"  - {{name: qvx{chr(97 + i)}k, type: boolean}}\n" for i in range(BATCH + 3))
    wide = parse(CONTRACT.replace("columns:\n", "columns:\n" + lines), "plant.yaml")
    models = asking(make, wide)
    entries: dict[str, Entry] = described(wide, {}, models.describer)
    assert models.asked == 2
    assert sum(entry.source == "a" for entry in entries.values()) == BATCH + 5


HIGH = parse(CONTRACT.replace("unit: row", "unit: row\nexternal_llm: dp_stats"), "plant.yaml")
RELEASED = {"qvx": Released(("quartiles about 1, 2, 3",), ("1.5",))}


class Lake:
    """What a release tells, and how often it was looked at."""

    def __init__(self, facts: dict[str, Released]) -> None:
        self.facts, self.looks = facts, 0

    def __call__(self) -> dict[str, Released]:
        self.looks += 1
        return self.facts


def of_release(make: Make, contract: Contract, lake: Lake, **more: Any) -> Asking:
    return replace(asking(make, contract, **more), released=lake)


def test_a_release_is_told_of_at_its_level_and_looked_at_once(make: Make, server: Models) -> None:
    server.say = answers
    lake = Lake(RELEASED)
    described(HIGH, {}, of_release(make, HIGH, lake).describer)
    told = {one["column"]: one for body in server.bodies for one in facts_in(body)}
    assert told["qvx"]["statistics"] == ["quartiles about 1, 2, 3"] and "samples" not in told["qvx"]
    assert lake.looks == 1


def test_a_release_is_not_opened_for_nothing(make: Make, server: Models) -> None:
    """Not at level schema, nor without a model to ask, nor when all is known."""
    server.say = answers
    lake = Lake(RELEASED)
    described(PLANT, {}, of_release(make, PLANT, lake).describer)
    described(HIGH, {}, of_release(make, HIGH, lake, environment={}).describer)
    assert lake.looks == 0
    entries = described(HIGH, {}, of_release(make, HIGH, lake).describer)
    assert described(HIGH, entries, of_release(make, HIGH, lake).describer) == entries
    assert lake.looks == 1


def test_other_noise_asks_nobody_again(make: Make, server: Models) -> None:
    server.say = answers
    entries = described(HIGH, {}, of_release(make, HIGH, Lake(RELEASED)).describer)
    before = len(server.asked)
    later = Lake({"qvx": Released(("quartiles about 7, 8, 9",), ("8.5",))})
    described(HIGH, entries, of_release(make, HIGH, later).describer)
    assert len(server.asked) == before


def test_nights_without_a_release_pay_once(make: Make, server: Models) -> None:
    """A column that waits for its first release is asked for each night, and gets the stored answer."""
    server.say = answers
    entries: dict[str, Entry] = {}
    for _ in range(4):
        entries = described(HIGH, entries, of_release(make, HIGH, Lake({})).describer)
    assert entries["qvx"].source == "a" and len(server.asked) <= 2


def test_without_its_state_nobody_is_asked(make: Make, server: Models) -> None:
    models = asking(make)
    models.router.state.path.parent.mkdir(parents=True, exist_ok=True)
    models.router.state.path.write_bytes(b"no database" * 400)
    assert {entry.source for entry in described(PLANT, {}, models.describer).values()} == {"name only", "glossary"}
    assert server.asked == []
