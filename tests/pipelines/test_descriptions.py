"""Nights whose columns a model describes: a real run, a real server, and nothing of a row on the way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.noctule.describe.test_ask import answers, facts_in
from tests.noctule.router.server import KEY, Models, serving
from tests.pipelines.conftest import Deployment

MODELS = """
version: 1
as_of: 2026-11-24
providers:
  near: {{wire: openai, base_url: "{url}/v1", key_env: DESCRIBE_TEST_KEY, data_zone: external}}
models:
  small:
    provider: near
    model: small
    capabilities: [text, structured]
    usd_per_mtok: {{input: 1, output: 1}}
    context: 9000
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Models]:
    with serving() as running:
        running.say = answers
        yield running


@pytest.fixture(scope="module")
def nights(deployment: Deployment, server: Models) -> Iterator[list[dict[str, Any]]]:
    """The first night, and the next."""
    (deployment.root / "models.yaml").write_text(MODELS.format(url=server.url))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESCRIBE_TEST_KEY", KEY)
        yield [deployment.run(), deployment.run()]


def fields(night: dict[str, Any]) -> dict[str, dict[str, str]]:
    schema = pq.read_schema(Path(night["release"]) / "data" / "part-000.parquet")
    return {field.name: {k.decode(): v.decode() for k, v in (field.metadata or {}).items()} for field in schema}


def test_the_release_carries_a_models_words_and_what_they_cost(nights: list[dict[str, Any]], server: Models) -> None:
    asked = {one["column"] for body in server.bodies for one in facts_in(body)}
    told = fields(nights[0])
    assert asked and asked <= set(told)
    for name in asked:
        assert told[name]["description"] == f"What the gauge {name} shows"
        assert told[name]["description_source"] == "small"
        assert "tokens" in told[name]["description_cost"] and "prompt 2" in told[name]["description_cost"]
    assert all(told[name]["description"] for name in told)


def test_the_second_night_asks_nobody(nights: list[dict[str, Any]], server: Models) -> None:
    assert len(server.asked) == 1
    assert fields(nights[1]) == fields(nights[0])


def test_no_row_and_no_key_leaves_or_stays(
    nights: list[dict[str, Any]], deployment: Deployment, server: Models
) -> None:
    """Names and keys of people are in the raw file; the key of the model is in the environment alone."""
    raw = {cell for line in deployment.source.read_text().splitlines()[1:] for cell in line.split(",")[:2]}
    assert len(raw) > 1000
    assert not any(cell in body for body in server.bodies for cell in raw)
    home = deployment.home.root
    kept = [home / "router.db", home / "descriptions" / "clinic.yaml"]
    for path in kept:
        content = path.read_bytes().decode(errors="replace")
        assert not any(cell in content for cell in raw)
    for path in home.rglob("*"):
        if path.is_file() and "vault" not in path.parts:
            assert KEY.encode() not in path.read_bytes(), path
    assert not (deployment.root / "descriptions").exists()


def test_people_see_what_the_night_suggested(nights: list[dict[str, Any]], deployment: Deployment) -> None:
    done = deployment.noctule("describe", "clinic", "--json")
    assert done.returncode == 0, done.stderr
    told = {row["column"]: row["source"] for row in json.loads(done.stdout.splitlines()[-1])["columns"]}
    assert told == {name: one["description_source"] for name, one in fields(nights[0]).items()}
