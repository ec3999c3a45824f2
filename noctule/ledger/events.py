"""What a charge paid for, as plain JSON: the names and fields of Google's dp-accounting, without its Python objects.

    {"name": "ZCDpEvent", "rho": 0.03}
    {"name": "GaussianDpEvent", "noise_multiplier": 4.2}
    {"name": "PoissonSampledDpEvent", "sampling_probability": 0.01, "event": <a GaussianDpEvent>}
    {"name": "SelfComposedDpEvent", "event": <any>, "count": 960}
    {"name": "ComposedDpEvent", "events": [<any>, ...]}

Adjacency is adding or removing one unit. Whatever else stands there is refused: an event that nobody can account for
must not be granted.
"""

import math
from typing import Any

from noctule.errors import LedgerError


def rho_of_event(event: Any) -> float | None:
    """The rho of an event that is zCDP; None for one that has an RDP curve alone. Raises LedgerError on any other."""
    match event:
        case {"name": "ZCDpEvent", "rho": rho} if len(event) == 2 and _number(rho) and rho >= 0:
            return float(rho)
        case {"name": "GaussianDpEvent", "noise_multiplier": noise} if len(event) == 2 and _number(noise) and noise > 0:
            return 0.5 / noise**2
        case {
            "name": "PoissonSampledDpEvent",
            "sampling_probability": share,
            "event": {"name": "GaussianDpEvent"} as one,
        }:
            if len(event) == 3 and _number(share) and 0 < share <= 1 and rho_of_event(one) is not None:
                return None
        case {"name": "SelfComposedDpEvent", "event": one, "count": count}:
            if len(event) == 3 and type(count) is int and count >= 1:
                rho = rho_of_event(one)
                return None if rho is None else count * rho
        case {"name": "ComposedDpEvent", "events": [_, *_] as parts} if len(event) == 2:
            rhos = [rho_of_event(part) for part in parts]
            return None if None in rhos else math.fsum(rho for rho in rhos if rho is not None)
        case _:
            pass
    raise LedgerError(
        "the event of a charge is none that can be accounted for",
        fix="give ZCDpEvent, GaussianDpEvent, PoissonSampledDpEvent, SelfComposedDpEvent or ComposedDpEvent",
    )


def dp_event(event: dict[str, Any]) -> Any:
    """The object of dp-accounting; `event` must have passed `rho_of_event`, so the name is one of the five."""
    import dp_accounting

    def value(given: Any) -> Any:
        if isinstance(given, list):
            return [dp_event(part) for part in given]
        return dp_event(given) if isinstance(given, dict) else given

    fields = {name: value(given) for name, given in event.items() if name != "name"}
    return getattr(dp_accounting, event["name"])(**fields)


def _number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
