"""pydantic-ai's FallbackModel, with structured output as the provider offers it; `tuned`: without retries below it."""

from functools import cache
from typing import Any

from pydantic import BaseModel, Field
from routes import QUESTION, Ask, run


class Said(BaseModel):
    answer: str = Field(min_length=1)
    sure: float = Field(default=0.5, ge=0, le=1)


def asker(given: dict[str, Any]) -> Ask:
    from openai import AsyncOpenAI
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.models.fallback import FallbackModel
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    more: dict[str, Any] = {"max_retries": 0} if given["tuned"] else {}

    def agent() -> Any:
        client = AsyncOpenAI(base_url=given["url"] + "/v1", api_key=given["key"], **more)
        models = [OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client)) for name in given["models"]]
        settings: Any = {"timeout": given["timeout_s"], "max_tokens": 100, "temperature": 0.0}
        return Agent(
            FallbackModel(*models), output_type=NativeOutput(Said), system_prompt="You answer.", model_settings=settings
        )

    made = cache(agent) if given.get("threads", 1) == 1 else agent  # a client serves one event loop
    return lambda: made().run_sync(QUESTION).output.model_dump_json()


run(asker)
