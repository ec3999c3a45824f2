"""The tap: what was drawn must be what was charged, to the nano-rho."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.errors import LedgerError
from noctule.mechanisms.tap import Draw, NoiseTap


def _tap(*costs: float) -> NoiseTap:
    tap = NoiseTap()
    for cost in costs:
        tap.record(Draw("test", 1.0, 1.0, cost))
    return tap


@settings(max_examples=100, deadline=None)
@given(charge=st.integers(1, 10**12), parts=st.lists(st.floats(0.01, 1), min_size=1, max_size=200))
def test_a_charge_split_in_floats_sums_to_itself(charge: int, parts: list[float]) -> None:
    whole = math.fsum(parts)
    _tap(*(charge / 1e9 * part / whole for part in parts)).require_equal(charge)


def test_a_budget_that_was_not_split_is_found() -> None:
    with pytest.raises(LedgerError, match="60000000 nano-rho, the charge was 30000000"):
        _tap(0.03, 0.03).require_equal(30_000_000)


def test_a_draw_left_out_is_found() -> None:
    with pytest.raises(LedgerError):
        _tap(0.02).require_equal(30_000_000)


def test_a_fraction_of_a_nano_rho_rounds_up() -> None:
    assert _tap(0.3e-9).nano_rho == 1
    assert _tap().nano_rho == 0


@pytest.mark.parametrize("cost", [math.nan, math.inf, -1.0])
def test_a_draw_without_a_finite_cost_is_refused(cost: float) -> None:
    with pytest.raises(LedgerError):
        _tap(cost)


def test_events_are_plain_json() -> None:
    assert _tap(0.5).events() == [{"mechanism": "test", "sensitivity": 1.0, "scale": 1.0, "rho": 0.5, "delta": 0.0}]


def test_the_approximate_parts_may_not_pass_what_was_charged() -> None:
    tap = NoiseTap([Draw("gaussian_threshold", 1.0, 1.0, 0.5, delta=1e-9) for _ in range(3)])
    tap.require_equal(500_000_000 * 3, atto_delta=3 * 10**9)
    with pytest.raises(LedgerError, match="fail with probability 3e-09, the charge allows 2e-09"):
        tap.require_equal(500_000_000 * 3, atto_delta=2 * 10**9)
    with pytest.raises(LedgerError):
        tap.record(Draw("gaussian_threshold", 1.0, 1.0, 0.5, delta=1.0))
