"""Charges composed, and what they come to in epsilon.

zCDP composes by adding rho, so all of it is integer sums. A charge may be approximate zCDP: rho, but for an event of
probability delta (Bun and Steinke 2016, Definition 8.1), recorded as an integer of 10^-18. These deltas add up too
(Lemma 8.2), and what they take of the population's delta is gone for the conversion of rho: the sum of d-approximate
rho-zCDP is (epsilon, delta)-DP when rho-zCDP is (epsilon, delta - d)-DP.

A charge that is no zCDP (DP-SGD on Poisson samples) has rho 0 and an event. Then everything composes as RDP, rho
through its line alpha * rho, on a grid of orders. Each order gives a sound bound, so a coarse grid only over-states.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from noctule.ledger.events import dp_event
from noctule.mechanisms.accounting import epsilon_of, rho_of

if TYPE_CHECKING:
    import numpy as np

ATTO = 10**18
ORDERS = (
    *(1 + i / 100 for i in range(2, 100)),
    *(2 + i / 20 for i in range(160)),
    *(10 + i / 4 for i in range(200)),
    *sorted({round(60 * 1.03**i) for i in range(150)}),  # to 5,000: what small charges are best converted at
    *(2**i for i in range(13, 17)),
)
_ROUNDING = 1e-9  # relative; RDP curves are floats, good to some 1e-12


class Charge(NamedTuple):
    """What one draw costs. `event` is the canonical JSON of what is no zCDP, else empty."""

    nano_rho: int
    atto_delta: int = 0
    event: str = ""


@dataclass(frozen=True)
class Sum:
    """Charges composed, in any order."""

    nano_rho: int
    atto_delta: int
    events: tuple[tuple[str, int], ...]  # each with how often it was paid for

    def plus(self, charge: Charge) -> "Sum":
        events = Counter(dict(self.events)) + Counter([charge.event] if charge.event else [])
        return Sum(self.nano_rho + charge.nano_rho, self.atto_delta + charge.atto_delta, tuple(events.items()))

    def epsilon(self, delta: float) -> float:
        """The epsilon of it all at delta, rounded up; infinite when approximate parts have used up delta."""
        rest = delta - self.atto_delta / ATTO
        if rest <= 0:
            return math.inf
        return self._rdp_epsilon(rest) if self.events else epsilon_of(self.nano_rho, rest)

    def within(self, epsilon: float, delta: float) -> bool:
        """Whether it all is (epsilon, delta)-DP; in integers as long as all of it is zCDP."""
        if self.events:
            return self.epsilon(delta) <= epsilon
        return self.nano_rho <= worth(epsilon, delta, self.atto_delta)

    def room(self, epsilon: float, delta: float) -> int:
        """The nano-rho that one further zCDP charge may have within (epsilon, delta)."""
        low, high = 0, max(worth(epsilon, delta, self.atto_delta) - self.nano_rho, 0)
        if not self.events or not self.within(epsilon, delta):
            return 0 if self.events else high
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.plus(Charge(middle)).within(epsilon, delta)
            low, high = (middle, high) if fits else (low, middle - 1)
        return low

    def _rdp_epsilon(self, delta: float) -> float:
        from dp_accounting.rdp import rdp_privacy_accountant

        curve = sum((count * _curve(event) for event, count in self.events), _orders() * (self.nano_rho / 10**9))
        epsilon, _ = rdp_privacy_accountant.compute_epsilon(ORDERS, list(curve), delta)
        return float(epsilon) * (1 + _ROUNDING)


def composed(charges: Iterable[Charge]) -> Sum:
    listed = list(charges)
    events = Counter(charge.event for charge in listed if charge.event)
    nano_rho, atto_delta = sum(charge.nano_rho for charge in listed), sum(charge.atto_delta for charge in listed)
    return Sum(nano_rho, atto_delta, tuple(events.items()))


def worth(epsilon: float, delta: float, atto_delta: int) -> int:
    """The nano-rho that (epsilon, delta) allows beside approximate parts of `atto_delta` in all; 0 when they use up
    delta."""
    rest = delta - atto_delta / ATTO
    return rho_of(epsilon, rest) if rest > 0 else 0


@lru_cache(maxsize=256)
def _curve(event: str) -> "np.ndarray[Any, Any]":
    """RDP at each order. Raises LedgerError for an event that cannot be accounted for."""
    from dp_accounting import NeighboringRelation
    from dp_accounting.rdp import RdpAccountant

    accountant = RdpAccountant(ORDERS, NeighboringRelation.ADD_OR_REMOVE_ONE)
    return accountant.compose(dp_event(json.loads(event))).rdp


@lru_cache(maxsize=1)
def _orders() -> "np.ndarray[Any, Any]":
    import numpy as np

    return np.array(ORDERS, dtype=float)
