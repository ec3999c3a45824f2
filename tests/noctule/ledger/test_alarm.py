"""The alarm tells the fullest cap, and what is left of it."""

import pytest

from noctule.contract.model import Cap
from noctule.ledger import Ledger
from noctule.ledger.alarm import alarm
from noctule.ledger.forecast import forecast
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, Reserve, contract

CAP = rho_of(3.0, DELTA)


@pytest.mark.parametrize(
    ("percent", "level", "warns"),
    [(49, 0.0, False), (51, 0.5, False), (79, 0.5, False), (81, 0.8, True), (96, 0.95, True), (100, 0.95, True)],
)
def test_levels(ledger: Ledger, reserve: Reserve, percent: int, level: float, warns: bool) -> None:
    reserve(ledger, CAP * percent // 100)
    found = alarm(ledger.balances(contract()))
    assert (found.level, found.warns, found.used) == (level, warns, pytest.approx(percent / 100, abs=1e-6))


def test_the_fullest_cap_speaks(ledger: Ledger, reserve: Reserve) -> None:
    mine = Cap(epsilon=1.0, per="lifetime", of="dataset")
    terms = {"cap": (Cap(epsilon=3.0, per="year"), mine), "epsilon": 0.5}
    reserve(ledger, rho_of(1.0, DELTA) * 9 // 10, **terms)
    entries, now = ledger.sound()
    found = alarm(ledger.balances(contract(**terms)))
    assert found.limit.cap == mine
    words = found.words(forecast(entries, [contract(**terms)], now).of("patients"))
    assert words.startswith("80% alarm: 90.0% of the cap is used (epsilon 1 per lifetime of dataset patients")
    assert f"left {found.left:.3g} for one further charge; forecast date: refused on 2026-03-02" in words


def test_a_cap_that_approximate_parts_used_up_is_full(ledger: Ledger, reserve: Reserve) -> None:
    reserve(ledger, 1000, atto_delta=10**9)
    ledger.approve(contract(delta=1e-10), who="officer", why="a finer delta")
    assert alarm(ledger.balances(contract(delta=1e-10))).used == 1.0
