"""The router: a question and the form of its answer in, a value of that form out, whatever single models do."""

import json
import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Self, TypeVar

from pydantic import BaseModel

from noctule.router.call import Call
from noctule.router.choose import Choice, Need, plan
from noctule.router.clock import Clock, SystemClock
from noctule.router.completion import Completion, Usage, cache_key, prompt_sha256
from noctule.router.errors import BadOutput
from noctule.router.http import Http
from noctule.router.messages import Prompt
from noctule.router.redact import keys
from noctule.router.registry import Capability, Registry, Tokens, Zone
from noctule.router.state import Answer, State
from noctule.router.structured import parse

T = TypeVar("T", bound=BaseModel)
STRUCTURED = frozenset({Capability.TEXT, Capability.STRUCTURED})


class Router:
    """`run`: whose budget pays; processes that name the same run share it. Close it, or use it as a context."""

    def __init__(
        self,
        registry: Registry,
        state: State,
        *,
        run: str | None = None,
        environment: Mapping[str, str] = os.environ,
        clock: Clock | None = None,
    ) -> None:
        self.registry, self.state, self.run = registry, state, run or secrets.token_hex(8)
        self._keys, self._clock, self._http = keys(registry, environment), clock or SystemClock(), Http()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def plan(self, requires: Collection[Capability] = STRUCTURED, zone: Zone = "any") -> list[Choice]:
        """Who would be asked now, in order, and why each other one would not."""
        now = self._clock.now()
        need = Need(frozenset(requires), zone)
        return plan(self.registry, need, keyed=self._keys, holds=self.state.holds(now), now=now)

    def complete(
        self,
        prompt: Prompt,
        schema: type[T],
        *,
        requires: Collection[Capability] = STRUCTURED,
        zone: Zone = "any",
        deadline_s: float | None = None,
        expected: Tokens | None = None,
        fresh: bool = False,
        only: str | None = None,
    ) -> Completion[T]:
        """A value of `schema`, of the cheapest model that gives one; a stored one, where there is one, unless `fresh`.

        `expected`: tokens of such a task, by which prices are compared. `only`: the one model to ask, on trial: also
        from quarantine, always afresh, and its answer is not stored. Raises RouterError.
        """
        asked = replace(prompt, schema=schema.model_json_schema())
        key = cache_key(asked, requires)
        if not fresh and only is None and (kept := self._kept(key, asked, schema)) is not None:
            return kept
        call = Call(
            self.registry, self.state, self._keys, self._http, self._clock, self.run, asked, schema,
            Need(frozenset(requires), zone, expected, _size(asked), only),
            ends=self._clock.steady() + (self.registry.policy.deadline_s if deadline_s is None else deadline_s),
        )  # fmt: skip
        value, model = call.answer()
        provider, used = self.registry.models[model].provider, call.usage
        if only is None:
            counted = (used.input_tokens, used.output_tokens, used.nano_usd, used.estimated)
            self.state.keep(key, Answer(value.model_dump_json(), model, provider, *counted), self._clock.now())
        attempts = tuple(call.attempts)
        return Completion(value, model, provider, used, attempts, False, prompt_sha256(asked), asked.version)

    def _kept(self, key: str, prompt: Prompt, schema: type[T]) -> Completion[T] | None:
        """The stored answer, validated anew: the form's own rules may have changed in code; none of the quarantined."""
        if (kept := self.state.answer(key)) is None:
            return None
        held = self.state.holds(self._clock.now())
        if any((hold.kind, hold.name) == ("quarantined", kept.model) for hold in held):
            return None
        try:
            value = parse(kept.value, schema)
        except BadOutput:
            return None
        usage = Usage(kept.input_tokens, kept.output_tokens, kept.nano_usd, bool(kept.estimated))
        return Completion(value, kept.model, kept.provider, usage, (), True, prompt_sha256(prompt), prompt.version)


def _size(prompt: Prompt) -> Tokens:
    """About the tokens of a question at its longest: three characters make one at least, in most tongues."""
    said = len(prompt.system) + len(prompt.user) + len(json.dumps(prompt.schema))
    return Tokens(said // 3, prompt.max_tokens)
