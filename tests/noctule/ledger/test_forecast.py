"""The forecast, held against a real ledger that lives through it."""

import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from noctule.contract import Contract
from noctule.contract.model import Cap
from noctule.cron import nights
from noctule.errors import BudgetError, LedgerError
from noctule.ledger import Ledger
from noctule.ledger.balance import YEAR
from noctule.ledger.forecast import HORIZON, Outlook, cost, forecast
from tests.contracts import contract_of
from tests.noctule.ledger.conftest import Clock, Place, zcdp

AGE = {"name": "age", "type": "integer", "bounds": [0, 110]}
BERLIN = "Europe/Berlin"
DAYS = 420  # a little more than the window


def dataset(
    name: str, epsilon: float, refit: str = "nightly", schedule: str = "30 2 * * *", *caps: Cap, **keys: Any
) -> Contract:
    stated = [cap.model_dump() for cap in caps or (Cap(epsilon=3.0, per="year"),)]
    return contract_of(
        [AGE],
        name=name,
        privacy={"epsilon": epsilon, "delta": 1e-6, "cap": stated},
        refresh={"schedule": schedule, "timezone": BERLIN, "refit": refit},
        **keys,
    )


class Life:
    """Nights as they come: a refit for each period, and a person who vouches for the clock when the ledger asks."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger, self.clock = ledger, clock
        self.paid: dict[str, object] = {}
        self.asked: datetime | None = None

    def night(self, contract: Contract) -> bool:
        """Whether it was charged. Raises BudgetError."""
        if self.paid.get(contract.name) == period(contract, self.clock.now):
            return False
        nano_rho, atto_delta, _ = cost(contract)
        charge = {"event": zcdp(nano_rho), "nano_rho": nano_rho, "atto_delta": atto_delta}
        try:
            held = self.ledger.reserve(contract, key="k", **charge)
        except LedgerError:
            self.asked = self.asked or self.clock.now
            self.ledger.resume(who="tester", why="time passes")
            held = self.ledger.reserve(contract, key="k", **charge)
        self.ledger.commit(held, {})
        self.paid[contract.name] = period(contract, self.clock.now)
        return True

    def through(self, contracts: list[Contract], days: int) -> dict[str, tuple[date | None, int]]:
        """Every night of `days`, with no help of the forecast: the first date refused, and the refits of a year."""
        start = self.clock.now
        found: dict[str, tuple[date | None, int]] = {contract.name: (None, 0) for contract in contracts}
        todo = [
            (when, contract)
            for contract in contracts
            for when in nights(contract.refresh.schedule, BERLIN, start, start + timedelta(days=days))
        ]
        for self.clock.now, contract in sorted(todo, key=lambda night: night[0]):
            refused, count = found[contract.name]
            try:
                count += self.night(contract) and self.clock.now <= start + YEAR
            except BudgetError:
                refused = refused or self.clock.now.astimezone(ZoneInfo(BERLIN)).date()
            found[contract.name] = refused, count
        return found


def period(contract: Contract, when: datetime) -> object:
    day = when.astimezone(ZoneInfo(BERLIN)).date()
    return {"nightly": day, "weekly": day.isocalendar()[:2], "monthly": (day.year, day.month)}[contract.refresh.refit]


CADENCES = [
    ("weekly", "30 2 * * *"),
    ("monthly", "0 23 * * *"),
    ("nightly", "15 2 * * 1,4"),
    ("nightly", "0 5 1 */2 *"),
]


@settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    epsilons=st.tuples(st.floats(0.25, 1.2), st.floats(0.25, 1.2)),
    cadences=st.tuples(st.sampled_from(CADENCES), st.sampled_from(CADENCES)),
    caps=st.sampled_from([(3.0, "year", 50.0), (4.0, "lifetime", 50.0), (4.0, "year", 1.5)]),
    past=st.integers(0, 6),
    bought=st.booleans(),
)
def test_a_ledger_refuses_on_the_very_date(
    epsilons: tuple[float, float],
    cadences: tuple[tuple[str, str], tuple[str, str]],
    caps: tuple[float, Any, float],
    past: int,
    bought: bool,
) -> None:
    """Two datasets of one population over 500 nights, after a past of some refits."""
    population, per, own = caps
    stated = (Cap(epsilon=population, per=per), Cap(epsilon=own, per="year", of="dataset"))
    contracts = [
        dataset(name, epsilon, *cadence, *stated)
        for name, epsilon, cadence in zip(("one", "two"), epsilons, cadences, strict=True)
    ]
    if bought:  # atoms: the charge then takes a part of delta, too
        income = {"name": "income", "type": "number", "bounds": [0, 100], "bins": 4, "step": 1, "atoms": "auto"}
        contracts[1] = Contract.model_validate({**contracts[1].model_dump(by_alias=True), "columns": [income]})
    clock = Clock()
    with TemporaryDirectory() as folder:
        life = Life(ledger := Ledger(Path(folder) / "ledger.db", now=clock), clock)
        for number in range(past):
            with suppress(BudgetError):
                life.night(contracts[number % 2])
            clock.forward(days=9, hours=5)
        entries, now = ledger.sound()
        ahead = forecast(entries, contracts, now)
        seen = life.through(contracts, days=DAYS)
    for name, (refused, refits) in seen.items():
        told = ahead.of(name)
        within = told.refused if told.refused and told.refused <= clock.now.date() else None
        assert (within, told.refits) == (refused, refits), name
    within = ahead.resume if ahead.resume and ahead.resume <= clock.now else None
    assert within == life.asked


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def ahead(*contracts: Contract) -> Outlook:
    return forecast([], contracts, NOW)


def test_the_date_and_the_cap_are_told() -> None:
    told = ahead(dataset("one", 1.0)).of("one")
    assert (told.refused, told.refits, told.calendar) == (date(2026, 12, 1), 7, True)
    assert told.by is not None and told.by.words() == "epsilon 3 per year of the population, at delta 1e-06"
    assert told.words == "refused on 2026-12-01"


def test_budget_that_returns_makes_a_cap_last() -> None:
    """Weekly refits at epsilon .35: 53 of them fit into epsilon 3, and no more are ever in a window."""
    told = ahead(dataset("one", 0.35, "weekly"))
    assert (told.of("one").refused, told.of("one").words, told.of("one").refits) == (None, "lasts", 53)
    assert len(told.charges["testers"]) == pytest.approx(HORIZON.days / 7, abs=1)
    assert told.resume is None


def test_a_lifetime_cap_ends_in_time() -> None:
    yearly, forever = dataset("one", 0.35, "weekly"), Cap(epsilon=4.0, per="lifetime")
    told = ahead(dataset("one", 0.35, "weekly", "30 2 * * *", *yearly.privacy.caps, forever)).of("one")
    assert told.refused is not None and date(2028, 1, 1) < told.refused < date(2029, 1, 1)
    assert told.by is not None and told.by.cap == forever


def test_datasets_of_a_population_share_and_others_do_not() -> None:
    alone = ahead(dataset("one", 0.5)).of("one")
    other = dataset("two", 0.5, population="others")
    assert ahead(dataset("one", 0.5), other).of("one") == alone
    both = ahead(dataset("one", 0.5), dataset("two", 0.5))
    assert both.of("one").refits + both.of("two").refits == alone.refits
    assert both.of("one").refused is not None and alone.refused is not None
    assert both.of("one").refused < alone.refused


@pytest.mark.parametrize("refit", ["on_drift"])
def test_without_a_calendar_the_cap_alone_is_told(refit: str) -> None:
    drifting = dataset("two", 1.0, refit)
    told = ahead(dataset("one", 0.35, "weekly"), drifting)
    assert told.of("one") == ahead(dataset("one", 0.35, "weekly")).of("one")
    assert (told.of("two").refused, told.of("two").calendar) == (None, False)
    assert told.of("two").words == "at most 7 refits in a year"


def test_the_period_that_is_paid_is_not_paid_again(place: Place) -> None:
    """And the same contract with other terms waits for a signature, under the caps that it will bring."""
    clock, monthly = Clock(), dataset("one", 1.0, "monthly")
    ledger = Ledger(place, now=clock)
    Life(ledger, clock).night(monthly)
    entries, now = ledger.sound()
    told = forecast(entries, [monthly], now)
    assert told.charges["testers"][0].when.date() == date(2026, 4, 1)
    assert (told.of("one").past, told.of("one").signed) == ((date(2026, 3, 1),), True)
    wider = dataset("one", 1.0, "monthly", "30 2 * * *", Cap(epsilon=4.0, per="year"))
    unsigned = forecast(entries, [wider], now).of("one")
    assert not unsigned.signed and unsigned.refits > told.of("one").refits


def test_a_dataset_that_is_gone_keeps_its_charges_and_caps(place: Place) -> None:
    clock = Clock()
    ledger = Ledger(place, now=clock)
    Life(ledger, clock).night(dataset("gone", 0.5, "nightly", "30 2 * * *", Cap(epsilon=1.0, per="year")))
    entries, now = ledger.sound()
    told = forecast(entries, [dataset("one", 0.4)], now).of("one")
    assert told.by is not None and told.by.cap.epsilon == 1.0
    assert (
        told.refits < ahead(dataset("one", 0.4, "nightly", "30 2 * * *", Cap(epsilon=1.0, per="year"))).of("one").refits
    )


def test_a_silence_asks_for_a_word() -> None:
    told = ahead(dataset("one", 0.1, "nightly", "0 4 1 */2 *"))
    assert told.resume == datetime(2027, 3, 1, 3, 0, tzinfo=UTC)


def test_twenty_nightly_datasets_are_quick() -> None:
    contracts = [dataset(f"d{number}", 0.1, population=f"p{number % 3}") for number in range(20)]
    before = time.process_time()
    ahead(*contracts)
    assert time.process_time() - before < 4
