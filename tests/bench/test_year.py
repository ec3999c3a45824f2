"""The year of nights: its tables move as they say, and its policies spend what their calendars fit."""

import math

import numpy as np
import pytest

from bench.year import Tables, Year, recomputed, simulate
from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.engines.shape import Shape
from noctule.mechanisms.accounting import epsilon_of, rho_of
from tests.contracts import contract_of

COLUMNS = [
    {"name": "age", "type": "integer", "bounds": [0, 9]},
    {"name": "income", "type": "category", "categories": ["low", "high"]},
    {"name": "job", "type": "category", "categories": ["a", "b", "c"]},
]


def codes(rows: int = 6000) -> Codes:
    rng = np.random.default_rng(1)
    age = rng.integers(0, 10, rows)
    income, job = rng.random(rows) < age / 12, rng.integers(0, 3, rows)
    return {name: np.asarray(column, np.int32) for name, column in (("age", age), ("income", income), ("job", job))}


def under(refit: str, refits: int) -> Contract:
    """A contract whose cap holds just so many refits."""
    epsilon = math.floor(epsilon_of(rho_of(3.0, 1e-6) // refits, 1e-6) * 1e6) / 1e6
    privacy = {"epsilon": epsilon, "delta": 1e-6, "cap": {"epsilon": 3.0, "per": "year"}}
    return contract_of(COLUMNS, refresh={"refit": refit}, privacy=privacy)


def year(refit: str, refits: int, nights: int, rows: int = 6000) -> Year:
    contract, tables = under(refit, refits), Tables("adult", codes(rows), "none")
    return simulate(contract, Shape.of(Codec(contract)), tables, nights, {1, nights})


def test_without_drift_every_night_has_each_row_once() -> None:
    table, made = Tables("adult", codes(), "none"), codes()
    for name, column in table.of(200, 365).items():
        assert np.bincount(column).tolist() == np.bincount(made[name]).tolist()


def test_a_slow_drift_moves_little_from_night_to_night_and_a_sudden_one_at_once() -> None:
    slow, sudden = (Tables("adult", codes(), drift) for drift in ("slow", "sudden"))
    ages = {night: slow.of(night, 365)["age"].mean() for night in (1, 180, 181, 365)}
    assert ages[365] - ages[1] > 1 > 50 * abs(ages[181] - ages[180])
    before, after = sudden.of(179, 365)["age"].mean(), sudden.of(180, 365)["age"].mean()
    assert after - before > 1


@pytest.mark.parametrize(("refit", "refits", "nights"), [("nightly", 12, 12), ("weekly", 3, 12), ("monthly", 2, 40)])
def test_a_calendar_spends_the_cap_and_no_more(refit: str, refits: int, nights: int) -> None:
    found = year(refit, refits, nights)
    assert len(found.refits) == refits and found.spent == pytest.approx(3.0, abs=1e-4) and found.spent <= 3
    assert set(found.errors) == {1, nights} and max(found.errors.values()) < 0.1


def test_a_watch_over_a_still_table_spends_one_refit() -> None:
    """A drift of 0.03 is allowed; at epsilon 1.6 and 20,000 rows the noise has scales of 0.001: fails once in 10^9."""
    found = year("on_drift", 3, 10, rows=20_000)
    assert found.refits == [1] and found.spent == pytest.approx(under("on_drift", 3).privacy.epsilon, abs=1e-4)


def test_the_recomputation_knows_nothing_of_ours_and_agrees() -> None:
    assert recomputed([rho_of(0.1, 1e-6)] * 365) == pytest.approx(epsilon_of(365 * rho_of(0.1, 1e-6), 1e-6), abs=1e-5)
