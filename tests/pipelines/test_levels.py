"""Three nights of a table with a column at each level: models are told as much as it says, and never a row."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.noctule.describe.test_ask import answers, facts_in
from tests.noctule.router.server import KEY, Models, serving
from tests.pipelines.conftest import Deployment, write
from tests.pipelines.test_descriptions import MODELS

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
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 9.0, per: year}}
engine: {name: adaptive}
refresh: {refit: on_new_version, version: one}
gates: {max_tvd2: 0.5}
"""
CANARIES = ("CANARYCAT", "987654321")  # a category that nobody stated, and a number beyond its bounds
LEVELS = {"zqb": "names_only", "zqc": "schema", "zqd": "dp_stats", "zqe": "synthetic_samples"}


@pytest.fixture(scope="module")
def server() -> Iterator[Models]:
    with serving() as running:
        running.say = answers
        yield running


@pytest.fixture(scope="module")
def nights(deployment: Deployment, server: Models) -> Iterator[list[list[dict[str, Any]]]]:
    """The facts that each of three nights told, and the words that its process printed."""
    (deployment.root / "models.yaml").write_text(MODELS.format(url=server.url))
    (deployment.root / "datasets" / "clinic.yaml").write_text(CONTRACT)
    draw = np.random.default_rng(3)
    table = [["person", "full_name", "zqa", "zqb", "zqc", "zqd", "zqe"]]
    for number in range(1500):
        wild = number % 300 == 0
        row = [draw.integers(0, 99), draw.choice(["ka", "kb"]), round(draw.uniform(0, 50), 3)]
        row += [CANARIES[1] if wild else round(draw.uniform(100, 300), 3), CANARIES[0] if wild else "red"]
        table.append([f"U{number:05d}", f"Ada Name{number}", *map(str, row)])
    write(deployment.source, table)
    told: list[list[dict[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESCRIBE_TEST_KEY", KEY)
        for _ in range(3):
            before = len(server.bodies)
            done = deployment.noctule("run", "clinic", "--json")
            assert done.returncode == 0, done.stderr
            told.append([one for body in server.bodies[before:] for one in facts_in(body)])
            assert not any(canary in done.stderr + done.stdout for canary in CANARIES)
    yield told


def test_each_level_tells_what_it_says(nights: list[list[dict[str, Any]]]) -> None:
    first, second, third = [{one["column"]: one for one in night} for night in nights]
    assert set(first) == set(LEVELS)  # forbid is told to nobody, for there is no model of the house
    assert set(first["zqb"]) == {"table", "column"} and first["zqc"]["bounds"]
    assert not any("statistics" in one or "samples" in one for one in first.values())
    assert set(second) == {"zqd", "zqe"}  # now there is a release
    assert second["zqd"]["statistics"] and "samples" not in second["zqd"]
    assert second["zqe"]["samples"] == ["red"] or set(second["zqe"]["samples"]) == {"red", "green"}
    assert third == {}


def test_statistics_are_of_the_release(nights: list[list[dict[str, Any]]]) -> None:
    """Raw values lie between 100 and 300; that noise moves the median by 60 at 1,500 rows is beyond one in 10^6."""
    (words,) = [one["statistics"][0] for one in nights[1] if one["column"] == "zqd"]
    low, median, high = map(float, words.removeprefix("quartiles about ").split(", "))
    assert low < median < high and 140 < median < 260


def test_no_row_shows_anywhere(nights: list[list[dict[str, Any]]], deployment: Deployment, server: Models) -> None:
    raw = {cell for line in deployment.source.read_text().splitlines()[1:] for cell in line.split(",")[:2]}
    wanted = [*CANARIES, *sorted(raw)[:400], KEY]
    assert not any(cell in body for body in server.bodies for cell in wanted[:-1])
    places = [path for path in deployment.home.root.rglob("*") if path.is_file() and "vault" not in path.parts]
    assert len(places) > 20
    for path in places:
        content = path.read_bytes()
        assert not any(cell.encode() in content for cell in (*CANARIES, KEY)), path
    kept = (
        deployment.home.router.read_bytes() + (deployment.home.root / "descriptions" / "clinic.yaml").read_bytes()
    ).decode(errors="replace")
    assert not any(cell in kept for cell in wanted)
    assert json.dumps(CANARIES[0])[1:-1] in deployment.source.read_text()
