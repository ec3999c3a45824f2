"""Whose word a charge needs, and whose caps hold it."""

import pytest

from noctule.contract.model import Cap
from noctule.errors import ApprovalError, BudgetError
from noctule.ledger import Ledger
from noctule.mechanisms.accounting import rho_of
from tests.noctule.ledger.conftest import DELTA, Clock, Reserve, contract, zcdp

NIGHT, CAP = rho_of(1.0, DELTA), rho_of(3.0, DELTA)
STRICT, LAX = Cap(epsilon=2.0, per="year"), Cap(epsilon=5.0, per="year")


def charge(ledger: Ledger, nano_rho: int = 10, **terms: object) -> None:
    ledger.reserve(contract(**terms), key="k", event=zcdp(nano_rho), nano_rho=nano_rho)  # type: ignore[arg-type]


def test_the_first_contract_is_recorded_by_itself(ledger: Ledger) -> None:
    ledger.require_approved(contract())
    assert ledger.entries() == []
    charge(ledger)
    charge(ledger)
    first = ledger.entries()[0]
    assert [entry.kind for entry in ledger.entries()] == ["approve", "reserve", "reserve"]
    assert (first.population, first.dataset, first.key) == ("hospital-a", "patients", contract().approval_digest())
    assert first.detail["why"] == "first run" and first.detail["who"] and first.detail["standing"]
    assert first.nano_rho == 0 and first.detail["terms"]["epsilon"] == "1.0"


def test_a_later_change_waits_for_a_person(ledger: Ledger) -> None:
    charge(ledger)
    changed = contract(epsilon=2.0, cap=LAX)
    for use in (
        lambda: ledger.require_approved(changed),
        lambda: ledger.require_headroom(changed, event=zcdp(1), nano_rho=1),
        lambda: charge(ledger, epsilon=2.0, cap=LAX),
    ):
        with pytest.raises(ApprovalError) as refused:
            use()
    assert str(refused.value) == (
        "patients: the contract changed, and nobody has approved it\n"
        "  - epsilon: 1.0 becomes 2.0\n"
        "  - caps: epsilon 3.0 per year of the population becomes epsilon 5.0 per year of the population\n"
        '  fix: have the privacy officer read this, and run: noctule approve patients --why "..."'
    )
    assert refused.value.exit_code == 6 and len(ledger.entries()) == 2
    assert ledger.changes(changed)[0] == "epsilon: 1.0 becomes 2.0"
    assert ledger.approve(changed, who="officer", why="a wider study")
    assert not ledger.approve(changed, who="officer", why="again")
    charge(ledger, epsilon=2.0, cap=LAX)
    approve = ledger.entries()[2]
    assert approve.detail["changes"] == [
        "epsilon: 1.0 becomes 2.0",
        "caps: epsilon 3.0 per year of the population becomes epsilon 5.0 per year of the population",
    ]
    assert ledger.verify() == []


def test_going_back_needs_a_word_too(ledger: Ledger) -> None:
    charge(ledger)
    ledger.approve(contract(epsilon=2.0), who="officer", why="more")
    with pytest.raises(ApprovalError, match=r"2\.0 becomes 1\.0"):
        charge(ledger)


def test_an_approval_changed_between_the_check_and_the_charge_is_seen(ledger: Ledger) -> None:
    charge(ledger)
    ledger.require_approved(contract())
    ledger.approve(contract(epsilon=2.0), who="officer", why="meanwhile")
    with pytest.raises(ApprovalError):
        charge(ledger)


@pytest.mark.parametrize(
    "looser",
    [
        {"cap": LAX},
        {"cap": Cap(epsilon=3.0, per="year"), "delta": 1e-5},
        {"cap": (Cap(epsilon=9.0, per="lifetime"), Cap(epsilon=1.0, per="year", of="dataset"))},
    ],
)
def test_a_first_contract_that_loosens_what_stands_waits_for_a_person(ledger: Ledger, looser: dict) -> None:
    charge(ledger)
    with pytest.raises(ApprovalError, match="caps stand for population 'hospital-a'"):
        charge(ledger, dataset="visits", **looser)
    assert len(ledger.entries()) == 2
    ledger.approve(contract(dataset="visits", **looser), who="officer", why="agreed")
    charge(ledger, dataset="visits", **looser)


@pytest.mark.parametrize("stricter", [Cap(epsilon=3.0, per="lifetime"), Cap(epsilon=1.0, per="year")])
def test_a_first_contract_that_is_as_strict_needs_nobody(ledger: Ledger, stricter: Cap) -> None:
    charge(ledger)
    charge(ledger, dataset="visits", cap=stricter)
    charge(ledger, dataset="others", population="hospital-b", cap=LAX)


def test_a_laxer_contract_cannot_spend_past_a_stricter_ones_cap(ledger: Ledger) -> None:
    charge(ledger, NIGHT, dataset="visits", cap=STRICT)
    ledger.approve(contract(cap=LAX), who="officer", why="a wider study")
    left = rho_of(2.0, DELTA) - NIGHT
    assert [balance.left_nano_rho for balance in ledger.balances(contract(cap=LAX))] == [
        rho_of(5.0, DELTA) - NIGHT,
        left,
    ]
    with pytest.raises(BudgetError, match="of 2 per year"):
        charge(ledger, left + 1, cap=LAX)
    charge(ledger, left, cap=LAX)
    with pytest.raises(BudgetError):
        charge(ledger, 1, cap=LAX)
    ledger.approve(contract(dataset="visits", cap=LAX), who="officer", why="here, too")
    charge(ledger, 1, cap=LAX)
    assert ledger.verify() == []


def test_a_cap_of_a_dataset_counts_its_own_charges_alone(ledger: Ledger, clock: Clock) -> None:
    caps = (Cap(epsilon=1.0, per="lifetime", of="dataset"), Cap(epsilon=3.0, per="year"))
    charge(ledger, NIGHT, dataset="visits")
    charge(ledger, NIGHT, cap=caps)
    with pytest.raises(BudgetError, match=r"dataset 'patients': .* never: the cap is per lifetime"):
        charge(ledger, 1, cap=caps)
    charge(ledger, NIGHT, dataset="visits")
    with pytest.raises(BudgetError, match="population 'hospital-a'"):
        charge(ledger, CAP - 3 * NIGHT + 1, dataset="visits")
    own = ledger.balances(contract(cap=caps))
    assert [balance.limit.dataset for balance in own] == [None, "patients"]
    assert ledger.verify() == []


def test_a_single_command_keeps_the_nights_as_they_are_approved(ledger: Ledger) -> None:
    charge(ledger)
    once = contract(epsilon=0.5)
    assert ledger.approve(once, who="me", why="noctule train", standing=False)
    charge(ledger, epsilon=0.5)
    charge(ledger)
    assert not ledger.approve(once, who="me", why="noctule train", standing=False)
    assert not ledger.approve(contract(), who="me", why="noctule train", standing=False)
    with pytest.raises(ApprovalError, match="this contract is looser"):
        ledger.approve(contract(cap=LAX), who="me", why="noctule train", standing=False)
    assert ledger.verify() == []


def test_a_dataset_known_by_single_commands_gets_its_first_night(ledger: Ledger, reserve: Reserve) -> None:
    ledger.approve(contract(epsilon=0.5), who="me", why="noctule train", standing=False)
    charge(ledger, epsilon=0.5)
    charge(ledger)
    with pytest.raises(ApprovalError, match=r"1\.0 becomes 0\.7"):
        charge(ledger, epsilon=0.7)
