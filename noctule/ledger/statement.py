"""The account of every population, as plain JSON: what `noctule ledger show` prints."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from noctule.contract.model import Cap
from noctule.ledger.balance import ATTO, Balance, Policy, balance
from noctule.ledger.book import Ledger
from noctule.ledger.entry import GENESIS, Entry, timestamp
from noctule.mechanisms.accounting import NANO


def statement(ledger: Ledger, policies: Mapping[str, tuple[Cap, float]] | None = None) -> dict[str, Any]:
    """Per population what is spent and left. Raises LedgerError when the book is damaged.

    Epsilons are stated at one delta a population: that of `policies` (population -> cap, delta; from the contracts in
    force), else the one recorded with its newest reserve. `policies` may name populations that have no entry yet.
    """
    entries, now = ledger.sound()
    rules = {e.population: (Policy.of(e).cap, Policy.of(e).delta) for e in entries if e.kind == "reserve"}
    rules |= policies or {}
    return {
        "entries": len(entries),
        "head": entries[-1].hash if entries else GENESIS,
        "as_of": timestamp(now),
        "populations": [
            _account(entries, balance(entries, name, cap, delta, now)) for name, (cap, delta) in sorted(rules.items())
        ],
    }


def _account(entries: Sequence[Entry], now: Balance) -> dict[str, Any]:
    reserves = {e.seq for e in entries if e.kind == "reserve" and e.population == now.population}
    closed = {e.reservation for e in entries}
    back = now.next_return
    return {
        "population": now.population,
        "charges": len(reserves),
        "open": len(reserves - closed),  # reserved, never committed: under way, or left by a crash; both count
        "cap": {**_money(now.cap_nano_rho, now.cap.epsilon), **now.cap.model_dump()},
        "delta": now.delta,
        "spent": _money(now.spent_nano_rho, now.epsilon_spent),
        "spent_lifetime": _money(sum(charge.nano_rho for charge in now.lifetime), now.epsilon_lifetime),
        "spent_delta": now.spent_atto_delta / ATTO,  # by thresholded releases; the epsilons are what the rest allows
        "left": _money(now.left_nano_rho, now.epsilon_left),
        "next_return": None if back is None else timestamp(back),
    }


def _money(nano_rho: int, epsilon: float) -> dict[str, Any]:
    return {"epsilon": epsilon if math.isfinite(epsilon) else None, "rho": nano_rho / NANO, "nano_rho": nano_rho}
