"""Every rule of a contract, passed and failed, by Great Expectations; and that no cell leaves, whatever fails."""

import logging
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from noctule.checks.rules import Rule, rules
from noctule.checks.suite import Check, _outcomes, run_checks
from noctule.contract import Contract
from noctule.contract.arrow import source_schema
from noctule.ingest.reads import Rows

SECRET, SECRET_NUMBER = "Xq7secretcell", 918273645  # what must not be seen anywhere

COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "role": "identifier"},
    {"name": "who", "role": "pii", "pii": "person_name"},
    {"name": "note", "role": "free_text"},
    {"name": "sex", "type": "category", "categories": ["F", "M"]},
    {"name": "drug", "type": "category", "categories": ["A", "B"], "other": True},
    {"name": "ward", "type": "category", "categories": [1, 2], "nullable": True},
    {"name": "floor", "from": "sex", "map": {"F": 1, "M": 2}},
    {"name": "age", "type": "integer", "bounds": [0, 110]},
    {"name": "cost", "type": "number", "bounds": [0, 1], "outside": "refuse"},
    {"name": "income", "type": "integer", "bounds": [0, 10], "special": {"N": "none"}},
    {"name": "day", "type": "date", "bounds": [date(2020, 1, 1), date(2024, 12, 31)], "outside": "refuse"},
    {"name": "bp", "type": "text", "format": "{s}/{d}",
     "parts": {part: {"type": "integer", "bounds": [20, 250]} for part in "sd"}},
    {"name": "smoker", "type": "boolean", "nullable": True},
]  # fmt: skip
GOOD: dict[str, list[Any]] = {
    "id": ["p1", "p2", "p3"],
    "who": ["Ann", "Bob", "Cyd"],
    "note": ["", None, "x"],
    "sex": ["F", "M", "F"],
    "drug": ["A", "B", "other"],
    "ward": [1, None, 2],
    "floor": [1, 2, 1],
    "age": [0, 50, 110],
    "cost": [0.0, 0.5, 1.0],
    "income": ["0", " 10", "N"],
    "day": [date(2020, 1, 1), date(2022, 2, 2), date(2024, 12, 31)],
    "bp": ["120/80", "99/60", "20/250"],
    "smoker": [True, None, False],
}
RowsOf = Callable[[pa.Table], Rows]


@pytest.fixture
def contract(make_contract: Callable[..., Contract]) -> Contract:
    return make_contract(COLUMNS)


def table(contract: Contract, **replaced: list[Any]) -> pa.Table:
    return pa.table({**GOOD, **replaced}, schema=source_schema(contract))


def failed(checks: list[Check]) -> list[tuple[str, str | None]]:
    return [(check.name, check.column) for check in checks if not check.passed]


def test_a_good_table_passes_every_rule(contract: Contract, rows_of: RowsOf) -> None:
    checks = run_checks(contract, rows_of(table(contract)))
    assert failed(checks) == []
    assert not any(check.errored or check.blocks for check in checks)
    made = [(check.name, check.column) for check in checks]
    assert made[: 1 + len(COLUMNS)] == [("columns", None), *(("type", str(c["name"])) for c in COLUMNS)]
    assert made[1 + len(COLUMNS) :] == [(rule.name, rule.column) for rule in rules(contract)]


BAD: list[tuple[str, list[Any], str, bool]] = [
    ("id", [SECRET, "p2", SECRET], "unique", True),
    ("who", [SECRET, None, "Cyd"], "not_null", False),
    ("sex", ["F", SECRET, "M"], "domain", True),
    ("sex", ["F", None, "M"], "not_null", True),
    ("drug", ["A", SECRET, "B"], "domain", False),
    ("ward", [1, SECRET_NUMBER, None], "domain", False),
    ("floor", [1, 2, SECRET_NUMBER], "domain", False),
    ("floor", [1, 2, None], "not_null", False),
    ("age", [1, SECRET_NUMBER, 3], "bounds", False),
    ("age", [1, None, 3], "not_null", True),
    ("cost", [0.5, float(SECRET_NUMBER), 0.1], "bounds", True),
    ("cost", [0.5, float("nan"), 0.1], "not_null", True),
    ("income", ["1", SECRET, "N"], "domain", True),
    ("income", ["1", str(SECRET_NUMBER), "N"], "bounds", False),
    ("day", [date(2020, 1, 1), date(1919, 8, 7), date(2021, 1, 1)], "bounds", True),
    ("bp", ["120/80", SECRET, "99/60"], "format", True),
    ("bp", ["120/80", "120/80\n", "99/60"], "format", True),
    ("bp", ["120/80", f"{10**18}/80", "99/60"], "format", True),  # codes refuse it: it must not pass to the charge
    ("bp", ["120/80", f"{SECRET_NUMBER}/80", "99/60"], "bounds of s", False),
]


@pytest.mark.parametrize(("column", "cells", "rule", "blocking"), BAD, ids=[f"{c}-{r}" for c, _, r, _ in BAD])
def test_each_rule_fails_alone_and_quotes_nothing(
    column: str,
    cells: list[Any],
    rule: str,
    blocking: bool,
    contract: Contract,
    rows_of: RowsOf,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        checks = run_checks(contract, rows_of(table(contract, **{column: cells})))
    assert failed(checks) == [(rule, column)]
    (check,) = [check for check in checks if not check.passed]
    assert (check.errored, check.blocking, check.blocks) == (False, blocking, blocking)
    seen = "".join([repr(checks), caplog.text, *capfd.readouterr(), *(str(w.message) for w in warned)])
    assert not any(text in seen for text in (SECRET, str(SECRET_NUMBER), "1919"))


def test_too_few_rows_block(make_contract: Callable[..., Contract], rows_of: RowsOf) -> None:
    contract = make_contract(COLUMNS, source={"kind": "csv", "path": "sample.csv", "min_rows": 4})
    checks = run_checks(contract, rows_of(table(contract)))
    assert failed(checks) == [("min_rows", None)]
    assert all(check.blocks for check in checks if not check.passed)


def test_a_metric_that_raises_counts_as_failed_and_quotes_nothing(
    contract: Contract, rows_of: RowsOf, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Text in a numeric column makes GX's comparison raise, with the cells in its exception."""
    good = table(contract)
    planted = good.set_column(good.schema.get_field_index("age"), "age", pa.array([SECRET, SECRET, "3"]))
    with caplog.at_level(logging.DEBUG):
        checks = run_checks(contract, rows_of(planted))
    assert failed(checks) == [("type", "age"), ("bounds", "age")]
    (bounds,) = [check for check in checks if check.errored]
    assert (bounds.name, bounds.passed, bounds.blocking, bounds.blocks) == ("bounds", False, False, True)
    assert SECRET not in "".join([repr(checks), caplog.text, *capfd.readouterr()])


def test_rules_without_a_result_are_errored() -> None:
    import pandas as pd

    assert _outcomes([Rule("odd", "age", True, "NoSuchExpectation")], pd.DataFrame({"age": [1]})) == {}


def test_missing_and_extra_columns_block(contract: Contract, rows_of: RowsOf) -> None:
    good = table(contract)
    less = run_checks(contract, rows_of(good.drop_columns(["sex"])))
    assert {("columns", None), ("type", "sex")} <= {(c.name, c.column) for c in less if c.blocks}
    assert {c.column for c in less if c.errored} == {"sex"}
    more = run_checks(contract, rows_of(good.append_column("new", pa.array([1, 2, 3]))))
    assert [(c.name, c.column) for c in more if c.blocks] == [("columns", None)]


def test_a_unit_with_several_rows_need_not_be_unique(make_contract: Callable[..., Contract], rows_of: RowsOf) -> None:
    contract = make_contract(COLUMNS, unit={"column": "id", "max_rows": 2})
    assert failed(run_checks(contract, rows_of(table(contract, id=["p1", "p1", "p2"])))) == []
    nobody = run_checks(contract, rows_of(table(contract, id=["p1", None, "p2"])))
    assert [(c.name, c.column) for c in nobody if c.blocks] == [("not_null", "id")]


def test_types_keep_their_values(make_contract: Callable[..., Contract], rows_of: RowsOf) -> None:
    """Float32 bounds, decimals, dictionaries, and times with and without a zone."""
    noon = datetime(2020, 6, 1, 12)
    columns: list[dict[str, Any]] = [
        {"name": "key", "role": "identifier"},
        {"name": "share", "type": "number", "bounds": [0, 0.1], "outside": "refuse", "arrow": "float"},
        {"name": "money", "type": "number", "bounds": [0, 9.99], "outside": "refuse", "arrow": "decimal128(10, 2)"},
        {"name": "kind", "type": "category", "categories": ["a", "b"], "arrow": "dictionary<int32, string>"},
        {"name": "at", "type": "datetime", "bounds": [noon, datetime(2020, 6, 2)], "outside": "refuse"},
        {"name": "zoned", "type": "datetime", "bounds": [noon, datetime(2020, 6, 2)], "outside": "refuse",
         "arrow": "timestamp[ms, Europe/Berlin]"},
    ]  # fmt: skip
    contract = make_contract(columns)
    cells = {
        "key": ["1", "2", None],
        "share": [0.1, 0.0, 0.05],
        "money": [Decimal("9.99"), Decimal("0.00"), Decimal("1.50")],
        "kind": ["a", "b", "a"],
        "at": [noon, noon, datetime(2020, 6, 2)],
        "zoned": [datetime(2020, 6, 1, 10, tzinfo=UTC), datetime(2020, 6, 1, 22, tzinfo=UTC), noon.replace(tzinfo=UTC)],
    }
    schema = source_schema(contract)
    assert failed(run_checks(contract, rows_of(pa.table(cells, schema=schema)))) == []
    early = cells | {"zoned": [datetime(2020, 6, 1, 9, 59, 59, tzinfo=UTC)] * 3}
    assert failed(run_checks(contract, rows_of(pa.table(early, schema=schema)))) == [("bounds", "zoned")]


def test_large_integers_beside_nulls_stay_exact(make_contract: Callable[..., Contract], rows_of: RowsOf) -> None:
    """As float64, 2^53 and 2^53 + 1 are one number, and an upper bound of 2^53 would hold."""
    column = {"name": "n", "type": "integer", "bounds": [0, 2**53], "nullable": True, "outside": "refuse"}
    contract = make_contract([column])
    schema = source_schema(contract)
    assert failed(run_checks(contract, rows_of(pa.table({"n": [2**53, None]}, schema=schema)))) == []
    beyond = rows_of(pa.table({"n": [2**53 + 1, None]}, schema=schema))
    assert failed(run_checks(contract, beyond)) == [("bounds", "n")]


def test_heavy_packages_wait_for_their_call() -> None:
    program = (
        "import sys, noctule.checks.verdict; "
        "print([m for m in ('great_expectations', 'stdnum', 'phonenumbers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rows_that_break_a_constraint_warn(make_contract: Callable[..., Contract], rows_of: RowsOf) -> None:
    forbid = [{"age": "..14", "sex": "F"}, {"bp.s": "200..", "bp.d": "..50"}]
    bound = make_contract(COLUMNS, constraints=[{"forbid": one} for one in forbid])
    table = pa.table(GOOD, source_schema(bound))
    checks = {check.name: check for check in run_checks(bound, rows_of(table))}
    first, second = checks["constraint 1"], checks["constraint 2"]
    assert (first.passed, first.errored, first.blocks) == (False, False, False)  # a woman of 0 years
    assert second.passed


def test_a_table_of_open_columns_is_checked_too(make_contract: Callable[..., Contract], rows_of: RowsOf) -> None:
    open_one = make_contract([{"name": "a", "domain_source": "dp_estimated"}])
    checks = run_checks(open_one, rows_of(pa.table({"a": ["x", None]})))
    assert checks and all(check.passed for check in checks)
