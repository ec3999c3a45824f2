"""The three forms in which models are asked over HTTP."""

from noctule.router.messages import Wire
from noctule.router.wires.anthropic import AnthropicWire
from noctule.router.wires.gemini import GeminiWire
from noctule.router.wires.openai import OpenAIWire

WIRES: dict[str, type[Wire]] = {"openai": OpenAIWire, "anthropic": AnthropicWire, "gemini": GeminiWire}

__all__ = ["WIRES"]
