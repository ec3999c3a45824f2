"""What a question brought: the value, who gave it, and what it cost."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from noctule.router.errors import Attempt
from noctule.router.messages import Prompt
from noctule.router.registry import NANO

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Usage:
    """Of every attempt of the question, failed ones too. `estimated`: a part was booked at the most it could be."""

    input_tokens: int = 0
    output_tokens: int = 0
    nano_usd: int = 0
    estimated: bool = False

    @property
    def usd(self) -> Decimal:
        return Decimal(self.nano_usd) / NANO

    def plus(self, input_tokens: int, output_tokens: int, nano_usd: int, estimated: bool) -> "Usage":
        return Usage(
            self.input_tokens + input_tokens,
            self.output_tokens + output_tokens,
            self.nano_usd + nano_usd,
            self.estimated or estimated,
        )


@dataclass(frozen=True)
class Completion(Generic[T]):
    """`model`, `provider`: their names in the registry. `usage` of a `cached` value: what it cost when it was made."""

    value: T
    model: str
    provider: str
    usage: Usage
    attempts: tuple[Attempt, ...]
    cached: bool
    prompt_sha256: str
    prompt_version: str


def prompt_sha256(prompt: Prompt) -> str:
    return _digest([prompt.system, prompt.user, prompt.max_tokens])


def cache_key(prompt: Prompt, requires: Collection[str]) -> str:
    """The same question, asked of models that can do the same."""
    return _digest([prompt_sha256(prompt), prompt.schema, prompt.version, sorted(requires)])


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
