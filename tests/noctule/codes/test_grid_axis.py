"""Grids: where bins are cut, that draws are uniform and never atoms, and what a type cannot hold."""

from typing import Any

import numpy as np
import pytest

from noctule.codes.grid_axis import GridAxis, grid_axis
from noctule.errors import ContractError


def axis(dtype: str = "int64", **keys: Any) -> GridAxis:
    return grid_axis("x", np.dtype(dtype), **keys)


@pytest.mark.parametrize(
    ("keys", "starts"),
    [
        ({"low": 0, "high": 110, "bins": 22}, list(range(0, 110, 5))),
        ({"low": 0, "high": 99, "bins": 10}, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]),
        ({"low": 5, "high": 8, "bins": 50}, [0, 1, 2, 3]),
        ({"low": 0, "high": 10, "bins": 3}, [0, 4, 7]),
        ({"low": 1, "high": 1000, "bins": 3, "scale": "log"}, [0, 9, 99]),
        ({"low": 0, "high": 999, "bins": 3, "scale": "log"}, [0, 9, 99]),
        ({"low": 0, "high": 10, "bins": 10, "scale": "log"}, [0, 1, 2, 3, 4, 5, 6, 8]),
        ({"low": 0, "high": 100, "step": 25, "bins": 40}, [0, 1, 2, 3, 4]),
    ],
    ids=["by fives", "by tens", "one a value", "thirds", "decades", "log from 0", "log, empty bins gone", "step"],
)
def test_bins_have_equal_width_on_the_scale_and_hold_a_value(keys: dict[str, Any], starts: list[int]) -> None:
    assert axis(**keys).starts.tolist() == starts


@pytest.mark.parametrize(("high", "size"), [(99, 100), (100, 32), (10**6, 32)])
def test_without_bins_a_hundred_values_are_listed_and_more_are_cut_in_32(high: int, size: int) -> None:
    assert axis(low=0, high=high).size == size


def test_a_bin_gives_each_of_its_values_equally_often_and_never_the_atom() -> None:
    """40,000 draws over 4 values: each count within 7 standard deviations (87) of 10,000; fails falsely 1e-11 a run."""
    of_five = axis(low=0, high=9, bins=2, atoms=(2,))
    assert of_five.code(np.arange(10)).tolist() == [0, 0, 2, 0, 0, 1, 1, 1, 1, 1]
    drawn = of_five.value(np.zeros(40_000, np.int32), np.random.default_rng(0))
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [0, 1, 3, 4]
    assert np.abs(counts - 10_000).max() < 7 * 87


def test_a_bin_that_holds_only_an_atom_has_no_code() -> None:
    single = axis(low=0, high=4, atoms=(3, 0))
    assert single.size == 5
    assert single.code(np.array([0, 1, 2, 3, 4])).tolist() == [4, 0, 1, 3, 2]
    assert single.value(np.array([3, 4], np.int32), np.random.default_rng(0)).tolist() == [3, 0]
    assert axis(low=0, high=1, atoms=(0, 1)).size == 2


def test_values_between_grid_points_go_to_the_nearest_and_atoms_off_the_grid_stay() -> None:
    tens = axis(low=0, high=100, step=10, atoms=(33,))
    codes = tens.code(np.array([4, 6, 33, 32, 100, 999, -7]))
    assert codes.tolist() == [0, 1, 11, 3, 10, 10, 0]
    assert tens.value(codes, np.random.default_rng(0)).tolist() == [0, 10, 33, 30, 100, 100, 0]


def test_an_atom_beside_the_grid_is_not_taken_for_its_neighbour() -> None:
    """Found by the round-trip law: 0 snaps to grid point -1, itself an atom."""
    assert axis(dtype="int8", low=-1, high=0, step=2, atoms=(0, -1)).code(np.array([0, -1], np.int8)).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [("int64", -(2**63), -1), ("int64", -(2**62), 2**62 - 1), ("uint64", 2**63, 2**64 - 1), ("int8", -128, 127)],
)
def test_the_far_ends_of_integer_types_come_back(dtype: str, low: int, high: int) -> None:
    wide = axis(dtype=dtype, low=low, high=high, bins=7, atoms=(low, high))
    codes = wide.code(np.array([low, low + 1, high - 1, high], dtype))
    assert codes.tolist() == [7, 0, 6, 8]
    drawn = wide.value(codes, np.random.default_rng(0))
    assert drawn.dtype == dtype and drawn[0] == low and drawn[3] == high
    assert wide.code(drawn).tolist() == codes.tolist()


def test_floats_of_a_grid_are_written_as_in_the_contract() -> None:
    tenths = axis(dtype="float64", low=0, high=10, digits=1)
    assert tenths.value(np.arange(11, dtype=np.int32), np.random.default_rng(0)).tolist() == [
        *(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    ]
    assert tenths.code(np.array([0.1 + 0.2, np.inf, -np.inf])).tolist() == [3, 10, 0]


@pytest.mark.parametrize(
    "keys",
    [
        {"dtype": "int8", "low": 0, "high": 128},
        {"dtype": "uint8", "low": -1, "high": 5},
        {"low": -(2**63), "high": 2**63 - 1},
        {"dtype": "float32", "low": 0, "high": 10**9, "digits": 2},
        {"dtype": "float16", "low": 0, "high": 70_000, "step": 1000},
        {"low": 5, "high": 4},
        {"dtype": "float32", "low": 0, "high": 10**9, "step": 10**8, "digits": 9, "atoms": (300_000_001,)},
    ],
    ids=[
        "above int8",
        "below uint8",
        "wider than 2**63",
        "float32 too coarse",
        "above float16",
        "empty",
        "atom on grid",
    ],
)
def test_a_type_that_cannot_hold_the_grid_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match=r"columns\.x"):
        axis(**keys)
