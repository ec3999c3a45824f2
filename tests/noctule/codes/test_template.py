"""Numbers in fixed places of a text, such as a blood pressure of "120/80"."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.errors import ContractError, DataError

Make = Callable[..., Contract]
PARTS = {"systolic": {"type": "integer", "bounds": [60, 240]}, "diastolic": {"type": "integer", "bounds": [30, 129]}}
PRESSURE: dict[str, Any] = {"name": "bp", "type": "text", "format": "{systolic}/{diastolic}", "parts": PARTS}


def test_each_part_is_an_attribute_and_the_text_comes_back(make_contract: Make) -> None:
    fine = {name: part | {"bins": 4096} for name, part in PARTS.items()}
    codec = Codec(make_contract([PRESSURE | {"parts": fine}]))
    assert codec.domain == {"bp.systolic": 181, "bp.diastolic": 100}
    table = pa.table({"bp": ["120/80", "60/30", "240/129", "95/60"]})
    assert codec.decode(codec.encode(table), np.random.default_rng(0)).equals(table)


def test_null_and_cells_of_another_form_are_a_code_of_the_first_part_only(make_contract: Make) -> None:
    codec = Codec(make_contract([PRESSURE | {"nullable": True}]))
    assert codec.domain == {"bp.systolic": 33, "bp.diastolic": 100}
    cells = ["120/80", None, "", "120", "120/80 ", "a/b", "1.5/80", "120/80/70", "\u0661/80"]
    codes = codec.encode(pa.table({"bp": cells}))
    assert (codes["bp.systolic"] == 32).tolist() == [False] + [True] * 8
    assert codes["bp.diastolic"].tolist() == [50] + [0] * 8
    codes["bp.diastolic"][1] = 7
    assert codec.decode(codes, np.random.default_rng(0))["bp"].to_pylist()[1:] == [None] * 8


def test_parts_beyond_bounds_clip_and_zeros_in_front_are_not_kept(make_contract: Make) -> None:
    codec = Codec(make_contract([PRESSURE]))
    codes = codec.encode(pa.table({"bp": ["999/-5", "0120/080", "999999999999999999/30"]}))
    assert codes["bp.systolic"].tolist()[::2] == [31, 31] and codes["bp.diastolic"].tolist() == [0, 50, 0]
    assert codec.decode(codes, np.random.default_rng(0))["bp"][1].as_py().endswith("/80")


@pytest.mark.parametrize("cell", ["canary-77/80", None])
def test_what_does_not_fit_is_refused_by_row_without_the_cell(make_contract: Make, cell: str | None) -> None:
    with pytest.raises(DataError, match="column 'bp', row 3") as refusal:
        Codec(make_contract([PRESSURE])).encode(pa.table({"bp": ["120/80", "110/70", cell]}))
    assert "canary" not in str(refusal.value) + repr(refusal.value)


def test_parts_follow_the_order_of_format(make_contract: Make) -> None:
    codec = Codec(make_contract([PRESSURE | {"format": "{diastolic} under {systolic} mmHg", "nullable": True}]))
    assert [(a.name, a.size, a.column) for a in codec.attributes] == [
        ("bp.diastolic", 101, "bp"),
        ("bp.systolic", 32, "bp"),
    ]


def test_a_digit_between_parts_would_be_read_in_two_ways(make_contract: Make) -> None:
    with pytest.raises(ContractError, match="two ways"):
        Codec(make_contract([PRESSURE | {"format": "{systolic}0{diastolic}"}]))
