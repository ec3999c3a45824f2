"""Atoms are found by a paid search, and only where uniform bins would miss them."""

from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pytest

from noctule.contract.arrow import arrow_type
from noctule.contract.columns import NumericColumn
from noctule.mechanisms.accounting import rho_of
from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.atoms import BINS, SHARE, find_atoms, standing_out
from noctule.purchase.heavy import Spend
from noctule.purchase.price import ALL_ATOMS, DELTA_PART
from tests.noctule.purchase.conftest import Held

ROWS = 24_000
SPEND = Spend(int(ALL_ATOMS / 5 * rho_of(1.0, 1e-5)), 1e-5 / DELTA_PART / 5, 1)  # one of five columns at epsilon 1


def column(**words: object) -> NumericColumn:
    return NumericColumn.model_validate({"name": "x", "type": "integer", "bounds": [0, 99_999], **words})


def search(one: NumericColumn, values: object, held: Held, spend: Spend = SPEND) -> list[float]:
    tap = NoiseTap()
    found = find_atoms(one, arrow_type(one), held(x=values), spend, tap)
    tap.require_equal(spend.nano_rho, round(spend.delta * 1e18))
    return list(found.points)


def test_a_value_of_two_percent_is_found_with_probability_above_99_percent() -> None:
    """Exact, at epsilon 1, delta 1e-5, 24,000 rows, five columns: both of what it must reach, together."""
    values = SPEND._replace(nano_rho=SPEND.nano_rho - int(BINS * SPEND.nano_rho))
    held = 0.02 * ROWS
    missed = [NormalDist(held, values.scale).cdf(least) for least in (values.least, SHARE * ROWS)]
    assert sum(missed) < 0.01
    assert values.least < 0.013 * ROWS


def test_spikes_in_a_smooth_column_are_found_and_nothing_else(held: Held) -> None:
    """Three spikes of 4 % and more, 8 standard deviations above what they must reach; 600 other values below 0.2 %.

    False failures below 1e-6 for the spikes, below 1e-9 for any of the others.
    """
    rng = np.random.default_rng(1)
    smooth = rng.integers(1, 600, ROWS - 4000)
    values = np.concatenate([smooth, np.repeat([0, 77, 500], [2000, 1000, 1000])])
    assert search(column(bounds=[0, 999]), rng.permutation(values), held) == [0, 77, 500]


def test_ages_are_not_atoms_though_each_is_frequent(held: Held) -> None:
    """About 2.5 % each, in bins of five: they do not stand out. False failure below 1e-6 (8 standard deviations)."""
    ages = np.random.default_rng(2).integers(20, 60, ROWS)
    assert search(column(bounds=[0, 99], bins=20), ages, held) == []


@pytest.mark.parametrize(
    ("words", "kind", "spike", "found"),
    [
        ({"type": "number", "bounds": [0, 10]}, pa.float64(), 0.3, 0.3),
        ({"type": "number", "bounds": [-5, 10], "arrow": "float"}, pa.float32(), 0.3, 0.3),
        ({"type": "number", "bounds": [0, 1000], "step": 0.01}, pa.float64(), 99.99, 99.99),
        ({"type": "number", "bounds": [0, 1000], "arrow": "decimal128(9, 2)"}, pa.decimal128(9, 2), 99.99, 99.99),
        ({"bounds": [-1000, 1000], "arrow": "int16"}, pa.int16(), -7, -7),
        ({"bounds": [0, 500]}, pa.int64(), 9000, 500),  # clipped: a heavy end is an atom at the bound
        ({"bounds": [0, 500], "special": {"N": "none"}}, pa.string(), 501, 500),
    ],
)
def test_spikes_come_out_in_every_type(held: Held, words: dict, kind: pa.DataType, spike: float, found: float) -> None:
    """A spike of a third of the rows; the rest spread. False failure below 1e-12."""
    rng = np.random.default_rng(3)
    spread = pa.array(np.round(rng.random(6000) * 9, 2))
    both = pa.concat_arrays(
        [
            spread.cast(kind, safe=False) if kind != pa.string() else pa.array(["N"] * 6000),
            pa.array([str(spike)] * 3000) if kind == pa.string() else pa.array([spike] * 3000).cast(kind, safe=False),
        ]
    )
    assert found in search(column(**words), both, held)


def test_values_beyond_the_bounds_are_no_atoms_where_they_become_missing(held: Held) -> None:
    values = np.repeat([9000, 3], [6000, 3000])
    assert search(column(bounds=[0, 500], outside="null", nullable=True), values, held) == [3]


def test_an_empty_column_costs_the_same(held: Held) -> None:
    assert search(column(), pa.array([], pa.int64()), held) == []


def test_a_bin_of_one_value_has_no_atom() -> None:
    one = np.array([1000])
    assert not standing_out(one, one, np.array([1]), 2000.0, 10.0, 10.0).any()
    assert standing_out(one, one, np.array([np.inf]), 2000.0, 10.0, 10.0).all()
