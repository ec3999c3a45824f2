"""What a purchase may cost is fixed by the contract."""

from collections.abc import Callable

import pytest

from noctule.contract import Contract
from noctule.mechanisms.accounting import epsilon_of, rho_of
from noctule.purchase.price import affordable, charge, shares, shopping

Make = Callable[..., Contract]
INCOME = {"name": "income", "type": "number", "bounds": [0, 10**6]}
SEX = {"name": "sex", "type": "category", "categories": ["f", "m"]}
JOB = {"name": "job", "type": "category", "domain_source": "dp_estimated"}
DAY = {"name": "day", "type": "date", "domain_source": "dp_estimated"}


@pytest.mark.parametrize(
    ("column", "searched"),
    [
        (INCOME, True),
        ({**INCOME, "atoms": [0]}, False),
        ({**INCOME, "atoms": []}, False),
        ({"name": "age", "type": "integer", "bounds": [0, 99]}, False),  # a code each: an atom gains nothing
        ({"name": "age", "type": "integer", "bounds": [0, 99], "bins": 20}, True),
        ({"name": "age", "type": "integer", "bounds": [0, 99], "bins": 20, "atoms": "auto"}, True),
        ({"name": "points", "type": "integer", "bounds": [0, 501], "bins": 20, "special": {"N": "none"}}, True),
    ],
)
def test_atoms_are_sought_where_a_bin_could_hide_them(make_contract: Make, column: dict, searched: bool) -> None:
    assert bool(shopping(make_contract([column, SEX]))) == searched


def test_a_contract_that_leaves_nothing_open_pays_nothing_of_delta(make_contract: Make) -> None:
    plain = charge(make_contract([SEX]))
    assert (plain.nano_rho, plain.atto_delta) == (rho_of(1.0, 1e-6), 0)


def test_the_approximate_part_is_taken_off_delta_first(make_contract: Make) -> None:
    """(rho-zCDP but for delta_p) is (epsilon, delta)-DP when rho-zCDP is (epsilon, delta - delta_p)-DP."""
    contract = make_contract([INCOME, SEX])
    cost = charge(contract)
    assert cost.delta == 1e-9 and epsilon_of(cost.nano_rho, 1e-6 - cost.delta) <= 1.0
    assert cost.nano_rho == pytest.approx(rho_of(1.0, 1e-6), rel=1e-3)  # it costs nearly nothing
    assert charge(make_contract([DAY])).atto_delta == 0  # years are on a public grid: no threshold


def test_shares_are_small_and_bounded(make_contract: Make) -> None:
    one = shares(make_contract([INCOME, JOB]), 10**7)
    assert one == {"income": 80_000, "job": 100_000}
    many = shares(make_contract([{**INCOME, "name": f"i{i}"} for i in range(40)]), 10**7)
    assert sum(many.values()) <= 400_000
    open_ones = shares(make_contract([{**JOB, "name": f"j{i}"} for i in range(40)]), 10**7)
    assert sum(open_ones.values()) <= 1_500_000


def test_an_epsilon_too_small_to_split_is_known_beforehand(make_contract: Make) -> None:
    budget = {"epsilon": 0.002, "delta": 1e-6, "cap": {"epsilon": 1, "per": "year"}}
    assert affordable(make_contract([INCOME])) and not affordable(make_contract([INCOME], privacy=budget))
