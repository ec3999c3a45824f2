"""The whole evaluation of a release, tier by tier."""

import json
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from noctule.errors import NoctuleError
from noctule.evaluation import comparison
from noctule.evaluation.evaluate import evaluate, store
from tests.rows import rows_of

SCORE = {"tvd2": 0.04, "error95": 0.002, "pairs": 10}
CANARY = "ZEBRA-7731-QUOKKA"


@pytest.fixture
def release(night: Any, tmp_path: Path) -> Path:
    """Every third row of the table itself, its target drawn anew: near the table, and no good for prediction."""
    codes = {name: codes[::3] for name, codes in night.real.items()}
    codes["sick"] = np.random.default_rng(2).permutation(codes["sick"])
    return night.release(codes, tmp_path / "part-000.parquet")


def test_each_number_stands_under_its_tier(night: Any, release: Path) -> None:
    found = evaluate(night.contract, night.snapshot, night.home, release, SCORE)
    assert found.released == {"validity": 1.0, "rows": 500}
    assert found.charged == SCORE
    internal = found.internal
    assert 0 < internal["tvd1"] < internal["tvd2"] < 0.3
    assert 0.8 < internal["sdmetrics_quality"] <= 1 and internal["sdmetrics"]["rows"] == 500
    assert internal["tstr"] < 0.65 < internal["trtr"]  # 0.65 is 4.5 standard errors from a guess: 3e-6
    assert internal["targets"][0]["target"] == "sick"
    columns = {row["column"]: row for row in internal["columns"]}
    assert set(columns) == {"age", "drug", "pressure", "sick"}
    assert internal["worst_column"] == internal["columns"][0]["column"]
    assert all(0 <= row["tvd1"] <= row["tvd2"] <= 1 for row in columns.values())
    assert all(row["sdmetrics"] > 0.85 for row in columns.values())
    assert found.marginals.startswith(b"\x89PNG")
    assert internal["failures"] == []
    assert {row["ways"] for row in internal["ceilings"]} == {1, 2, 3} and internal["k_marginal"] > 500
    assert internal["associations"]["worst_pair"] and internal["propensity"]["auroc"] > 0.4
    assert internal["subgroups"] and internal["rare"]["categories"] == 1  # the drug that is `other`
    verdicts = {attack["name"]: attack["verdict"] for attack in internal["attacks"]}
    assert verdicts["exact copies"] == "nothing found"  # ages and pressures are drawn anew within their bins


def test_a_metric_that_fails_is_named_and_the_others_stand(
    night: Any, release: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(CANARY)

    for name in ("sdmetrics_reports", "propensity", "marginals_png"):
        monkeypatch.setattr(comparison, name, broken)
    found = evaluate(night.contract, night.snapshot, night.home, release, SCORE)
    assert [one["metric"] for one in found.internal["failures"]] == ["SDMetrics", "propensity", "picture"]
    assert found.internal["tvd2"] > 0 and found.internal["columns"][0]["sdmetrics"] is None
    assert found.marginals == b"" and found.released["validity"] == 1.0
    assert CANARY not in caplog.text and CANARY not in json.dumps(found.as_dict(), allow_nan=False)


def test_stored_in_the_vault_as_json_without_cells(night: Any, release: Path) -> None:
    found = evaluate(night.contract, night.snapshot, night.home, release, SCORE)
    path = store(found, night.home, "sample", "r1")
    assert path == night.home.vault / "evaluations" / "sample" / "r1.json"
    assert json.loads(path.read_text()) == found.as_dict()
    assert set(found.as_dict()) == {"released", "charged", "internal"}
    assert CANARY not in path.read_text() and CANARY not in repr(found)
    assert [file.name for file in path.parent.iterdir()] == ["r1.json"]


def test_rows_that_break_the_contract_are_counted(night: Any, release: Path) -> None:
    table = pq.ParquetFile(release).read()
    costs = table["cost"].to_numpy().copy()
    costs[:125] += 1
    pq.write_table(table.set_column(table.schema.get_field_index("cost"), "cost", [costs]), release)
    assert evaluate(night.contract, night.snapshot, night.home, release, SCORE).released["validity"] == 0.75


def test_a_failed_comparison_neither_blocks_nor_shows_a_cell(
    night: Any, release: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A raw cell the contract no longer has a place for, and a snapshot whose bytes are not Parquet any more."""
    columns = [column.model_dump(by_alias=True) for column in night.contract.columns]
    columns[2] |= {"other": False}
    narrow = night.contract.model_validate(night.contract.model_dump(by_alias=True) | {"columns": columns})
    found = [evaluate(narrow, night.snapshot, night.home, release, SCORE)]
    (night.snapshot.path / "data.parquet").chmod(0o600)
    (night.snapshot.path / "data.parquet").write_bytes(CANARY.encode() * 50)
    found.append(evaluate(night.contract, night.snapshot, night.home, release, SCORE))
    for one in found:
        assert set(one.internal) == {"failed"} and one.marginals == b"" and one.charged == SCORE
        assert CANARY not in json.dumps(one.as_dict())
    assert found[1].released["validity"] == 1.0
    assert len(caplog.records) == 2 and CANARY not in caplog.text


def test_what_is_no_number_is_a_failure_and_not_stored(
    night: Any, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "propensity", lambda *_: {"pmse": float("nan")})
    found = evaluate(night.contract, night.snapshot, night.home, release, SCORE)
    assert found.internal["failures"] == [{"metric": "propensity", "error": "ValueError"}]
    assert store(found, night.home, "sample", "r1").exists()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_tables_of_hardly_any_rows_can_be_stored(night: Any, rows: int) -> None:
    raw = rows_of(night.snapshot).table().slice(0, rows)
    found, _ = comparison.comparison(raw, raw, night.contract)
    json.dumps(found, allow_nan=False)
    assert "tvd1" in found and "rare" in found


def test_a_release_that_cannot_be_read_is_an_error_without_its_bytes(night: Any, release: Path) -> None:
    release.write_bytes(CANARY.encode() * 50)
    with pytest.raises(NoctuleError) as caught:
        evaluate(night.contract, night.snapshot, night.home, release, SCORE)
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    assert CANARY not in "".join(traceback.format_exception(caught.value))
