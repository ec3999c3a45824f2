"""OpenAI's chat completions, as vLLM, llama.cpp and most gateways speak them, too."""

from pydantic import SecretStr

from noctule.router.messages import Json, Prompt, Reply, Request, count
from noctule.router.registry import Capability, Model
from noctule.router.wires.schema import plain


class OpenAIWire:
    @staticmethod
    def request(base_url: str, model: Model, key: SecretStr | None, prompt: Prompt) -> Request:
        body: Json = {
            "model": model.model,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
        }
        if Capability.REASONING in model.capabilities:  # these refuse a temperature and the old name of the limit
            body["max_completion_tokens"] = prompt.max_tokens
        else:
            body |= {"max_tokens": prompt.max_tokens, "temperature": 0}
        if prompt.schema is not None:
            form = {"name": "answer", "strict": True, "schema": plain(prompt.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        headers = {"authorization": SecretStr(f"Bearer {key.get_secret_value()}")} if key else {}
        return Request(f"{base_url.rstrip('/')}/chat/completions", headers, body)

    @staticmethod
    def reply(body: Json) -> Reply:
        choice, usage = body["choices"][0], body.get("usage") or {}
        message = choice["message"]
        return Reply(
            message.get("content") or "",
            count(usage.get("prompt_tokens")),
            count(usage.get("completion_tokens")),
            truncated=choice.get("finish_reason") == "length",
            refused=bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter",
        )
