"""The account that `noctule ledger show` prints."""

import json
from pathlib import Path

import pytest

from noctule.contract.model import Cap
from noctule.errors import LedgerError
from noctule.ledger import Ledger
from noctule.ledger.statement import statement
from noctule.mechanisms.accounting import NANO, epsilon_of, rho_of
from tests.noctule.ledger.conftest import DELTA, FOREVER, Clock, Reserve, contract

NIGHT = rho_of(1.0, DELTA)


def money(nano_rho: int) -> dict[str, float]:
    return {"epsilon": epsilon_of(nano_rho, DELTA), "rho": nano_rho / NANO, "nano_rho": nano_rho}


def test_no_ledger_is_an_empty_statement(ledger: Ledger) -> None:
    empty = statement(ledger)
    assert (empty["entries"], empty["head"], empty["populations"]) == (0, "0" * 64, [])


def test_each_population_has_its_account(ledger: Ledger, reserve: Reserve, clock: Clock) -> None:
    reserve(ledger, NIGHT)
    clock.forward(days=30)
    first = ledger.entries()[0]
    ledger.commit(reserve(ledger, 2 * NIGHT), {})
    clock.now = clock.now.replace(year=2027, month=3, day=10)
    reserve(ledger, NIGHT, population="hospital-b", dataset="others", cap=FOREVER)
    shown = json.loads(json.dumps(statement(ledger)))
    cap = rho_of(3.0, DELTA)
    account, other = shown["populations"]
    assert {key: value for key, value in account.items() if key not in ("caps", "approvals")} == {
        "population": "hospital-a",
        "datasets": ["patients"],
        "charges": 2,
        "open": 1,
    }
    assert account["caps"] == [
        {
            "words": "epsilon 3 per year of the population, at delta 1e-06",
            "epsilon": 3.0,
            "per": "year",
            "of": "population",
            "dataset": None,
            "delta": DELTA,
            "worth": {**money(cap), "epsilon": 3.0},
            "spent": money(2 * NIGHT),
            "spent_lifetime": money(3 * NIGHT),
            "spent_delta": 0.0,
            "left": money(cap - 2 * NIGHT),
            "next_return": "2027-03-31T02:30:00.000000+00:00",
        }
    ]
    approved = {"dataset": "patients", "at": first.at, "who": first.detail["who"], "why": "first run"}
    assert account["approvals"] == [approved]
    assert shown["entries"] == 7 and shown["head"] == ledger.head() and shown["moved_to"] is None
    assert other["population"] == "hospital-b" and other["caps"][0]["next_return"] is None


def test_every_cap_in_force_is_told(ledger: Ledger, reserve: Reserve) -> None:
    mine = Cap(epsilon=1.0, per="lifetime", of="dataset")
    reserve(ledger, NIGHT // 2, cap=(Cap(epsilon=3.0, per="year"), mine))
    reserve(ledger, NIGHT // 2, dataset="visits", cap=Cap(epsilon=2.0, per="year"))
    (account,) = statement(ledger)["populations"]
    assert [(cap["words"], cap["spent"]["nano_rho"]) for cap in account["caps"]] == [
        ("epsilon 3 per year of the population, at delta 1e-06", 2 * (NIGHT // 2)),
        ("epsilon 2 per year of the population, at delta 1e-06", 2 * (NIGHT // 2)),
        ("epsilon 1 per lifetime of dataset patients, at delta 1e-06", NIGHT // 2),
    ]


def test_a_damaged_ledger_has_no_statement(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"x" * 5000)
    with pytest.raises(LedgerError):
        statement(Ledger(tmp_path / "ledger.db"))


def test_what_thresholded_releases_took_of_delta_is_shown(ledger: Ledger, reserve: Reserve) -> None:
    reserve(ledger, NIGHT, atto_delta=10**9)
    (shown,) = statement(ledger)["populations"][0]["caps"]
    assert shown["spent_delta"] == 1e-9 and shown["spent"]["epsilon"] == epsilon_of(NIGHT, DELTA - 1e-9)
    ledger.approve(contract(delta=1e-10), who="officer", why="a finer delta")
    (shown,) = statement(ledger)["populations"][0]["caps"]
    assert shown["spent"]["epsilon"] is None and shown["left"]["nano_rho"] == 0


def test_a_population_whose_dataset_is_named_by_another_ones_contract_stays_in_sight(
    ledger: Ledger, reserve: Reserve
) -> None:
    """As `noctule train` leaves it, when its file is named like a dataset of the deployment."""
    reserve(ledger, NIGHT, population="hospital-a", dataset="patients")
    ledger.approve(contract("patients", "patients"), who="me", why="noctule train", standing=False)
    reserve(ledger, NIGHT, population="patients", dataset="patients")
    _, account = statement(ledger)["populations"]
    (cap,) = account["caps"]
    assert (account["population"], account["charges"], cap["spent"]) == ("patients", 1, money(NIGHT))
