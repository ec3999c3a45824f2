"""Nights of a table with a column at each level: models are told as much as it says, and never a row."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from noctule.describe.entries import path_of
from tests.noctule.describe.test_ask import answers, facts_in
from tests.noctule.router.server import KEY, Models, serving
from tests.pipelines.conftest import Deployment, write
from tests.pipelines.test_canary import texts

MODELS = """
version: 1
as_of: 2026-11-24
policy: {{timeout_s: 2, deadline_s: 4}}
providers:
  near: {{wire: openai, base_url: "{url}/v1", key_env: DESCRIBE_TEST_KEY, data_zone: external}}
  home: {{wire: openai, base_url: "{url}/v1", key_env: DESCRIBE_TEST_KEY, data_zone: local}}
models:
  small: {{provider: near, model: small, capabilities: [text, structured], usd_per_mtok: {{input: 1, output: 1}},
    context: 9000}}
  house: {{provider: home, model: house, capabilities: [text, structured], usd_per_mtok: {{input: 2, output: 2}},
    context: 9000}}
"""
CONTRACT = """
name: clinic
title: A small clinic
population: clinic
source: {kind: csv, path: data/clinic.csv, min_rows: 100}
unit: {column: person, max_rows: 1}
external_llm: synthetic_samples
columns:
  - {name: person, role: identifier}
  - {name: full_name, role: pii, pii: person_name, release: fake}
  - {name: zqa, type: integer, bounds: [0, 99], bins: 5, external_llm: forbid}
  - {name: zqb, type: category, categories: [ka, kb], external_llm: names_only}
  - {name: zqc, type: number, bounds: [0, 50], bins: 5, external_llm: schema}
  - {name: zqd, type: number, bounds: [0, 300], bins: 6, external_llm: dp_stats}
  - {name: zqe, type: category, categories: [red, green], other: true}
  - {name: zqf, type: number, bounds: [0, 300], bins: 6}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 9.0, per: year}}
engine: {name: adaptive}
refresh: {refit: on_new_version, version: one}
gates: {max_tvd2: 0.5}
"""
OUTSIDE = {"zqb", "zqc", "zqd", "zqe", "zqf"}


@dataclass
class Night:
    """Column -> the facts told of it outside, and to the model of the house; and what the process printed."""

    outside: dict[str, dict[str, Any]] = field(default_factory=dict)
    house: dict[str, dict[str, Any]] = field(default_factory=dict)
    printed: str = ""


@pytest.fixture(scope="module")
def server() -> Iterator[Models]:
    with serving() as running:
        running.say = answers
        yield running


def planted() -> list[list[str]]:
    """Keys, names and undeclared categories that say CANARY, a number beyond its bounds, and numbers of 14 digits."""
    draw = np.random.default_rng(3)
    table = [["person", "full_name", "zqa", "zqb", "zqc", "zqd", "zqe", "zqf"]]
    for number in range(1500):
        wild = number % 300 == 0
        row = [draw.integers(0, 99), draw.choice(["ka", "kb"]), round(draw.uniform(0, 50), 3)]
        row += ["987654321" if wild else f"{draw.uniform(100, 300):.11f}", "CANARYCAT" if wild else "red"]
        table.append([f"CANARYKEY{number}", f"Ada CANARY{number}", *map(str, row), f"{draw.uniform(100, 300):.11f}"])
    return table


@pytest.fixture(scope="module")
def canaries() -> list[str]:
    """A drawn number has those of 40 rows with a chance of 40 in 2e13; with 20,000 drawn, beyond one in 10^6."""
    return ["CANARY", "987654321", *(row[column] for row in planted()[2:22] for column in (5, 7))]


@pytest.fixture(scope="module")
def nights(deployment: Deployment, server: Models) -> list[Night]:
    """The first; one whose descriptions were lost; one as any other; and one of a new contract, when models fail."""
    (deployment.root / "models.yaml").write_text(MODELS.format(url=server.url))
    (deployment.root / "datasets" / "clinic.yaml").write_text(CONTRACT)
    write(deployment.source, planted())
    suggested = path_of(deployment.home.root, "clinic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESCRIBE_TEST_KEY", KEY)
        first = _night(deployment, server)
        suggested.unlink()
        second, third = _night(deployment, server), _night(deployment, server)
        suggested.unlink()
        changed = CONTRACT.replace("bins: 6, external_llm: dp_stats", "bins: 6, unit: bar, external_llm: dp_stats")
        (deployment.root / "datasets" / "clinic.yaml").write_text(changed)
        server.faults = {"small": ["wrong_fields"], "house": ["500"]}
        return [first, second, third, _night(deployment, server)]


def _night(deployment: Deployment, server: Models) -> Night:
    before, night = len(server.bodies), Night()
    done = deployment.noctule("run", "clinic", "--json")
    assert done.returncode == 0, done.stderr
    for body in server.bodies[before:]:
        told = night.house if json.loads(body)["model"] == "house" else night.outside
        told.update({one["column"]: one for one in facts_in(body)})
    night.printed = done.stderr + done.stdout
    return night


def test_before_a_release_the_contract_is_all_there_is(nights: list[Night]) -> None:
    first = nights[0]
    assert set(first.outside) == OUTSIDE and set(first.house) == {"zqa"}
    assert not any("statistics" in one or "samples" in one for one in (*first.outside.values(), *first.house.values()))
    assert first.house["zqa"]["bounds"] == ["0", "99"]


def test_each_level_tells_what_it_says_of_the_release(nights: list[Night]) -> None:
    told = nights[1].outside
    assert set(told) == OUTSIDE
    assert set(told["zqb"]) == {"table", "column"}
    assert told["zqc"]["bounds"] and not {"statistics", "samples"} & set(told["zqc"])
    assert told["zqd"]["statistics"] and "samples" not in told["zqd"]
    assert told["zqe"]["statistics"] and {"red"} <= set(told["zqe"]["samples"]) <= {"red", "green"}
    assert told["zqf"]["statistics"] and len(told["zqf"]["samples"]) == 5


def test_a_night_as_any_other_asks_nobody(nights: list[Night]) -> None:
    assert nights[2].outside == nights[2].house == {}


def test_a_column_that_changed_since_the_release_is_told_without_it(nights: list[Night], server: Models) -> None:
    assert {("small", "wrong_fields"), ("house", "500")} <= set(server.asked)
    told = nights[3].outside
    assert told["zqd"]["unit"] == "bar" and "statistics" not in told["zqd"]
    assert told["zqf"]["statistics"] and told["zqf"]["samples"]


def test_statistics_are_of_the_release(nights: list[Night]) -> None:
    """Raw values lie between 100 and 300; that noise moves the median by 60 at 1,500 rows is beyond one in 10^6."""
    words = nights[1].outside["zqd"]["statistics"][0]
    low, median, high = map(float, words.removeprefix("quartiles about ").split(", "))
    assert low < median < high and 140 < median < 260


def test_no_row_is_sent_or_printed(nights: list[Night], server: Models, canaries: list[str]) -> None:
    said = [*server.bodies, *(night.printed for night in nights)]
    assert not any(canary in text for canary in [*canaries, KEY] for text in said)


def test_no_row_is_kept_outside_the_vault(nights: list[Night], deployment: Deployment, canaries: list[str]) -> None:
    """In no release, description, stored answer, log or event of Dagster, decompressed or not."""
    root, closed = deployment.root, (deployment.home.vault, deployment.root / "data")
    outside = [path for path in root.rglob("*") if path.is_file() and not any(map(path.is_relative_to, closed))]
    assert {deployment.home.router, path_of(deployment.home.root, "clinic")} <= set(outside)
    sought, events = [one.encode() for one in (*canaries, KEY)], False
    for path in outside:
        for text in texts(path):
            assert not any(canary in text for canary in sought), path
            events |= b"describe/requests" in text
    assert events, "the search missed the events"


def test_the_search_would_find_a_row(nights: list[Night], deployment: Deployment, canaries: list[str]) -> None:
    snapshots = list((deployment.home.vault / "snapshots").rglob("*.parquet"))
    kept = b"".join(text for path in snapshots for text in texts(path))
    assert all(canary.encode() in kept or canary.rstrip("0").encode() in kept for canary in canaries)
