"""What a population has spent and has left under one cap, and whether every grant ever made was within its caps."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from noctule.ledger.compose import Charge, Sum, composed, worth
from noctule.ledger.entry import Entry
from noctule.ledger.policy import Force, Limit, charge_of, policy, recorded_limits
from noctule.mechanisms.accounting import epsilon_of

YEAR = timedelta(days=365)  # rolling: a charge made at t counts in (t' - 365 days, t'] for every t' from t on


class Charged(NamedTuple):
    when: datetime
    dataset: str
    charge: Charge


@dataclass(frozen=True)
class Balance:
    """One population under one cap at one moment. Every reserve counts, committed or not."""

    population: str
    limit: Limit
    charges: tuple[Charged, ...]  # each reserve that the cap counts now, oldest first
    lifetime: tuple[Charged, ...]  # each reserve that it ever counted

    @property
    def spent(self) -> Sum:
        return composed(charged.charge for charged in self.charges)

    @property
    def spent_lifetime(self) -> Sum:
        return composed(charged.charge for charged in self.lifetime)

    @property
    def epsilon_spent(self) -> float:
        return self.spent.epsilon(self.limit.delta)

    @property
    def epsilon_lifetime(self) -> float:
        return self.spent_lifetime.epsilon(self.limit.delta)

    @property
    def cap_nano_rho(self) -> int:
        """What the cap is worth in zCDP, beside the approximate parts spent."""
        return worth(self.limit.cap.epsilon, self.limit.delta, self.spent.atto_delta)

    @property
    def left_nano_rho(self) -> int:
        return self.spent.room(self.limit.cap.epsilon, self.limit.delta)

    @property
    def epsilon_left(self) -> float:
        """The largest epsilon a single further zCDP charge may cost now. Epsilons do not add up; rhos do."""
        return epsilon_of(self.left_nano_rho, self.limit.delta)

    @property
    def next_return(self) -> datetime | None:
        """When the oldest charge leaves the window; None when none will."""
        return self.charges[0].when + YEAR if self.charges and self.limit.cap.per == "year" else None

    def holds(self, charge: Charge) -> bool:
        """Whether one further charge fits under the cap."""
        return self._holds(charge, gone=0)

    def returns(self, charge: Charge) -> datetime | None:
        """The first moment at which the charge fits if nothing else is charged; None for never."""
        if self.limit.cap.per == "lifetime" or not self._holds(charge, gone=len(self.charges)):
            return None
        gone = bisect_left(range(len(self.charges)), True, key=lambda gone: self._holds(charge, gone))
        return self.charges[gone - 1].when + YEAR if gone else None

    def _holds(self, charge: Charge, gone: int) -> bool:
        left = composed(charged.charge for charged in self.charges[gone:])
        return left.plus(charge).within(self.limit.cap.epsilon, self.limit.delta)


def charges(
    entries: Sequence[Entry],
    population: str,
    per: Literal["year", "lifetime"],
    now: datetime,
    dataset: str | None = None,
) -> tuple[Charged, ...]:
    """Each reserve of the population, or of its one dataset, in the window that ends at `now`, oldest first."""
    mine = (
        Charged(entry.when, entry.dataset, charge_of(entry))
        for entry in entries
        if entry.kind == "reserve" and entry.population == population and dataset in (None, entry.dataset)
    )
    return tuple(charged for charged in mine if per == "lifetime" or charged.when > now - YEAR)


def balance(entries: Sequence[Entry], population: str, limit: Limit, now: datetime) -> Balance:
    """The balance at `now`, which must not lie before the last entry (see Ledger)."""
    lifetime = charges(entries, population, "lifetime", now, limit.dataset)
    window = lifetime if limit.cap.per == "lifetime" else tuple(c for c in lifetime if c.when > now - YEAR)
    return Balance(population, limit, window, lifetime)


def overspent(entries: Sequence[Entry]) -> list[str]:
    """Hold each reserve against the caps it was granted under: those it recorded, and those that the contracts in force
    at that time stated. A well-chained row may still be a grant nobody should have made.

    The entries are those of a sound chain (in order of time, details well formed).
    """
    problems: list[str] = []
    force, accounts = Force(), dict[tuple[str, str | None], _Account]()
    for entry in entries:
        force.read(entry)
        if entry.kind != "reserve":
            continue
        for dataset in (None, entry.dataset):
            accounts.setdefault((entry.population, dataset), _Account()).add(entry)
        own = recorded_limits(entry)
        # under format 1, whose rows name no approval, a grant was held against its own contract's cap alone
        for limit in force.limits(entry.population, own) if policy(entry.detail_json).approval else own:
            since = entry.when - YEAR if limit.cap.per == "year" else None
            spent = accounts[entry.population, limit.dataset].since(since)
            if not spent.within(limit.cap.epsilon, limit.delta):
                problems.append(f"entry {entry.seq}: passes the cap of {entry.population!r} ({limit.words()})")
    return problems


class _Account:
    """Running sums, so that any window is a difference of two of them."""

    def __init__(self) -> None:
        self._moments: list[datetime] = []
        self._nano_rho, self._atto_delta = [0], [0]  # [i]: before moment i
        self._events: list[tuple[datetime, str]] = []

    def add(self, entry: Entry) -> None:
        charge, when = charge_of(entry), entry.when
        self._moments.append(when)
        self._nano_rho.append(self._nano_rho[-1] + charge.nano_rho)
        self._atto_delta.append(self._atto_delta[-1] + charge.atto_delta)
        if charge.event:
            self._events.append((when, charge.event))

    def since(self, moment: datetime | None) -> Sum:
        """All after `moment`, or ever."""
        first = bisect_right(self._moments, moment) if moment else 0
        events = Counter(event for when, event in self._events if moment is None or when > moment)
        nano_rho, atto_delta = self._nano_rho, self._atto_delta
        return Sum(nano_rho[-1] - nano_rho[first], atto_delta[-1] - atto_delta[first], tuple(events.items()))
