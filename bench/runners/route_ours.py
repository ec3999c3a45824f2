"""Our router, each question with a state of its own: nights are far apart, and cooldowns over by the next one."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from routes import QUESTION, Ask, run

from noctule.router import Prompt, Registry, Router, State


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: str = Field(min_length=1)
    sure: float = Field(default=0.5, ge=0, le=1)


def asker(given: dict[str, Any]) -> Ask:
    provider = {"wire": "openai", "base_url": given["url"] + "/v1", "key_env": "KEY", "data_zone": "external"}
    models = {
        name: {
            "provider": name, "model": name, "capabilities": ["text", "structured"],
            "usd_per_mtok": {"input": price, "output": price}, "context": 100_000,
        }
        for name, price in given["models"].items()
    }  # fmt: skip
    content = {"version": 1, "as_of": "2026-11-24", "providers": dict.fromkeys(models, provider), "models": models,
               "policy": {"timeout_s": given["timeout_s"], "budget_usd_per_run": 1000}}  # fmt: skip
    registry = Registry.model_validate(content)
    folder, numbers = Path(tempfile.mkdtemp()), itertools.count()
    shared = Router(registry, State(folder / "state.db"), environment={"KEY": given["key"]})
    prompt = Prompt("You answer.", QUESTION, version="1", max_tokens=100)

    def ask() -> str:
        if given["op"] == "cpu":
            return shared.complete(prompt, Said, fresh=True).value.model_dump_json()
        state = State(folder / f"{next(numbers)}.db")
        with Router(registry, state, environment={"KEY": given["key"]}) as router:
            return router.complete(prompt, Said).value.model_dump_json()

    return ask


run(asker)
