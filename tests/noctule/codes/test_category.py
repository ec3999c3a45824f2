"""Categories and booleans: declared values, other, null, refusal."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.errors import ContractError, DataError

Make = Callable[..., Contract]


def codec(make: Make, **column: Any) -> Codec:
    return Codec(make([{"name": "x", **column}]))


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ({"other": True, "nullable": True}, [1, 0, 2, 2, 3]),
        ({"other": "rare", "nullable": True}, [1, 0, 2, 2, 3]),
        ({"nullable": True}, [1, 0, 2, 2, 2]),
    ],
)
def test_undeclared_values_go_to_other_else_to_null(make_contract: Make, keys: Any, codes: list[int]) -> None:
    column = codec(make_contract, type="category", categories=["b", "a"], **keys)
    table = pa.table({"x": ["a", "b", "zebra", "", None]})
    assert column.encode(table)["x"].tolist() == codes
    label = {True: "other", "rare": "rare"}.get(keys.get("other"))
    decoded = column.decode(column.encode(table), np.random.default_rng(0))["x"].to_pylist()
    assert decoded == ["a", "b", label, label, None]


def test_the_label_of_other_is_read_back_as_other(make_contract: Make) -> None:
    column = codec(make_contract, type="category", categories=[1, 2], other=-1)
    assert column.encode(pa.table({"x": [-1, 2, 77]}))["x"].tolist() == [2, 1, 2]


@pytest.mark.parametrize("cell", ["canary-4c77", None])
def test_without_other_or_null_the_row_is_named_and_not_the_cell(make_contract: Make, cell: str | None) -> None:
    column = codec(make_contract, type="category", categories=["a"])
    with pytest.raises(DataError, match="column 'x', row 2") as refusal:
        column.encode(pa.table({"x": pa.array(["a", cell])}))
    assert "canary" not in str(refusal.value) + repr(refusal.value)


def test_a_null_category_without_null_in_the_domain_is_not_other(make_contract: Make) -> None:
    with pytest.raises(DataError, match="not nullable"):
        codec(make_contract, type="category", categories=["a"], other=True).encode(
            pa.table({"x": pa.array([None], pa.string())})
        )


def test_a_dictionary_with_unused_and_null_entries_is_read(make_contract: Make) -> None:
    column = codec(
        make_contract, type="category", categories=["a", "b"], nullable=True, arrow="dictionary<int8, string>"
    )
    cells = pa.DictionaryArray.from_arrays(pa.array([0, 2, None, 1], pa.int8()), pa.array(["b", None, "a", "never"]))
    codes = column.encode(pa.table({"x": cells}))
    assert codes["x"].tolist() == [1, 0, 2, 2]
    decoded = column.decode(codes, np.random.default_rng(0))["x"]
    assert decoded.type == pa.dictionary(pa.int8(), pa.string()) and decoded.to_pylist() == ["b", "a", None, None]


def test_types_too_narrow_for_the_categories_are_refused(make_contract: Make) -> None:
    with pytest.raises(ContractError, match="do not fit int8"):
        codec(make_contract, type="category", categories=[1, 300], arrow="int8")
    many = [str(k) for k in range(129)]
    with pytest.raises(ContractError, match="too narrow"):
        codec(make_contract, type="category", categories=many, arrow="dictionary<int8, string>")
    assert codec(make_contract, type="category", categories=many, arrow="dictionary<uint8, string>").domain == {
        "x": 129
    }


def test_booleans(make_contract: Make) -> None:
    column = codec(make_contract, type="boolean", nullable=True)
    assert column.encode(pa.table({"x": [False, True, None]}))["x"].tolist() == [0, 1, 2]
    assert column.attributes[0].size == 3 and not column.attributes[0].ordered
