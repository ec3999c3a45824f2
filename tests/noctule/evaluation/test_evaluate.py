"""The whole evaluation of a release, tier by tier."""

import json
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from noctule.errors import NoctuleError
from noctule.evaluation.evaluate import evaluate, store

SCORE = {"tvd2": 0.04, "error95": 0.002, "pairs": 10}
CANARY = "ZEBRA-7731-QUOKKA"


@pytest.fixture
def release(night: Any, tmp_path: Path) -> Path:
    """Every third row of the table itself, its target drawn anew: near the table, and no good for prediction."""
    codes = {name: codes[::3] for name, codes in night.real.items()}
    codes["sick"] = np.random.default_rng(2).permutation(codes["sick"])
    return night.release(codes, tmp_path / "part-000.parquet")


def test_each_number_stands_under_its_tier(night: Any, release: Path) -> None:
    found = evaluate(night.contract, night.snapshot, release, SCORE)
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


def test_stored_in_the_vault_as_json_without_cells(night: Any, release: Path) -> None:
    found = evaluate(night.contract, night.snapshot, release, SCORE)
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
    assert evaluate(night.contract, night.snapshot, release, SCORE).released["validity"] == 0.75


def test_a_failed_comparison_neither_blocks_nor_shows_a_cell(
    night: Any, release: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A raw cell the contract no longer has a place for, and a snapshot whose bytes are not Parquet any more."""
    columns = [column.model_dump(by_alias=True) for column in night.contract.columns]
    columns[2] |= {"other": False}
    narrow = night.contract.model_validate(night.contract.model_dump(by_alias=True) | {"columns": columns})
    found = [evaluate(narrow, night.snapshot, release, SCORE)]
    (night.snapshot.path / "data.parquet").chmod(0o600)
    (night.snapshot.path / "data.parquet").write_bytes(CANARY.encode() * 50)
    found.append(evaluate(night.contract, night.snapshot, release, SCORE))
    for one in found:
        assert set(one.internal) == {"failed"} and one.marginals == b"" and one.charged == SCORE
        assert CANARY not in json.dumps(one.as_dict())
    assert found[1].released["validity"] == 1.0
    assert len(caplog.records) == 2 and CANARY not in caplog.text


def test_a_release_that_cannot_be_read_is_an_error_without_its_bytes(night: Any, release: Path) -> None:
    release.write_bytes(CANARY.encode() * 50)
    with pytest.raises(NoctuleError) as caught:
        evaluate(night.contract, night.snapshot, release, SCORE)
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    assert CANARY not in "".join(traceback.format_exception(caught.value))
