"""One HTTP attempt at one model: booked before, settled after, and its failure remembered for everybody."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from noctule.router import errors
from noctule.router.http import Http
from noctule.router.messages import Prompt, Reply, Request
from noctule.router.registry import LOOPBACK, Provider, Registry, Tokens
from noctule.router.state import State
from noctule.router.wires import WIRES

BENCH_S = 3600.0  # a provider that refuses its key
GONE_S = 86400.0  # a model that its provider does not know
SHORTEST_S = 1.0  # of a cooldown
OVERHEAD = 1000  # tokens that a provider may add around what we send
COOLING = (errors.RateLimited, errors.Overloaded, errors.ServerError, errors.TimedOut, errors.Unreachable)


def most(prompt: Prompt, request: Request) -> Tokens:
    """No tokenizer makes more tokens than there are bytes."""
    return Tokens(len(json.dumps(request.body, ensure_ascii=False).encode()) + OVERHEAD, prompt.max_tokens)


def request(registry: Registry, keys: Mapping[str, SecretStr], name: str, prompt: Prompt) -> Request:
    model, provider = registry.models[name], registry.provider_of(name)
    return WIRES[provider.wire].request(provider.base_url, model, keys.get(model.provider), prompt)


def ask(http: Http, provider: Provider, request: Request, timeout_s: float) -> Reply:
    """Raises ProviderError."""
    body = http.post(request, timeout_s, direct=_direct(provider))
    try:
        return WIRES[provider.wire].reply(body)
    except (LookupError, TypeError, AttributeError):
        raise errors.BadOutput("not_json", again=False) from None


def remember(registry: Registry, state: State, name: str, error: errors.ProviderError, now: float) -> None:
    """Cool the model, or bench its provider, as the error asks for."""
    policy, why = registry.policy, error.outcome
    match error:
        case errors.AuthFailed():
            state.hold("benched", registry.models[name].provider, now + BENCH_S, why)
        case errors.ModelGone():
            state.hold("gone", name, now + GONE_S, why)
        case _ if isinstance(error, COOLING):
            asked = error.retry_after_s
            pause = policy.cooldown_s * 2 ** min(state.failures(name), 20) if asked is None else asked
            state.hold("cooling", name, now + max(SHORTEST_S, min(pause, policy.cooldown_max_s)), why)
        case _:
            pass  # about this question, not about the model


def _direct(provider: Provider) -> bool:
    """What must not leave the house must not pass by a proxy."""
    return provider.data_zone == "local" or urlsplit(provider.base_url).hostname in LOOPBACK
