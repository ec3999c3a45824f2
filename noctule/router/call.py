"""One question on its way through the models: cheapest first, one attempt a model, until one answers well."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from pydantic import BaseModel, SecretStr

from noctule.router import errors
from noctule.router.attempt import ask, most, remember, request
from noctule.router.choose import Choice, Need, plan
from noctule.router.clock import Clock
from noctule.router.completion import Usage
from noctule.router.errors import Attempt, ProviderError
from noctule.router.http import Http
from noctule.router.messages import Prompt, Reply
from noctule.router.registry import NANO, Registry, Tokens
from noctule.router.state import State
from noctule.router.structured import read

log = logging.getLogger(__name__)
T = TypeVar("T", bound=BaseModel)


@dataclass
class Call(Generic[T]):
    """`ends`: the deadline on the steady clock. Of the rest, `run` is whose budget pays."""

    registry: Registry
    state: State
    keys: Mapping[str, SecretStr]
    http: Http
    clock: Clock
    run: str
    prompt: Prompt
    schema: type[T]
    need: Need
    ends: float
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    usage: Usage = field(default_factory=Usage)
    tried: set[str] = field(default_factory=set[str])
    refused: int = 0  # times that a provider found fault with the question
    too_dear: bool = False  # a model was left out for the money

    def answer(self) -> tuple[T, str]:
        """The value, and the model that gave it. Raises RouterError."""
        while True:
            while (choice := self._next()) is not None:
                self.tried.add(choice.name)
                if (value := self._try(choice.name)) is not None:
                    return value, choice.name
            self._wait()

    def _plan(self) -> list[Choice]:
        left = self._budget - self.state.spent(self.run)
        now = self.clock.now()
        choices = plan(self.registry, self.need, keyed=self.keys, holds=self.state.holds(now), now=now, left=left)
        self.too_dear |= any((one.skipped or "").startswith("over budget") for one in choices)
        return choices

    def _next(self) -> Choice | None:
        return next((one for one in self._plan() if one.skipped is None and one.name not in self.tried), None)

    def _try(self, name: str) -> T | None:
        """Ask one model, and once more when its answer has not the form; None when another one is to be asked."""
        prompt = self.prompt
        for last in (False, True):
            try:
                return self._once(name, prompt)
            except errors.BadOutput as error:
                if last or not error.again:
                    return None
                prompt = _told(self.prompt, error)
            except errors.BadRequest as error:
                self.refused += 1
                if self.refused > 1:  # two providers agree: the fault is ours
                    error.attempts = tuple(self.attempts)
                    raise
                return None
            except ProviderError:
                return None
        return None

    def _once(self, name: str, prompt: Prompt) -> T | None:
        """One attempt; None when it must not be made. Raises ProviderError, DeadlineExceeded."""
        limit = self.registry.policy.timeout_s
        timeout_s = min(limit, self._left_s())
        asked, model = request(self.registry, self.keys, name, prompt), self.registry.models[name]
        bound = most(prompt, asked)
        nano_usd = model.usd_per_mtok.of(bound)
        now, trial = self.clock.now(), self.need.only is not None
        booking = self.state.reserve(self.run, name, model.provider, nano_usd, self._budget, now, trial=trial)
        if not isinstance(booking, int):
            self.too_dear |= booking == "over budget"
            return None
        since = time.monotonic()
        try:
            try:
                reply = ask(self.http, self.registry.provider_of(name), asked, timeout_s)
            except ProviderError as error:
                self._pay(booking, name, bound if error.billed else Tokens(0, 0), estimated=error.billed)
                raise
            self._pay_for(booking, name, reply, bound)
            value = read(reply, self.schema)
        except ProviderError as error:
            self._note(name, error.outcome, since, error.status, error.retry_after_s)
            if not (isinstance(error, errors.TimedOut) and timeout_s < limit):  # the caller was short of time
                remember(self.registry, self.state, name, error, self.clock.now())
            raise
        self._note(name, "ok", since, 200)
        if self.state.failures(name):
            self.state.release("cooling", name)
        return value

    def _pay_for(self, booking: int, name: str, reply: Reply, bound: Tokens) -> None:
        if reply.input_tokens is None or reply.output_tokens is None:
            self._pay(booking, name, bound, estimated=True)
        else:
            self._pay(booking, name, Tokens(reply.input_tokens, reply.output_tokens), estimated=False)

    def _pay(self, booking: int, name: str, tokens: Tokens, *, estimated: bool) -> None:
        nano_usd = self.registry.models[name].usd_per_mtok.of(tokens)
        self.state.settle(booking, nano_usd)
        self.usage = self.usage.plus(*tokens, nano_usd, estimated)

    def _note(self, name: str, outcome: str, since: float, status: int | None, retry: float | None = None) -> None:
        attempt = Attempt(name, outcome, status, round((time.monotonic() - since) * 1000, 1), retry)
        self.attempts.append(attempt)
        log.info("%s: %s, %.0f ms", name, outcome, attempt.ms)

    def _left_s(self) -> float:
        if (left := self.ends - self.clock.steady()) > 0:
            return left
        raise errors.DeadlineExceeded(
            f"no answer in time; tried: {self._tale()}",
            fix="raise policy.deadline_s in models.yaml, or ask for less at once",
            attempts=tuple(self.attempts),
        )

    def _wait(self) -> None:
        """Sleep until the first held model is free; raises RouterError where none is before the deadline."""
        choices, left = self._plan(), self._left_s()
        held = [choice for choice in choices if choice.until is not None]
        pause = min((choice.until for choice in held if choice.until is not None), default=0.0) - self.clock.now()
        if not held or pause >= left:
            raise self._failure(choices)
        self.tried -= {choice.name for choice in held}
        self.clock.sleep(max(pause, 0.0))

    def _failure(self, choices: list[Choice]) -> errors.RouterError:
        attempts, reasons = (
            tuple(self.attempts),
            "".join(f"\n  - {one.name}: {one.skipped}" for one in choices if one.skipped),
        )
        if self.too_dear:  # also for a moment, while another's booking is open
            left = (self._budget - self.state.spent(self.run)) / NANO
            return errors.SpendExceeded(
                f"what is left of the run's money, {left:.6f} USD, does not pay for a call; tried: {self._tale()}",
                fix="raise policy.budget_usd_per_run in models.yaml, or ask for less at once",
                attempts=attempts,
            )
        if attempts:
            return errors.AllModelsFailed(
                f"every capable model failed: {self._tale()}", fix="run: noctule router plan", attempts=attempts
            )
        return errors.NoCapableModel(
            f"no model may be called{reasons}", fix="set a key, or add a model to models.yaml; see: noctule router plan"
        )

    def _tale(self) -> str:
        return ", ".join(f"{one.model} ({one.outcome})" for one in self.attempts) or "none"

    @property
    def _budget(self) -> int:
        return int(self.registry.policy.budget_usd_per_run * NANO)


def _told(prompt: Prompt, error: errors.BadOutput) -> Prompt:
    """The question again, with what was wrong: places and kinds, no values."""
    wrong = "".join(f"\n- {problem}" for problem in error.problems) or f"\n- the answer: {error.reason}"
    said = f"\n\nAn earlier answer did not have the asked form:{wrong}\nAnswer with one JSON object of that form."
    return replace(prompt, user=prompt.user + said)
