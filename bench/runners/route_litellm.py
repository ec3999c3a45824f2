"""litellm.Router with its fallbacks; `tuned`: without retries of its own. Cooldowns are off, as they are in ours."""

from typing import Any

from pydantic import BaseModel, Field
from routes import QUESTION, Ask, run


class Said(BaseModel):
    answer: str = Field(min_length=1)
    sure: float = Field(default=0.5, ge=0, le=1)


def asker(given: dict[str, Any]) -> Ask:
    import litellm

    names = list(given["models"])
    more: dict[str, Any] = {"num_retries": 0} if given["tuned"] else {}
    each = {"api_base": given["url"] + "/v1", "api_key": given["key"]} | ({"max_retries": 0} if given["tuned"] else {})
    router = litellm.Router(
        model_list=[{"model_name": name, "litellm_params": {"model": f"openai/{name}", **each}} for name in names],
        fallbacks=[{names[0]: names[1:]}],
        timeout=given["timeout_s"],
        disable_cooldowns=True,
        **more,
    )
    messages = [{"role": "system", "content": "You answer."}, {"role": "user", "content": QUESTION}]

    def ask() -> str:
        done = router.completion(model=names[0], messages=messages, response_format=Said, max_tokens=100, temperature=0)
        return done.choices[0].message.content or ""

    return ask


run(asker)
