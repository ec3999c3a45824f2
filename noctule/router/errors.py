"""What can go wrong between us and a model. No error holds a key, a prompt, or a word of what a server answered."""

from typing import Literal, NamedTuple

from noctule.errors import NoctuleError

Reason = Literal["truncated", "not_json", "schema", "empty", "refusal"]


class Attempt(NamedTuple):
    """One HTTP request. `outcome`: ok, or the name of the error; `retry_after_s`: what the server asked for."""

    model: str
    outcome: str
    status: int | None
    ms: float
    retry_after_s: float | None = None


class RouterError(NoctuleError):
    """No answer was got. `attempts`: what was tried for it, in order."""

    def __init__(self, what: str, *, fix: str, where: str = "", attempts: tuple[Attempt, ...] = ()) -> None:
        self.attempts = attempts
        super().__init__(what, fix=fix, where=where)


class RegistryError(RouterError):
    """`models.yaml` cannot be read, or is not valid."""

    exit_code = 3


class StateError(RouterError):
    """The router's file of cooldowns, answers and spending cannot be used."""


class NoCapableModel(RouterError):
    """No model can do what is asked, or none may be called now."""


class SpendExceeded(RouterError):
    """What is left of the run's money does not pay for the call. (Privacy has its own: BudgetError.)"""


class DeadlineExceeded(RouterError):
    """The time for the answer is over."""


class AllModelsFailed(RouterError):
    """Every capable model was tried."""


class ProviderError(RouterError):
    """One HTTP attempt failed. `billed`: the provider may charge for it all the same."""

    what = "the call failed"
    fix = "see docs/router.md"
    billed = False

    def __init__(self, status: int | None = None, retry_after_s: float | None = None) -> None:
        self.status, self.retry_after_s = status, retry_after_s
        super().__init__(self.what + (f" (HTTP {status})" if status else ""), fix=self.fix)

    @property
    def outcome(self) -> str:
        return type(self).__name__


class RateLimited(ProviderError):
    what, fix = "the model is rate limited", "wait, or raise the limit with the provider"


class Overloaded(ProviderError):
    what, fix = "the provider is overloaded", "wait"


class ServerError(ProviderError):
    what, fix = "the server failed", "wait; if it stays, check base_url in models.yaml"


class TimedOut(ProviderError):
    what, fix, billed = "the model did not answer in time", "raise policy.timeout_s in models.yaml", True


class Unreachable(ProviderError):
    """No connection, so nothing was billed."""

    what, fix = "the server cannot be reached", "check base_url in models.yaml and the network"


class Disconnected(Unreachable):
    """The connection broke after the question was sent."""

    what, billed = "the connection broke", True


class AuthFailed(ProviderError):
    what, fix = "the provider refused the key", "check the key in the variable that key_env names"


class ModelGone(ProviderError):
    what, fix = "the provider does not know the model", "correct or remove the model in models.yaml"


class BadRequest(ProviderError):
    what, fix = "the provider refused the question's form", "check the capabilities in models.yaml, or the schema"


class BadOutput(ProviderError):
    """The model answered, but not with what was asked for.

    `problems`: paths and error types of the schema, never values. `again`: asking the same model once more may help.
    """

    what, fix, billed = "the answer is not what was asked for", "see docs/router.md", True

    def __init__(self, reason: Reason, problems: tuple[str, ...] = (), *, again: bool = True) -> None:
        self.reason: Reason = reason
        self.problems, self.again = problems, again
        super().__init__()

    @property
    def outcome(self) -> str:
        return f"BadOutput:{self.reason}"
