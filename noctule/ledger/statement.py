"""The account of every population, as plain JSON: what `noctule ledger show` prints."""

import math
from collections.abc import Sequence
from typing import Any

from noctule.ledger.balance import Balance, balance
from noctule.ledger.book import Ledger
from noctule.ledger.compose import ATTO
from noctule.ledger.entry import GENESIS, Entry, timestamp
from noctule.ledger.policy import Force, Limit, recorded_limits
from noctule.mechanisms.accounting import NANO


def statement(ledger: Ledger) -> dict[str, Any]:
    """Per population what is spent and left under each cap in force. Raises LedgerError when the book is damaged."""
    entries, now = ledger.sound()
    force = Force(entries)
    populations = sorted({entry.population for entry in entries if entry.kind in ("reserve", "approve")})
    accounts: list[dict[str, Any]] = []
    for name in populations:
        datasets = force.datasets(name)
        limits = force.limits(name) + [
            limit for dataset in datasets for limit in force.limits_of_dataset(name, dataset)
        ]
        caps = [balance(entries, name, limit, now) for limit in limits or _last_stated(entries, name)]
        accounts.append(_account(entries, name, datasets, caps))
    return {
        "entries": len(entries),
        "head": entries[-1].hash if entries else GENESIS,
        "as_of": timestamp(now),
        "moved_to": entries[-1].detail["to"] if entries and entries[-1].kind == "moved" else None,
        "populations": accounts,
    }


def _last_stated(entries: Sequence[Entry], population: str) -> list[Limit]:
    """The caps of a population that no contract in force names, since its datasets moved, or share another's name.

    What was charged to its people stays charged, so it stays in sight.
    """
    last = [entry for entry in entries if entry.kind in ("reserve", "approve") and entry.population == population][-1]
    return list(recorded_limits(last))


def _account(entries: Sequence[Entry], name: str, datasets: list[str], caps: list[Balance]) -> dict[str, Any]:
    reserves = {e.seq for e in entries if e.kind == "reserve" and e.population == name}
    closed = {e.reservation for e in entries}
    approved = {e.dataset: e for e in entries if e.kind == "approve" and e.population == name}
    return {
        "population": name,
        "datasets": datasets,
        "charges": len(reserves),
        "open": len(reserves - closed),  # reserved, never committed: under way, or left by a crash; both count
        "caps": [_cap(now) for now in caps],
        "approvals": [
            {"dataset": dataset, "at": entry.at, "who": entry.detail["who"], "why": entry.detail["why"]}
            for dataset, entry in sorted(approved.items())
        ],
    }


def _cap(now: Balance) -> dict[str, Any]:
    cap, back = now.limit.cap, now.next_return
    return {
        "words": now.limit.words(),
        **cap.model_dump(),
        "dataset": now.limit.dataset,
        "delta": now.limit.delta,
        "worth": _money(now.cap_nano_rho, cap.epsilon),
        "spent": _money(now.spent.nano_rho, now.epsilon_spent),
        "spent_lifetime": _money(now.spent_lifetime.nano_rho, now.epsilon_lifetime),
        "spent_delta": now.spent.atto_delta / ATTO,  # by thresholded releases; the epsilons are what the rest allows
        "left": _money(now.left_nano_rho, now.epsilon_left),
        "next_return": None if back is None else timestamp(back),
    }


def _money(nano_rho: int, epsilon: float) -> dict[str, Any]:
    """rho is that of what is zCDP; epsilon is of everything, and None when it is infinite."""
    return {"epsilon": epsilon if math.isfinite(epsilon) else None, "rho": nano_rho / NANO, "nano_rho": nano_rho}
