"""Whether a charge is granted: what it costs, which caps hold it, and the refusal in public numbers."""

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from noctule.contract import Contract
from noctule.errors import BudgetError, LedgerError
from noctule.ledger.balance import Balance
from noctule.ledger.compose import Charge, composed
from noctule.ledger.entry import Entry, canonical
from noctule.ledger.events import rho_of_event
from noctule.ledger.policy import Force, Limit, limits_of
from noctule.mechanisms.accounting import NANO


def charge_for(event: dict[str, Any], nano_rho: int, atto_delta: int) -> Charge:
    """Raises LedgerError when the event is unknown, or is worth more than is charged for it."""
    rho = rho_of_event(event)
    if (rho is None) != (nano_rho == 0) or (rho is not None and rho * NANO > nano_rho * (1 + 1e-9)):
        raise LedgerError(
            "the charge does not match its event",
            fix="charge what is zCDP as nano_rho, no less than the event's rho; what is not, as nano_rho 0",
        )
    return Charge(nano_rho, atto_delta, canonical(event) if rho is None else "")


def limits_on(entries: Sequence[Entry], contract: Contract) -> list[Limit]:
    """The caps that a charge must satisfy: its contract's, the population's first, and those of the population's other
    contracts in force."""
    own = sorted(limits_of(contract), key=lambda limit: limit.cap != contract.privacy.cap)
    return Force(entries).limits(contract.population, own)


def require_room(balance: Balance, charge: Charge) -> None:
    """Raise BudgetError, in public numbers, unless the charge fits under the cap."""
    if balance.holds(charge):
        return
    cap, delta = balance.limit.cap, balance.limit.delta
    asked, left = composed([charge]).epsilon(delta), math.floor(balance.epsilon_left * 1e4) / 1e4
    fix = "lower privacy.epsilon, or have the population's owner raise privacy.cap"
    back = balance.returns(charge)
    if back is not None:
        minute = (back + timedelta(seconds=60)).strftime("%Y-%m-%d %H:%M")  # the minute after: by then it has returned
        when, fix = f"enough budget returns on {minute} UTC", f"run again then, {fix}"
    elif not composed([charge]).within(cap.epsilon, delta):
        when = "never: the charge alone is above the cap"
    else:
        when = "never: the cap is per lifetime"
    raise BudgetError(
        f"epsilon {asked:.4g} is asked and {left:.4g} is left of {cap.epsilon:g} per {cap.per}"
        f" (delta {delta:g}); {when}",
        where=f"dataset {balance.limit.dataset!r}" if balance.limit.dataset else f"population {balance.population!r}",
        fix=fix,
    )
