"""What a population has spent and has left. zCDP composes by adding rho, so all of it is integer sums."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from noctule.contract.model import Cap
from noctule.ledger.entry import Entry
from noctule.mechanisms.accounting import epsilon_of, rho_of

YEAR = timedelta(days=365)  # rolling: a charge made at t counts in (t' - 365 days, t'] for every t' from t on


class Policy(BaseModel):
    """What a reserve records in its detail about the rule it was granted under (other keys are ignored)."""

    cap: Cap
    delta: Annotated[float, Field(gt=0, lt=1)]

    @classmethod
    def of(cls, entry: Entry) -> "Policy":
        """Raises pydantic's ValidationError, a ValueError, when the detail holds none."""
        return cls.model_validate_json(entry.detail_json)


@dataclass(frozen=True)
class Balance:
    """One population under one cap at one moment. Every reserve counts, committed or not."""

    population: str
    cap: Cap
    delta: float
    charges: tuple[tuple[datetime, int], ...]  # (time, nano-rho) of each reserve inside the cap's window, oldest first
    lifetime_nano_rho: int

    @property
    def cap_nano_rho(self) -> int:
        return rho_of(self.cap.epsilon, self.delta)

    @property
    def spent_nano_rho(self) -> int:
        return sum(nano_rho for _, nano_rho in self.charges)

    @property
    def left_nano_rho(self) -> int:
        return max(self.cap_nano_rho - self.spent_nano_rho, 0)

    @property
    def epsilon_spent(self) -> float:
        return epsilon_of(self.spent_nano_rho, self.delta)

    @property
    def epsilon_left(self) -> float:
        """The largest epsilon a single further charge may cost now. Epsilons do not add up; rhos do."""
        return epsilon_of(self.left_nano_rho, self.delta)

    @property
    def next_return(self) -> datetime | None:
        """When the oldest charge leaves the window; None when none will."""
        return self.charges[0][0] + YEAR if self.charges and self.cap.per == "year" else None

    def returns(self, nano_rho: int) -> datetime | None:
        """The first moment at which `nano_rho` fits if nothing else is charged; None for never."""
        spent = self.spent_nano_rho
        for at, charge in self.charges if self.cap.per == "year" else ():
            spent -= charge
            if spent + nano_rho <= self.cap_nano_rho:
                return at + YEAR
        return None


def charges(
    entries: Sequence[Entry], population: str, per: Literal["year", "lifetime"], now: datetime
) -> tuple[tuple[datetime, int], ...]:
    """(time, nano-rho) of each reserve of the population in the window that ends at `now`, oldest first."""
    mine = ((e.when, e.nano_rho) for e in entries if e.kind == "reserve" and e.population == population)
    return tuple(charge for charge in mine if per == "lifetime" or charge[0] > now - YEAR)


def balance(entries: Sequence[Entry], population: str, cap: Cap, delta: float, now: datetime) -> Balance:
    """The balance at `now`, which must not lie before the last entry (see Ledger)."""
    lifetime = sum(nano_rho for _, nano_rho in charges(entries, population, "lifetime", now))
    return Balance(population, cap, delta, charges(entries, population, cap.per, now), lifetime)


def overspent(entries: Sequence[Entry]) -> list[str]:
    """Hold each reserve against the cap it recorded: a well-chained row may still be a grant nobody should have made.

    The entries are those of a sound chain (in order of time, details well formed).
    """
    problems: list[str] = []
    moments: defaultdict[str, list[datetime]] = defaultdict(list)
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0])  # running sums: totals[i] is before moments[i]
    for entry in (entry for entry in entries if entry.kind == "reserve"):
        when, total = moments[entry.population], totals[entry.population]
        when.append(entry.when)
        total.append(total[-1] + entry.nano_rho)
        policy = Policy.of(entry)
        first = bisect_right(when, entry.when - YEAR) if policy.cap.per == "year" else 0
        if total[-1] - total[first] > rho_of(policy.cap.epsilon, policy.delta):
            problems.append(f"entry {entry.seq}: passes the cap of {entry.population!r} that it was granted under")
    return problems
