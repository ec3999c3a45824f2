"""A server of models, a registry of three wires on it, and a clock that a test moves."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from noctule.router import Prompt, Registry, Router, State
from tests.noctule.router.server import GOOD, KEY, Models, serving

SECRET_WORDS = "PROMPT-CANARY"
ENVIRONMENT = {"TEST_KEY": KEY}
WIRES = ("openai", "anthropic", "gemini")
PATHS = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}
PROMPT = Prompt("You answer.", f"What is it? {SECRET_WORDS}", version="1", max_tokens=100)


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: str = Field(min_length=1)
    sure: float = Field(default=0.5, ge=0, le=1)


class Clock:
    """Moves when it is told, or slept on."""

    def __init__(self) -> None:
        self.moment = time.time()
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    def steady(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds


def registry_of(url: str, models: dict[str, tuple[str, str]], **policy: Any) -> Registry:
    """`models`: name -> wire and price of a million tokens. A provider a wire."""
    providers = {
        wire: {"wire": wire, "base_url": url + path, "key_env": "TEST_KEY", "data_zone": "external"}
        for wire, path in PATHS.items()
    }
    listed = {
        name: {
            "provider": wire,
            "model": name,
            "capabilities": ["text", "structured"],
            "usd_per_mtok": {"input": price, "output": price},
            "context": 100_000,
        }
        for name, (wire, price) in models.items()
    }
    return Registry.model_validate(
        {"version": 1, "as_of": "2026-11-24", "providers": providers, "models": listed, "policy": policy}
    )


@pytest.fixture(scope="session")
def running() -> Iterator[Models]:
    with serving() as server:
        yield server


@pytest.fixture
def server(running: Models) -> Iterator[Models]:
    running.faults, running.watch, running.say = {}, lambda model: None, lambda text: GOOD
    for told in (running.asked, running.bodies, running.wrong):
        told.clear()
    yield running
    assert running.wrong == []


@pytest.fixture
def clock() -> Clock:
    return Clock()


Make = Callable[..., Router]


@pytest.fixture
def make(server: Models, tmp_path: Path, clock: Clock) -> Iterator[Make]:
    """A router over `models`; several of one test share the state."""
    made: list[Router] = []

    def of(
        models: dict[str, tuple[str, str]], run: str = "run", environment: Any = ENVIRONMENT, **policy: Any
    ) -> Router:
        registry = registry_of(server.url, models, **policy)
        made.append(Router(registry, State(tmp_path / "router.db"), run=run, environment=environment, clock=clock))
        return made[-1]

    yield of
    for router in made:
        router.close()
