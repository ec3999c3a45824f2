"""What a population has spent and has left. zCDP composes by adding rho, so all of it is integer sums.

A charge may be approximate zCDP: rho, but for an event of probability delta (Bun and Steinke 2016, Definition 8.1),
recorded as an integer of 10^-18. These deltas add up too (Lemma 8.2), and what they take of the population's delta is
gone for the conversion of rho: the sum of d-approximate rho-zCDP is (epsilon, delta)-DP when rho-zCDP is
(epsilon, delta - d)-DP.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field

from noctule.contract.model import Cap
from noctule.ledger.entry import Entry
from noctule.mechanisms.accounting import epsilon_of, rho_of

ATTO = 10**18
YEAR = timedelta(days=365)  # rolling: a charge made at t counts in (t' - 365 days, t'] for every t' from t on


class Policy(BaseModel):
    """What a reserve records in its detail about the rule it was granted under (other keys are ignored)."""

    cap: Cap
    delta: Annotated[float, Field(gt=0, lt=1)]
    atto_delta: Annotated[int, Field(strict=True, ge=0)] = 0

    @classmethod
    def of(cls, entry: Entry) -> "Policy":
        """Raises pydantic's ValidationError, a ValueError, when the detail holds none."""
        return cls.model_validate_json(entry.detail_json)


class Charged(NamedTuple):
    when: datetime
    nano_rho: int
    atto_delta: int


def worth(epsilon: float, delta: float, atto_delta: int) -> int:
    """The nano-rho that (epsilon, delta) allows beside approximate parts of `atto_delta` in all; 0 when they use up
    delta."""
    rest = delta - atto_delta / ATTO
    return rho_of(epsilon, rest) if rest > 0 else 0


@dataclass(frozen=True)
class Balance:
    """One population under one cap at one moment. Every reserve counts, committed or not."""

    population: str
    cap: Cap
    delta: float
    charges: tuple[Charged, ...]  # each reserve inside the cap's window, oldest first
    lifetime: tuple[Charged, ...]  # each reserve ever

    @property
    def spent_nano_rho(self) -> int:
        return sum(charge.nano_rho for charge in self.charges)

    @property
    def spent_atto_delta(self) -> int:
        return sum(charge.atto_delta for charge in self.charges)

    @property
    def cap_nano_rho(self) -> int:
        return worth(self.cap.epsilon, self.delta, self.spent_atto_delta)

    @property
    def left_nano_rho(self) -> int:
        return max(self.cap_nano_rho - self.spent_nano_rho, 0)

    @property
    def epsilon_spent(self) -> float:
        return _epsilon(self.charges, self.delta)

    @property
    def epsilon_lifetime(self) -> float:
        return _epsilon(self.lifetime, self.delta)

    @property
    def epsilon_left(self) -> float:
        """The largest epsilon a single further charge may cost now. Epsilons do not add up; rhos do."""
        return epsilon_of(self.left_nano_rho, self.delta)

    @property
    def next_return(self) -> datetime | None:
        """When the oldest charge leaves the window; None when none will."""
        return self.charges[0].when + YEAR if self.charges and self.cap.per == "year" else None

    def holds(self, nano_rho: int, atto_delta: int) -> bool:
        """Whether one further charge fits under the cap."""
        return self.spent_nano_rho + nano_rho <= worth(self.cap.epsilon, self.delta, self.spent_atto_delta + atto_delta)

    def returns(self, nano_rho: int, atto_delta: int = 0) -> datetime | None:
        """The first moment at which the charge fits if nothing else is charged; None for never."""
        for gone, charge in enumerate(self.charges if self.cap.per == "year" else (), start=1):
            if replace(self, charges=self.charges[gone:]).holds(nano_rho, atto_delta):
                return charge.when + YEAR
        return None


def _epsilon(spent: Sequence[Charged], delta: float) -> float:
    """Infinite when approximate parts have used up delta."""
    rest = delta - sum(charge.atto_delta for charge in spent) / ATTO
    return epsilon_of(sum(charge.nano_rho for charge in spent), rest) if rest > 0 else math.inf


def charges(
    entries: Sequence[Entry], population: str, per: Literal["year", "lifetime"], now: datetime
) -> tuple[Charged, ...]:
    """Each reserve of the population in the window that ends at `now`, oldest first."""
    mine = (
        Charged(entry.when, entry.nano_rho, Policy.of(entry).atto_delta)
        for entry in entries
        if entry.kind == "reserve" and entry.population == population
    )
    return tuple(charge for charge in mine if per == "lifetime" or charge.when > now - YEAR)


def balance(entries: Sequence[Entry], population: str, cap: Cap, delta: float, now: datetime) -> Balance:
    """The balance at `now`, which must not lie before the last entry (see Ledger)."""
    lifetime = charges(entries, population, "lifetime", now)
    window = lifetime if cap.per == "lifetime" else tuple(c for c in lifetime if c.when > now - YEAR)
    return Balance(population, cap, delta, window, lifetime)


def overspent(entries: Sequence[Entry]) -> list[str]:
    """Hold each reserve against the cap it recorded: a well-chained row may still be a grant nobody should have made.

    The entries are those of a sound chain (in order of time, details well formed).
    """
    problems: list[str] = []
    moments: defaultdict[str, list[datetime]] = defaultdict(list)
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0])  # running sums: totals[i] is before moments[i]
    deltas: defaultdict[str, list[int]] = defaultdict(lambda: [0])
    for entry in (entry for entry in entries if entry.kind == "reserve"):
        when, total, lost = moments[entry.population], totals[entry.population], deltas[entry.population]
        policy = Policy.of(entry)
        when.append(entry.when)
        total.append(total[-1] + entry.nano_rho)
        lost.append(lost[-1] + policy.atto_delta)
        first = bisect_right(when, entry.when - YEAR) if policy.cap.per == "year" else 0
        if total[-1] - total[first] > worth(policy.cap.epsilon, policy.delta, lost[-1] - lost[first]):
            problems.append(f"entry {entry.seq}: passes the cap of {entry.population!r} that it was granted under")
    return problems
