"""Anthropic's messages. A structured answer is the input of one tool that the model must use."""

import json

from pydantic import SecretStr

from noctule.router.messages import Json, Prompt, Reply, Request, count
from noctule.router.registry import Capability, Model

TOOL = "answer"


class AnthropicWire:
    @staticmethod
    def request(base_url: str, model: Model, key: SecretStr | None, prompt: Prompt) -> Request:
        body: Json = {
            "model": model.model,
            "system": prompt.system,
            "messages": [{"role": "user", "content": prompt.user}],
            "max_tokens": prompt.max_tokens,
        }
        if Capability.REASONING not in model.capabilities:  # these refuse a temperature
            body["temperature"] = 0
        if prompt.schema is not None:
            tool = {"name": TOOL, "description": "Give the answer in this form.", "input_schema": prompt.schema}
            body |= {"tools": [tool], "tool_choice": {"type": "tool", "name": TOOL}}
        headers = {"anthropic-version": SecretStr("2023-06-01")} | ({"x-api-key": key} if key else {})
        return Request(f"{base_url.rstrip('/')}/v1/messages", headers, body)

    @staticmethod
    def reply(body: Json) -> Reply:
        blocks, usage = body["content"], body.get("usage") or {}
        used = [json.dumps(block["input"]) for block in blocks if block["type"] == "tool_use"]
        said = [block["text"] for block in blocks if block["type"] == "text"]
        return Reply(
            used[0] if used else "".join(said),
            count(usage.get("input_tokens")),
            count(usage.get("output_tokens")),
            truncated=body.get("stop_reason") == "max_tokens",
            refused=body.get("stop_reason") == "refusal",
        )
