"""Bounds of a draft are wider than the data, and round."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.contract.outward import outward


@pytest.mark.parametrize(
    ("low", "high", "lower", "upper"),
    [
        ("17", "90", "10", "100"),
        ("0", "3", "0", "5"),
        ("-9000", "1327000", "-10000", "2000000"),
        ("0.034", "0.21", "0.02", "0.5"),
        ("-17", "-3", "-20", "-2"),
        ("7", "7", "5", "10"),
        ("0", "0", "0", "1"),
        ("500", "500", "500", "1000"),
        ("1e-9", "1e12", "1e-9", "1e12"),
    ],
)
def test_to_the_next_1_2_or_5(low: str, high: str, lower: str, upper: str) -> None:
    found = outward(Decimal(low), Decimal(high), rare_low=False, rare_high=False)
    assert found == (Decimal(lower), Decimal(upper))


def test_a_rare_extreme_that_is_round_itself_is_not_kept() -> None:
    assert outward(Decimal(50), Decimal(500), rare_low=True, rare_high=True) == (20, 1000)
    assert outward(Decimal(-500), Decimal(-50), rare_low=True, rare_high=True) == (-1000, -20)
    assert outward(Decimal(100), Decimal(100), rare_low=True, rare_high=True) == (50, 200)


decimals = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, places=4)


@settings(max_examples=300, deadline=None)
@given(decimals, decimals, st.booleans(), st.booleans())
def test_always_outward_and_of_the_form(a: Decimal, b: Decimal, rare_low: bool, rare_high: bool) -> None:
    low, high = min(a, b), max(a, b)
    lower, upper = outward(low, high, rare_low=rare_low, rare_high=rare_high)
    assert lower <= low <= high <= upper and lower < upper
    for bound in (lower, upper):
        assert bound == 0 or bound.normalize().as_tuple().digits in ((1,), (2,), (5,))
    assert not (rare_low and low == lower != 0) and not (rare_high and high == upper != 0)
