"""SDMetrics' reports: scores that tell a good release from a bad one, and no word that leaves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from noctule.contract import Contract
from noctule.evaluation import reports
from noctule.evaluation.reports import sdmetrics_reports
from tests.rows import rows_of


@pytest.fixture
def found(night: Any) -> dict[str, Any]:
    raw = rows_of(night.snapshot).table()
    rng = np.random.default_rng(0)
    codes = {name: codes.copy() for name, codes in night.real.items()}
    codes["drug"] = rng.integers(0, night.codec.domain["drug"], len(codes["drug"])).astype(np.int32)
    return sdmetrics_reports(raw, night.codec.decode(codes, rng), night.contract)


def test_a_damaged_column_shows_in_its_own_scores_and_pairs(found: dict[str, Any]) -> None:
    shapes = {row["column"]: row["score"] for row in found["columns"]}
    assert shapes["drug"] < 0.8
    assert all(shapes[name] > 0.9 for name in ("age", "pressure.sys", "pressure.dia", "sick"))
    pairs = {(row["column_1"], row["column_2"]): row for row in found["pairs"]}
    assert pairs["age", "pressure.sys"]["score"] > 0.95
    assert pairs["age", "drug"]["score"] < 0.7
    assert {row["of"] for row in found["columns"]} == {"age", "drug", "cost", "pressure", "sick"}


def test_equal_tables_score_one(night: Any) -> None:
    raw = rows_of(night.snapshot).table()
    same = sdmetrics_reports(raw, raw, night.contract)
    assert same["quality"] == pytest.approx(1) and same["diagnostic"] == pytest.approx(1)


def test_plain_json_in_silence(night: Any, capfd: pytest.CaptureFixture[str]) -> None:
    raw = rows_of(night.snapshot).table()
    found = sdmetrics_reports(raw, raw, night.contract)
    assert capfd.readouterr() == ("", "")
    json.dumps(found, allow_nan=False)
    assert found["rows"] == 1_500
    assert set(found["properties"]) == {"Column Shapes", "Column Pair Trends", "Data Validity", "Data Structure"}


def test_both_sides_are_cut_to_the_same_rows(
    make_contract: Callable[..., Contract], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contract = make_contract([{"name": "x", "type": "integer", "bounds": [0, 9]}, {"name": "y", "type": "boolean"}])

    def table(rows: int) -> pa.Table:
        rng = np.random.default_rng(rows)
        return pa.table({"x": rng.integers(0, 10, rows), "y": rng.random(rows) < 0.5})

    assert sdmetrics_reports(table(300), table(200), contract)["rows"] == 200
    monkeypatch.setattr(reports, "MOST_ROWS", 50)
    assert sdmetrics_reports(table(300), table(200), contract)["rows"] == 50


def test_a_score_that_is_not_defined_is_none_and_its_message_stays(make_contract: Callable[..., Contract]) -> None:
    """SDMetrics says which value a constant column holds, or quotes what it cannot read: only the class is kept."""
    contract = make_contract([{"name": n, "type": "number", "bounds": [0, 1e6]} for n in ("flat", "free")])
    raw = pa.table({"flat": [777123.0] * 40, "free": [float(i) for i in range(40)]})
    found = sdmetrics_reports(raw, raw, contract)
    (pair,) = found["pairs"]
    assert pair["score"] is None and pair["error"] == "ConstantInputError"
    assert "777123" not in json.dumps(found)
