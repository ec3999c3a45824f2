"""Composition held against dp-accounting, and charges that are no zCDP."""

import math

import dp_accounting
import pytest
from dp_accounting.rdp import RdpAccountant
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.errors import BudgetError, LedgerError
from noctule.ledger import Ledger
from noctule.ledger.compose import ORDERS, Charge, composed
from noctule.ledger.entry import canonical
from noctule.ledger.events import dp_event, rho_of_event
from noctule.mechanisms.accounting import epsilon_of, rho_of
from tests.noctule.ledger.conftest import DELTA, Clock, Reserve, contract

GAUSSIAN = {"name": "GaussianDpEvent", "noise_multiplier": 2.877}
SAMPLED = {"name": "PoissonSampledDpEvent", "sampling_probability": 500 / 24_000, "event": GAUSSIAN}
DP_SGD = {"name": "SelfComposedDpEvent", "event": SAMPLED, "count": 960}
RELATION = dp_accounting.NeighboringRelation.ADD_OR_REMOVE_ONE


def accountant(*events: dp_accounting.DpEvent) -> RdpAccountant:
    found = RdpAccountant(ORDERS, RELATION)
    for event in events:
        found.compose(event)
    return found


def test_events_are_those_of_dp_accounting() -> None:
    whole = {"name": "ComposedDpEvent", "events": [DP_SGD, {"name": "ZCDpEvent", "rho": 0.03}]}
    gaussian = dp_accounting.GaussianDpEvent(2.877)
    sampled = dp_accounting.PoissonSampledDpEvent(500 / 24_000, gaussian)
    expected = [dp_accounting.SelfComposedDpEvent(sampled, 960), dp_accounting.ZCDpEvent(0.03)]
    assert dp_event(whole) == dp_accounting.ComposedDpEvent(expected)
    assert rho_of_event(whole) is None and rho_of_event(GAUSSIAN) == 0.5 / 2.877**2
    twice = {"name": "SelfComposedDpEvent", "event": {"name": "ComposedDpEvent", "events": [GAUSSIAN]}, "count": 2}
    assert rho_of_event(twice) == 1 / 2.877**2


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "ZCDpEvent",
        {},
        {"name": "ZCDpEvent"},
        {"name": "ZCDpEvent", "rho": "0.1"},
        {"name": "ZCDpEvent", "rho": True},
        {"name": "ZCDpEvent", "rho": math.nan},
        {"name": "ZCDpEvent", "rho": -1.0},
        {"name": "ZCDpEvent", "rho": 0.1, "xi": 0.2},
        {"name": "GaussianDpEvent", "noise_multiplier": 0},
        {"name": "NonPrivateDpEvent"},
        {"name": "__import__", "event": "os"},
        {"name": "ComposedDpEvent", "events": []},
        {"name": "SelfComposedDpEvent", "event": GAUSSIAN, "count": 0},
        {"name": "SelfComposedDpEvent", "event": GAUSSIAN, "count": 2.0},
        {"name": "SelfComposedDpEvent", "event": {}, "count": 2},
        {"name": "PoissonSampledDpEvent", "sampling_probability": 1.5, "event": GAUSSIAN},
        {"name": "PoissonSampledDpEvent", "sampling_probability": 0.5, "event": SAMPLED},
        {"name": "PoissonSampledDpEvent", "sampling_probability": 0.5, "event": GAUSSIAN, "also": 1},
    ],
)
def test_an_event_that_nobody_can_account_for_is_refused(event: object) -> None:
    with pytest.raises(LedgerError, match="none that can be accounted for"):
        rho_of_event(event)


@given(st.integers(10_000, 10**10), st.sampled_from([1e-5, 1e-6, 1e-9]))
@settings(max_examples=60, deadline=None)
def test_rdp_on_fine_orders_gives_the_zcdp_numbers(nano_rho: int, delta: float) -> None:
    """To 1e-3 of epsilon (or of 1), and never smaller: the grid of orders only over-states."""
    exact, grid = epsilon_of(nano_rho, delta), accountant(dp_accounting.ZCDpEvent(nano_rho / 1e9)).get_epsilon(delta)
    assert exact - 1e-9 <= grid <= exact + 1e-3 * max(exact, 1)


def test_a_mixed_population_is_what_dp_accounting_says(delta: float = DELTA) -> None:
    event, night = canonical(DP_SGD), rho_of(0.5, delta)
    total = composed([Charge(night), Charge(0, 0, event), Charge(night), Charge(0, 0, event)])
    expected = accountant(dp_accounting.ZCDpEvent(2 * night / 1e9), dp_event(DP_SGD), dp_event(DP_SGD)).get_epsilon(
        delta
    )
    assert expected <= total.epsilon(delta) <= expected * (1 + 1e-6)
    assert total.plus(Charge(night)).epsilon(delta) > total.epsilon(delta)
    room = total.room(4.0, delta)
    assert total.plus(Charge(room)).within(4.0, delta) and not total.plus(Charge(room + 1)).within(4.0, delta)
    shrunk = composed([Charge(0, round(delta * 5e17), event)])
    assert shrunk.epsilon(delta) == pytest.approx(accountant(dp_event(DP_SGD)).get_epsilon(delta / 2), rel=1e-6)
    assert composed([Charge(0, 10**18, event)]).epsilon(delta) == math.inf


def test_dp_sgd_is_charged_by_its_curve(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    """Two such nights come to 1.41, not 2.06: a curve composes better than its epsilons add up."""
    ledger.commit(ledger.reserve(contract(), key="k", event=DP_SGD), {})
    clock.forward(days=1)
    ledger.reserve(contract(), key="k", event=DP_SGD)
    now = ledger.balances(contract())[0]
    expected = accountant(dp_event(DP_SGD), dp_event(DP_SGD)).get_epsilon(DELTA)
    assert now.epsilon_spent == pytest.approx(expected, rel=1e-6) and expected < 1.6
    assert ledger.spent("hospital-a", "year") == 0
    reserve(ledger, now.left_nano_rho)
    for more in ({"event": DP_SGD}, {"event": {"name": "ZCDpEvent", "rho": 1e-5}, "nano_rho": 10_000}):
        with pytest.raises(BudgetError, match=r"enough budget returns on 2027-03-0[12]"):
            ledger.reserve(contract(), key="k", **more)
    assert ledger.verify() == []


def test_what_is_zcdp_is_never_charged_by_curve_nor_the_other_way(ledger: Ledger) -> None:
    for words in ({"event": GAUSSIAN}, {"event": DP_SGD, "nano_rho": 5}, {"event": GAUSSIAN, "nano_rho": 60_000_000}):
        with pytest.raises(LedgerError, match="does not match its event"):
            ledger.reserve(contract(), key="k", **words)
    ledger.reserve(contract(), key="k", event=GAUSSIAN, nano_rho=math.ceil(0.5e9 / 2.877**2))
