"""Which models may answer, cheapest first, and why each other one may not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from noctule.router.registry import NANO, Capability, Registry, Tokens, Zone
from noctule.router.state import TRIED, Hold


@dataclass(frozen=True)
class Need:
    """What a call asks of a model. `expected`: tokens of such a task; `size`: about those of this one, at most.

    `only`: the one model on trial, which quarantine and a name that was not known keep nobody from asking.
    """

    requires: frozenset[Capability]
    zone: Zone = "any"
    expected: Tokens | None = None
    size: Tokens | None = None
    only: str | None = None


@dataclass(frozen=True)
class Choice:
    """`usd_per_mtok`: at the task's mix of tokens. `skipped`: why it is not called now; None for those that may be.

    `until`: when that reason ends, where it is a hold.
    """

    name: str
    provider: str
    model: str
    data_zone: str
    usd_per_mtok: Decimal
    skipped: str | None
    until: float | None = None


def plan(
    registry: Registry,
    need: Need,
    *,
    keyed: Collection[str],
    holds: Iterable[Hold],
    now: float,
    left: int | None = None,
) -> list[Choice]:
    """Every model: first those that may be called, by price and then by name, then the others in the same order.

    `keyed`: providers whose key is at hand. `left`: nano-dollars of the run's budget.
    """
    in_force = sorted(holds, key=lambda hold: hold.until, reverse=True)
    choices: list[Choice] = []
    for name, model in registry.models.items():
        provider = registry.providers[model.provider]
        skipped, until = _unfit(registry, name, need, keyed, now, left), None
        if skipped is None and (mine := [hold for hold in in_force if _keeps(hold, name, model.provider, need)]):
            skipped, until = f"{mine[0].kind} until {_clock(mine[0].until)} ({mine[0].why})", mine[0].until
        price = _price(registry, name, need)
        choices.append(Choice(name, model.provider, model.model, provider.data_zone, price, skipped, until))
    return sorted(choices, key=lambda choice: (choice.skipped is not None, choice.usd_per_mtok, choice.name))


def _keeps(hold: Hold, name: str, provider: str, need: Need) -> bool:
    mine = hold.name == (provider if hold.kind == "benched" else name)
    return mine and not (need.only and hold.kind in TRIED)


def _unfit(
    registry: Registry, name: str, need: Need, keyed: Collection[str], now: float, left: int | None
) -> str | None:
    model, provider = registry.models[name], registry.provider_of(name)
    size = need.size or need.expected
    if need.only not in (None, name):
        return "not asked for"
    if missing := sorted(need.requires - model.capabilities):
        return f"lacks {', '.join(missing)}"
    if need.zone == "local" and provider.data_zone != "local":
        return "zone: is external"
    if model.retires_on and datetime.fromtimestamp(now, UTC).date() >= model.retires_on:
        return f"retired on {model.retires_on}"
    if provider.key_env is not None and model.provider not in keyed:
        return f"no key in {provider.key_env}"
    if size and sum(size) > model.context:
        return f"context too small: {model.context} tokens"
    if size and left is not None and model.usd_per_mtok.of(size) > left:
        return f"over budget: {left / NANO:.4f} USD are left"
    return None


def _price(registry: Registry, name: str, need: Need) -> Decimal:
    mix = need.expected or Tokens(registry.policy.blend.input, registry.policy.blend.output)
    usd = registry.models[name].usd_per_mtok
    return (usd.input * mix.input + usd.output * mix.output) / max(sum(mix), 1)


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
