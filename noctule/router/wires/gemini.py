"""Gemini's generateContent. The key goes into a header: in the URL, as its examples have it, it gets into every log."""

from urllib.parse import quote

from pydantic import SecretStr

from noctule.router.messages import Json, Prompt, Reply, Request, count
from noctule.router.registry import Capability, Model
from noctule.router.wires.schema import plain

FINISHED = (None, "STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED", "OTHER")  # any other word is a refusal


class GeminiWire:
    @staticmethod
    def request(base_url: str, model: Model, key: SecretStr | None, prompt: Prompt) -> Request:
        config: Json = {"maxOutputTokens": prompt.max_tokens}
        if Capability.REASONING not in model.capabilities:
            config["temperature"] = 0
        if prompt.schema is not None:
            config |= {"responseMimeType": "application/json", "responseSchema": plain(prompt.schema, closed=False)}
        body: Json = {
            "systemInstruction": {"parts": [{"text": prompt.system}]},
            "contents": [{"role": "user", "parts": [{"text": prompt.user}]}],
            "generationConfig": config,
        }
        url = f"{base_url.rstrip('/')}/models/{quote(model.model, safe='')}:generateContent"
        return Request(url, {"x-goog-api-key": key} if key else {}, body)

    @staticmethod
    def reply(body: Json) -> Reply:
        usage = body.get("usageMetadata") or {}
        said, thought = count(usage.get("candidatesTokenCount")), count(usage.get("thoughtsTokenCount"))
        asked, written = count(usage.get("promptTokenCount")), None if said is None else said + (thought or 0)
        if (body.get("promptFeedback") or {}).get("blockReason"):
            return Reply("", asked, written or 0, refused=True)
        candidate = body["candidates"][0]
        parts = (candidate.get("content") or {}).get("parts") or []
        finish = candidate.get("finishReason")
        return Reply(
            "".join(part.get("text", "") for part in parts if not part.get("thought")),
            asked,
            written,
            truncated=finish == "MAX_TOKENS",
            refused=finish not in FINISHED,
        )
