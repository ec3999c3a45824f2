"""When a cap will refuse a refit: the book as it stands, and every refit that the deployment's calendars will ask for.

No estimate, a rehearsal: each refit at the moment its schedule names, in the ledger's own integers and windows, which
charges leave after 365 days. So it is exact while the contracts stand, nobody else charges the population, and a night
starts no earlier in its day than the one of 365 days before (else that one still counts, and a cap that is full to the
last refit refuses for a day). A refit that a cap refuses is asked for again every night, as nights do.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge

from noctule.contract import Contract
from noctule.cron import nights
from noctule.errors import ApprovalError
from noctule.ledger.approvals import is_first
from noctule.ledger.balance import YEAR, Balance, Charged, balance
from noctule.ledger.book import LEAP
from noctule.ledger.compose import Charge, Sum
from noctule.ledger.entry import Entry
from noctule.ledger.policy import Force, Limit, limits_of
from noctule.period import date_of, period_of
from noctule.purchase import price

HORIZON = 5 * YEAR
CALENDARS = ("nightly", "weekly", "monthly")  # what else starts a refit, no calendar knows


@dataclass(frozen=True)
class Forecast:
    """What one dataset may expect. Dates are local to its schedule.

    `refused`: the first date on which a refit will be refused, `by` that cap; None when none is within `HORIZON`, or
    when no calendar knows the refits. `refits`: how many are granted in the next 365 days; without a calendar, the
    most that can be. `past`: dates of the charges of the last 365 days. `signed`: whether the contract may be charged
    under as it stands; if not, this is what its approval would bring.
    """

    dataset: str
    population: str
    refit: str
    charge: Charge
    refused: date | None
    by: Limit | None
    refits: int
    past: tuple[date, ...]
    signed: bool

    @property
    def calendar(self) -> bool:
        return self.refit in CALENDARS

    @property
    def words(self) -> str:
        if not self.calendar:
            return f"at most {self.refits} refits in a year"
        return "lasts" if self.refused is None else f"refused on {self.refused}"


@dataclass(frozen=True)
class Outlook:
    """All datasets of a deployment. `charges`: those to come, by population; `resume`: the first moment (UTC) at which
    more than 35 days passed without an entry, so that a person must say `noctule ledger resume`."""

    at: datetime
    datasets: tuple[Forecast, ...]
    charges: dict[str, tuple[Charged, ...]]
    resume: datetime | None

    def of(self, dataset: str) -> Forecast:
        return next(forecast for forecast in self.datasets if forecast.dataset == dataset)


def forecast(entries: Sequence[Entry], contracts: Sequence[Contract], now: datetime) -> Outlook:
    """What `contracts`, all of the deployment's, may expect of a sound book at `now` (see `Ledger.sound`)."""
    regular = [contract for contract in contracts if contract.refresh.refit in CALENDARS]
    run = _Rehearsal(entries, contracts, now).play(regular)
    found: list[Forecast] = []
    for contract in contracts:
        mine = run if contract in regular else _Rehearsal(entries, contracts, now).play([_every_night(contract)])
        refused = run.refused.get(contract.name)
        found.append(
            Forecast(
                contract.name,
                contract.population,
                contract.refresh.refit,
                cost(contract),
                None if refused is None else date_of(contract.refresh, refused[0]),
                None if refused is None else refused[1],
                sum(c.dataset == contract.name and c.when <= now + YEAR for c in mine.granted[contract.population]),
                _past(entries, contract, now),
                _signed(entries, contract),
            )
        )
    return Outlook(now, tuple(found), {name: tuple(charged) for name, charged in run.granted.items()}, run.resume)


def cost(contract: Contract) -> Charge:
    """What one refit of it charges."""
    charge = price.charge(contract)
    return Charge(charge.nano_rho, charge.atto_delta)


def limits_ahead(entries: Sequence[Entry], contracts: Iterable[Contract], population: str) -> list[Limit]:
    """Every cap that counts charges of the population once the deployment's contracts are all signed: theirs, and
    those that datasets outside the deployment left in force."""
    ours = [contract for contract in contracts if contract.population == population]
    names = {contract.name for contract in contracts}
    others = Force(entry for entry in entries if entry.dataset not in names)
    return others.limits(population, [limit for contract in ours for limit in limits_of(contract)])


class _Rehearsal:
    """The nights to come, played against windows that start as the book's."""

    def __init__(self, entries: Sequence[Entry], contracts: Sequence[Contract], now: datetime) -> None:
        self.now, self.last = now, entries[-1].when if entries else None
        self.paid = {contract.name: _paid(entries, contract) for contract in contracts}
        self.windows = {
            population: [
                _Window(balance(entries, population, limit, now))
                for limit in limits_ahead(entries, contracts, population)
            ]
            for population in {contract.population for contract in contracts}
        }
        self.refused: dict[str, tuple[datetime, Limit]] = {}
        self.granted: dict[str, list[Charged]] = {population: [] for population in self.windows}
        self.resume: datetime | None = None

    def play(self, contracts: Sequence[Contract]) -> "_Rehearsal":
        costs = {contract.name: cost(contract) for contract in contracts}
        for when, contract in merge(*map(self._nights, contracts), key=lambda night: night[0]):
            paid, refresh = self.paid[contract.name], contract.refresh
            if paid is not None and period_of(refresh, paid) == period_of(refresh, when):
                continue
            if self.last is not None and when > self.last + LEAP:  # the person's word is an entry, too
                self.resume, self.last = self.resume or when, when
            charged = Charged(when, contract.name, costs[contract.name])
            windows = [w for w in self.windows[contract.population] if w.limit.dataset in (None, contract.name)]
            full = next((window.limit for window in windows if not window.holds(charged)), None)
            if full is not None:
                self.refused.setdefault(contract.name, (when, full))
                continue
            for window in windows:
                window.add(charged)
            self.granted[contract.population].append(charged)
            self.paid[contract.name] = self.last = when
        return self

    def _nights(self, contract: Contract) -> Iterator[tuple[datetime, Contract]]:
        refresh = contract.refresh
        return ((when, contract) for when in nights(refresh.schedule, refresh.timezone, self.now, self.now + HORIZON))


class _Window:
    """What one cap counts, as time goes on."""

    def __init__(self, start: Balance) -> None:
        self.limit = start.limit
        self._charges: deque[Charged] = deque()
        self._nano_rho, self._atto_delta, self._events = 0, 0, Counter[str]()
        for charged in start.charges:
            self.add(charged)

    def holds(self, next_: Charged) -> bool:
        if self.limit.cap.per == "year":
            while self._charges and self._charges[0].when <= next_.when - YEAR:
                self._count(self._charges.popleft().charge, -1)
        spent = Sum(self._nano_rho, self._atto_delta, tuple((+self._events).items()))
        return spent.plus(next_.charge).within(self.limit.cap.epsilon, self.limit.delta)

    def add(self, charged: Charged) -> None:
        self._charges.append(charged)
        self._count(charged.charge, 1)

    def _count(self, charge: Charge, times: int) -> None:
        self._nano_rho += times * charge.nano_rho
        self._atto_delta += times * charge.atto_delta
        if charge.event:
            self._events[charge.event] += times


def _every_night(contract: Contract) -> Contract:
    """The same, asking for a refit as often as anything could start one."""
    return contract.model_copy(update={"refresh": contract.refresh.model_copy(update={"refit": "nightly"})})


def _paid(entries: Sequence[Entry], contract: Contract) -> datetime | None:
    """The moment of the newest refit that was stored; None without one. What a crash left is charged again."""
    stored = {entry.reservation for entry in entries if entry.kind == "commit" and entry.dataset == contract.name}
    newest = next((entry for entry in reversed(entries) if entry.seq in stored), None)
    return None if newest is None else newest.when


def _past(entries: Sequence[Entry], contract: Contract, now: datetime) -> tuple[date, ...]:
    mine = (e for e in entries if e.kind == "reserve" and e.dataset == contract.name and e.when > now - YEAR)
    return tuple(date_of(contract.refresh, entry.when) for entry in mine)


def _signed(entries: Sequence[Entry], contract: Contract) -> bool:
    try:
        is_first(entries, contract)
    except ApprovalError:
        return False
    return True
