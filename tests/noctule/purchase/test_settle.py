"""Post-processing never fails, whatever the noise shows: by then the draws are paid for."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.codes.codec import column_codec
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import FreeTextColumn, ModelledColumn, NumericColumn, OpenColumn
from noctule.purchase.profile import FORMS, NUMBERS, SIZE, TEXT, power_of
from noctule.purchase.settle import Found, settle

TYPES = ["int8", "uint8", "int64", "uint64", "float", "halffloat", "double", "decimal128(5, 2)", "decimal128(38, 10)"]
TEXTS = st.one_of(
    st.sampled_from(["N", "007", " 35", "1.", "+5", "1e400", "3", "-2.50", "nan", ""]), st.text(max_size=5)
)


@settings(max_examples=300, deadline=None)
@given(
    seen=st.lists(st.integers(0, SIZE - 1), max_size=8),
    forms=st.lists(st.integers(0, FORMS - 1), max_size=3),
    values=st.lists(TEXTS, max_size=6, unique=True),
    numbers=st.lists(st.floats(allow_nan=True), max_size=6, unique=True),
    kind=st.sampled_from([None, *TYPES]),
)
def test_any_counts_give_a_column_that_can_be_coded(
    seen: list[int], forms: list[int], values: list[str], numbers: list[float], kind: str | None
) -> None:
    type = "unknown" if kind is None else "integer" if "int" in kind else "number"
    column = OpenColumn(name="x", type=type, arrow=kind)
    profile, decimals = np.zeros(SIZE, np.int64), np.zeros(FORMS, np.int64)
    profile[seen], decimals[forms] = 1000, 1000
    heavy = tuple((value, 900) for value in (values if kind is None else numbers))
    settled = settle(column, Found(profile, 1.0, decimals, 1.0, heavy, 1.0))
    if isinstance(settled, ModelledColumn):
        column_codec(settled, arrow_type(settled))
        assert settled.domain_source == "dp_estimated" and settled.nullable
    else:
        assert isinstance(settled, FreeTextColumn)


def found_of(values: list[float], heavy: list[object], form: int = 0) -> Found:
    profile, decimals = np.zeros(SIZE, np.int64), np.zeros(FORMS, np.int64)
    np.add.at(profile[NUMBERS], power_of(np.array(values)), 1000)
    decimals[form] = 1000 * len(values)
    return Found(profile, 5.0, decimals, 5.0, tuple((one, 900) for one in heavy), 5.0)


def settled_number(found: Found, **words: object) -> NumericColumn:
    settled = settle(OpenColumn.model_validate({"name": "x", **words}), found)
    assert isinstance(settled, NumericColumn)
    return settled


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([20, 60, 90], (16, 127)),
        ([1, 60], (0, 63)),
        ([-3, 0, 5], (-4, 7)),
        ([-300, -5], (-512, 0)),
        ([0], (0, 1)),
        ([1e6], (524288, 1048575)),
    ],
)
def test_bounds_are_powers_of_two_around_the_rows(values: list[float], bounds: tuple[int, int]) -> None:
    assert settled_number(found_of(values, []), type="integer").bounds == bounds


def test_bounds_stay_inside_the_type() -> None:
    wide = found_of([-5.0, 2.0**40], [])
    assert settled_number(wide, type="integer", arrow="uint8").bounds == (0, 255)
    assert settled_number(wide, type="integer", arrow="int16").bounds == (-8, 32767)


def test_a_long_tail_gets_a_log_scale_and_a_short_range_a_code_each() -> None:
    income = found_of([100, 120, 900, 5000, 60_000], [])
    assert settled_number(income, type="integer").scale == "log"
    assert settled_number(found_of([300_000, 600_000, 900_000], []), type="integer").scale == "linear"
    assert settled_number(found_of([20, 60, 90], []), type="integer").bins == 112


def test_heavy_values_become_atoms_or_codes_beside_the_numbers() -> None:
    found = found_of([0, 9000, 9000, 9000], ["N", "0", "9000", "00"])
    found.profile[TEXT] = 900
    settled = settled_number(found)
    assert settled.special == {"N": ""} and settled.atoms == (0, 9000) and settled.type == "integer"
    assert arrow_type(settled) == pa.string()


@pytest.mark.parametrize(
    ("kind", "heavy", "atom"), [("float", float(np.float32(0.3)), 0.3), ("decimal128(9, 2)", 12.34, 12.34)]
)
def test_atoms_are_spelt_in_the_width_of_the_type(kind: str, heavy: float, atom: float) -> None:
    found = found_of([0.3, 12.0, 4000.0], [heavy], form=3)
    assert settled_number(found, type="number", arrow=kind).atoms == (atom,)
