"""Continuous floats: bins end where the type's own floats do, and atoms are never drawn."""

from typing import Any

import numpy as np
import pytest

from noctule.codes.float_axis import FloatAxis, float_axis
from noctule.errors import ContractError


def axis(dtype: str = "float64", **keys: Any) -> FloatAxis:
    rest: dict[str, Any] = {"bins": None, "scale": "linear", "atoms": (), **keys}
    return float_axis("x", np.dtype(dtype), **rest)


def test_bins_have_equal_width_and_own_their_lower_edge() -> None:
    four = axis(low=0.0, high=8.0, bins=4)
    assert four.first.tolist() == [0, 2, 4, 6] and four.last[3] == 8 and four.last[0] < 2
    assert four.code(np.array([0.0, 1.999, 2.0, 8.0, np.inf, -np.inf, 9.0])).tolist() == [0, 0, 1, 3, 3, 0, 3]
    assert axis(low=0.0, high=1.0).size == 32


@pytest.mark.parametrize(("low", "edges"), [(1.0, [1, 10, 100]), (0.0, [0, 9, 99])])
def test_log_bins_are_geometric_or_steps_of_log1p_from_zero(low: float, edges: list[float]) -> None:
    cut = axis(low=low, high=low + 999, bins=3, scale="log")
    np.testing.assert_allclose(cut.first, edges, rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_draws_stay_in_their_bin_within_the_bounds_as_written(dtype: str) -> None:
    """0.1 and 0.3 are rounded outward by float32; no draw may lie beyond 0.1 or 0.3 themselves."""
    cut = axis(dtype=dtype, low=0.1, high=0.3, bins=3, atoms=(0.1, 0.2, 0.3))
    codes = np.repeat(np.arange(cut.size, dtype=np.int32), 2000)
    drawn = cut.value(codes, np.random.default_rng(0))
    assert drawn.dtype == dtype
    assert cut.code(drawn).tolist() == codes.tolist()
    inside = drawn[codes < 3].astype(np.float64)
    assert inside.min() >= 0.1 and inside.max() <= 0.3
    assert not np.isin(drawn[codes < 3], cut.atoms).any()
    assert not cut.outside(np.array([0.1, 0.3], dtype)).any(), "the source's own 0.3 lies within bounds"


def test_draws_are_uniform_in_the_bin() -> None:
    """The mean of 40,000 uniform draws on [0, 1] has standard deviation 0.00144: off by 7 of them in 1 run of 1e11."""
    drawn = axis(low=0.0, high=1.0, bins=1).value(np.zeros(40_000, np.int32), np.random.default_rng(0))
    assert abs(drawn.mean() - 0.5) < 7 * 0.00144 and drawn.min() < 0.001 and drawn.max() > 0.999


def test_bounds_as_wide_as_the_type_do_not_overflow() -> None:
    wide = axis(low=-1.7e308, high=1.7e308, bins=5)
    codes = np.arange(5, dtype=np.int32)
    assert wide.code(wide.value(codes, np.random.default_rng(0))).tolist() == codes.tolist()


@pytest.mark.parametrize(
    "keys",
    [
        {"dtype": "float32", "low": 0, "high": 1e39},
        {"dtype": "float16", "low": 1000.1, "high": 1000.2},
        {"dtype": "float32", "low": 0, "high": 1, "atoms": (0.1, 0.1 + 1e-12)},
    ],
    ids=["too wide", "no float between", "atoms that round to one"],
)
def test_a_type_that_cannot_hold_the_domain_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match=r"columns\.x"):
        axis(**keys)
