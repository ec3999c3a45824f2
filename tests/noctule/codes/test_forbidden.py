"""Constraints as masks: what is impossible, and that nothing else is."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from noctule.codes import Codec
from noctule.codes.forbidden import forbidden
from noctule.contract import Contract
from noctule.contract.lint import lint
from noctule.contract.load import parse
from noctule.errors import ContractError
from tests.contracts import contract_of

Make = Callable[..., Contract]

COLUMNS: list[dict[str, Any]] = [
    {"name": "age", "type": "integer", "bounds": [0, 99], "bins": 20, "atoms": []},
    {"name": "married", "type": "category", "categories": ["no", "yes", "widowed"], "nullable": True},
    {"name": "income", "type": "integer", "bounds": [0, 999], "special": {"N": ""}, "atoms": [0], "nullable": True},
    {"name": "pressure", "type": "text", "format": "{sys}/{dia}", "nullable": True,
     "parts": {"sys": {"type": "integer", "bounds": [50, 249], "bins": 20},
               "dia": {"type": "integer", "bounds": [30, 149], "bins": 12}}},
    {"name": "born", "type": "date", "bounds": ["2000-01-01", "2009-12-31"], "bins": 10},
    {"name": "smoker", "type": "boolean"},
    {"name": "weight", "type": "number", "bounds": [0, 100], "bins": 10, "atoms": [50]},
]  # fmt: skip


def made(*forbid: dict[str, Any]) -> Contract:
    columns = [
        {**column, "bounds": ("2000-01-01", "2009-12-31")} if column["name"] == "born" else column for column in COLUMNS
    ]
    return contract_of(columns, constraints=[{"forbid": one} for one in forbid])


def table(**cells: Any) -> pa.Table:
    """One row, of these cells and otherwise of harmless ones."""
    row = {
        "age": 40,
        "married": "no",
        "income": "500",
        "pressure": "120/80",
        "born": None,
        "smoker": True,
        "weight": 33.3,
    }
    row |= {"born": date(2005, 5, 5)} | cells
    kinds = {"age": pa.int64(), "born": pa.date32(), "smoker": pa.bool_(), "weight": pa.float64()}
    return pa.table({name: pa.array([cell], kinds.get(name, pa.string())) for name, cell in row.items()})


@pytest.mark.parametrize(
    ("forbid", "inside", "outside"),
    [
        ({"age": "..14", "married": ["yes", "widowed"]}, {"age": 14, "married": "yes"}, {"age": 15, "married": "yes"}),
        ({"age": "..17", "married": "yes"}, {"age": 14, "married": "yes"}, {"age": 17, "married": "yes"}),  # straddles
        ({"age": "..14", "married": None}, {"age": 3, "married": None}, {"age": 3, "married": "no"}),
        ({"age": "15..", "income": "N"}, {"age": 20, "income": "N"}, {"age": 14, "income": "N"}),
        ({"age": "..14", "income": ["1..", 0]}, {"age": 3, "income": "0"}, {"age": 3, "income": "N"}),
        ({"age": "..14", "income": [0, None]}, {"age": 3, "income": None}, {"age": 3, "income": "12"}),
        ({"pressure.sys": "..89", "pressure.dia": "90.."}, {"pressure": "80/100"}, {"pressure": "120/100"}),
        ({"pressure.dia": "..39", "smoker": True}, {"pressure": "120/35"}, {"pressure": None}),
        ({"pressure": None, "smoker": [True, False]}, {"pressure": None}, {"pressure": "50/30"}),
        ({"born": "2008-01-01..", "married": "yes"}, {"born": date(2009, 5, 5), "married": "yes"}, {"married": "yes"}),
        ({"weight": 50, "smoker": True}, {"weight": 50.0}, {"weight": 50.5}),
        ({"weight": "..10.0", "smoker": True, "age": "90.."}, {"weight": 1.0, "age": 95}, {"weight": 1.0, "age": 5}),
    ],
)  # fmt: skip
def test_a_row_is_impossible_exactly_when_all_conditions_hold(
    forbid: dict[str, Any], inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    codec = Codec(made(forbid))
    (one,) = forbidden(codec)
    assert one.violations(codec.encode(table(**inside))).tolist() == [True]
    assert one.violations(codec.encode(table(**outside))).tolist() == [False]
    assert all(mask.shape == (codec.domain[name],) for name, mask in one.masks.items())


@given(low=st.integers(-10, 110), high=st.integers(-10, 110))
def test_only_whole_bins_are_forbidden(low: int, high: int) -> None:
    """Every value of a forbidden bin lies in the range; every bin that lies in it is forbidden."""
    contract = made({"age": f"{low}..{high}", "smoker": True})
    whole = [k for k in range(20) if low <= 5 * k and (5 * k + 4 if k < 19 else 99) <= high]
    if not whole:
        with pytest.raises(ContractError, match="no whole bin"):
            forbidden(Codec(contract))
        return
    (one,) = forbidden(Codec(contract))
    assert np.flatnonzero(one.masks["age"]).tolist() == whole


def test_the_cells_of_a_marginal() -> None:
    (one,) = forbidden(Codec(made({"smoker": True, "married": "yes"})))
    cells = one.cells(("married", "smoker"))
    assert cells.shape == (4, 2) and np.argwhere(cells).tolist() == [[1, 1]]
    assert np.broadcast_to(one.cells(("married", "age", "smoker")), (4, 20, 2)).sum() == 20


@pytest.mark.parametrize(
    "condition", ["maybe", 3, ["no", "maybe"][1:], "..x", 4.5, "1..2..3", "..-1", "100..", True, None]
)
def test_a_condition_that_nothing_meets_is_refused_by_the_lint(condition: Any) -> None:
    name = "age" if condition not in ("maybe", ["maybe"]) else "married"
    with pytest.raises(ContractError, match=r"constraints\[0\]"):
        lint(made({name: condition, "smoker": True}))


def test_an_unknown_column_is_named_with_its_place() -> None:
    text = """
name: t
population: t
source: {kind: csv, path: t.csv}
unit: row
columns:
  - {name: a, type: boolean}
constraints:
  - forbid: {a: true, b: "..14"}
privacy: {epsilon: 1.0, delta: 1.0e-6, cap: {epsilon: 3.0, per: year}}
"""
    with pytest.raises(ContractError, match=r"t.yaml: constraints\[0\]: .*forbids 'b'"):
        parse(text, "t.yaml")


@pytest.mark.parametrize(
    "forbid", [{"age": 1}, {"age": 1, "smoker": True, "married": "no", "income": 0}, {"age": [], "smoker": True}]
)
def test_two_or_three_conditions_with_something_in_them(forbid: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made(forbid)


def test_a_constraint_is_part_of_what_a_fit_depends_on_and_its_words_are_not() -> None:
    plain, bound = made(), made({"age": "..14", "married": "yes"})
    assert plain.fit_digest() != bound.fit_digest()
    words = bound.model_dump(by_alias=True)
    words["constraints"][0]["description"] = "by law"
    assert Contract.model_validate(words).fit_digest() == bound.fit_digest()


def test_bought_domains_may_leave_a_constraint_without_an_object(make_contract: Make) -> None:
    job = {"name": "job", "type": "category", "categories": ["cook"], "domain_source": "dp_estimated"}
    both = [job, {"name": "smoker", "type": "boolean"}]
    assert forbidden(Codec(make_contract(both, constraints=[{"forbid": {"job": "nurse", "smoker": True}}]))) == ()
    still_open = make_contract(
        [{"name": "job", "domain_source": "dp_estimated"}, both[1]],
        constraints=[{"forbid": {"job": "nurse", "smoker": True}}],
    )
    assert still_open.stated().constraints == () and lint(still_open)
