"""The account that `noctule ledger show` prints."""

import json

import pytest

from noctule.contract.model import Cap
from noctule.errors import LedgerError
from noctule.ledger import Ledger
from noctule.ledger.statement import statement
from noctule.mechanisms.accounting import NANO, epsilon_of, rho_of
from tests.noctule.ledger.conftest import DELTA, FOREVER, YEARLY, Clock, Reserve

NIGHT = rho_of(1.0, DELTA)


def money(nano_rho: int) -> dict[str, float]:
    return {"epsilon": epsilon_of(nano_rho, DELTA), "rho": nano_rho / NANO, "nano_rho": nano_rho}


def test_no_ledger_is_an_empty_statement(ledger: Ledger) -> None:
    empty = statement(ledger)
    assert (empty["entries"], empty["head"], empty["populations"]) == (0, "0" * 64, [])
    assert not ledger.path.exists()


def test_each_population_has_its_account(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(NIGHT)
    clock.forward(days=200)
    ledger.commit(reserve(2 * NIGHT), {})
    clock.forward(days=200)
    reserve(NIGHT, population="hospital-b", cap=FOREVER)
    shown = json.loads(json.dumps(statement(ledger)))
    cap = rho_of(3.0, DELTA)
    assert shown["populations"][0] == {
        "population": "hospital-a",
        "charges": 2,
        "open": 1,
        "cap": {**money(cap), "epsilon": 3.0, "per": "year"},
        "delta": DELTA,
        "spent": money(2 * NIGHT),
        "spent_lifetime": money(3 * NIGHT),
        "spent_delta": 0.0,
        "left": money(cap - 2 * NIGHT),
        "next_return": "2027-09-17T02:30:00.000000+00:00",
    }
    assert shown["entries"] == 4 and shown["head"] == ledger.head()
    assert [(one["population"], one["next_return"] is None) for one in shown["populations"]] == [
        ("hospital-a", False),
        ("hospital-b", True),
    ]


def test_the_policy_in_force_replaces_the_recorded_one(ledger: Ledger, reserve: Reserve) -> None:
    reserve(NIGHT)
    shown = statement(ledger, {"hospital-a": (Cap(epsilon=0.5, per="year"), 1e-9), "new": (YEARLY, DELTA)})
    first, second = shown["populations"]
    assert first["delta"] == 1e-9 and first["left"]["nano_rho"] == 0
    assert second["charges"] == 0 and second["left"] == money(rho_of(3.0, DELTA)) and second["next_return"] is None


def test_a_damaged_ledger_has_no_statement(ledger: Ledger, reserve: Reserve) -> None:
    reserve(NIGHT)
    ledger.path.write_bytes(b"x" * 5000)
    with pytest.raises(LedgerError):
        statement(ledger)


def test_what_thresholded_releases_took_of_delta_is_shown(ledger: Ledger, reserve: Reserve) -> None:
    reserve(NIGHT, atto_delta=10**9)
    (shown,) = statement(ledger)["populations"]
    assert shown["spent_delta"] == 1e-9 and shown["spent"]["epsilon"] == epsilon_of(NIGHT, DELTA - 1e-9)
    shown = statement(ledger, {"hospital-a": (YEARLY, 1e-10)})["populations"][0]
    assert shown["spent"]["epsilon"] is None and shown["left"]["nano_rho"] == 0
