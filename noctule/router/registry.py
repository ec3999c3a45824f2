"""Which models there are, what they can do and cost: `models.yaml`, strictly read."""

import os
import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    field_validator,
    model_validator,
)

from noctule.contract import strict_yaml
from noctule.router.errors import RegistryError

MAX_BYTES = 1024 * 1024
NANO = 10**9  # money is added up in whole nano-dollars
LOOPBACK = ("127.0.0.1", "::1", "localhost")

Name = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Dollars = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Zone = Literal["local", "any"]


class Capability(StrEnum):
    TEXT = "text"
    VISION = "vision"
    AUDIO = "audio"
    VIDEO = "video"
    STRUCTURED = "structured"
    CODE = "code"
    REASONING = "reasoning"
    LONG_CONTEXT = "long_context"
    CHEAP = "cheap"


class Tokens(NamedTuple):
    input: int
    output: int


class Strict(BaseModel):
    """Unknown keys are errors; an error never quotes what it was given, which may be a key in the wrong place."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Provider(Strict):
    """`base_url` has its `${VARIABLE:-default}` replaced. `local`: what is sent there does not leave the house."""

    wire: Literal["openai", "anthropic", "gemini"]
    base_url: StrictStr
    key_env: Annotated[StrictStr, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    data_zone: Literal["local", "external"]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        url = urlsplit(self.base_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("base_url needs the form https://host/path")
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("base_url takes no user, key or query: name the key's variable in key_env")
        if self.data_zone == "external" and url.scheme == "http" and url.hostname not in LOOPBACK:
            raise ValueError("base_url of an external provider needs https")
        if self.data_zone == "external" and self.key_env is None:
            raise ValueError("key_env is missing: only a local provider goes without a key")
        return self


class Price(Strict):
    """Dollars per million tokens."""

    input: Dollars
    output: Dollars

    def of(self, tokens: Tokens) -> int:
        """Nano-dollars, rounded up."""
        micro = self.input * tokens.input + self.output * tokens.output
        return int((micro * (NANO // 10**6)).to_integral_value(ROUND_CEILING))


class Model(Strict):
    """`context`: tokens it reads and writes at most. From `retires_on` on it is not called."""

    provider: Name
    model: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@+-]*$")]
    capabilities: Annotated[frozenset[Capability], Field(min_length=1)]
    usd_per_mtok: Price
    context: Annotated[StrictInt, Field(gt=0)]
    retires_on: date | None = None


class Blend(Strict):
    """The mix of tokens by which prices are compared where nothing is known of the task."""

    input: Annotated[StrictInt, Field(ge=0)] = 3
    output: Annotated[StrictInt, Field(ge=0)] = 1


class Policy(Strict):
    blend: Blend = Blend()
    timeout_s: Seconds = 20
    deadline_s: Seconds = 60
    cooldown_s: Seconds = 5
    cooldown_max_s: Seconds = 900
    budget_usd_per_run: Dollars = Decimal("0.50")


class Registry(Strict):
    """`as_of`: the day on which a person compared the prices with the providers' pages."""

    version: Literal[1]
    as_of: date
    providers: dict[Name, Provider]
    models: dict[Name, Model]
    policy: Policy = Policy()

    @field_validator("version", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return value if type(value) is int else None  # neither true nor 1.0

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, model in self.models.items():
            if model.provider not in self.providers:
                raise ValueError(f"models.{name}.provider is not among providers")
        return self

    def provider_of(self, name: str) -> Provider:
        return self.providers[self.models[name].provider]


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Registry:
    """Raises RegistryError that names the file and, for each problem, its key path."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RegistryError(f"the registry is larger than {MAX_BYTES} bytes", where=str(path), fix="shorten it")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RegistryError(f"cannot be read ({error.strerror})", where=str(path), fix="check the path") from None
    except UnicodeDecodeError:
        raise RegistryError("is not UTF-8 text", where=str(path), fix="save it as UTF-8") from None
    return parse(text, str(path), environment)


def parse(text: str, file: str, environment: Mapping[str, str] = os.environ) -> Registry:
    """The registry in `text`; `file` is the name that errors give it. Raises RegistryError."""
    import yaml

    try:
        content = strict_yaml.read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or "not YAML"
        raise RegistryError(what, where=f"{file}{line}", fix="correct it there") from None
    try:
        return Registry.model_validate(_with_urls(content, environment))
    except ValidationError as error:
        problems = [(".".join(map(str, one["loc"])), _words(one)) for one in error.errors()]
    fix = "edit the file there; docs/router.md has the format"
    if len(problems) == 1:
        [(key, said)] = problems
        raise RegistryError(said, where=f"{file}: {key}" if key else file, fix=fix)
    lines = "".join(f"\n  - {key or 'the file'}: {said}" for key, said in problems)
    raise RegistryError(f"{len(problems)} problems{lines}", where=file, fix=fix)


def _with_urls(content: Any, environment: Mapping[str, str]) -> Any:
    """The content with `${VARIABLE:-default}` in each base_url replaced."""
    providers = content.get("providers") if isinstance(content, dict) else None
    for provider in providers.values() if isinstance(providers, dict) else ():
        if isinstance(provider, dict) and isinstance(url := provider.get("base_url"), str):
            provider["base_url"] = re.sub(
                r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}",
                lambda found: environment.get(found[1]) or found[2] or "",
                url,
            )
    return content


def _words(problem: Any) -> str:
    match problem["type"]:
        case "extra_forbidden":
            return "unknown key"
        case "missing":
            return "this key is missing: add it"
        case "string_type":
            return 'write text; quote it if it looks like a number or a date: "429"'
        case "value_error":
            return problem["msg"].removeprefix("Value error, ")
        case _:
            return problem["msg"][0].lower() + problem["msg"][1:]
