"""A question and its answer in the router's own form, which every wire translates from and to."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from pydantic import SecretStr

from noctule.router.registry import Model

Json = dict[str, Any]


@dataclass(frozen=True)
class Prompt:
    """What is asked. `version`: of the words around the facts; a new one makes stored answers void.

    `schema`: JSON schema of the answer; the router sets it. Temperature is 0.
    """

    system: str = field(repr=False)
    user: str = field(repr=False)
    version: str
    max_tokens: int = 1024
    schema: Json | None = field(default=None, repr=False)


class Request(NamedTuple):
    """One HTTP POST. Headers may hold the key, so none of them is ever shown."""

    url: str
    headers: dict[str, SecretStr]
    body: Json


@dataclass(frozen=True)
class Reply:
    """Tokens are None where the server does not tell. `truncated`: cut at max_tokens."""

    text: str = field(repr=False)
    input_tokens: int | None
    output_tokens: int | None
    truncated: bool = False
    refused: bool = False


class Wire(Protocol):
    """One provider's form. `reply` raises LookupError, TypeError or AttributeError when it is not that form."""

    @staticmethod
    def request(base_url: str, model: Model, key: SecretStr | None, prompt: Prompt) -> Request: ...
    @staticmethod
    def reply(body: Json) -> Reply: ...


def count(value: Any) -> int | None:
    """A number of tokens as a server tells it; None when it is none."""
    return value if type(value) is int and value >= 0 else None
