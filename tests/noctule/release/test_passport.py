"""Every reader finds the same facts in the footer."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.contract import Contract
from noctule.errors import BundleError
from noctule.release.passport import KEY, PANDAS, passport, read_passport
from noctule.release.write import seal


@pytest.fixture
def facts(contract: Contract, receipt: dict[str, Any]) -> dict[str, Any]:
    return passport(contract, receipt, release="r1", epsilon_total=1.5, ledger_head="ab")


def test_the_passport_states_cost_unit_adjacency_and_anchor(contract: Contract, facts: dict[str, Any]) -> None:
    assert facts["synthetic"] is True
    assert (facts["epsilon"], facts["delta"], facts["rho"]) == (1.0, 1e-6, 0.015)
    assert (facts["epsilon_total"], facts["epsilon_total_window"]) == (1.5, "year")
    assert (facts["privacy_unit"], facts["max_rows"]) == ("person", 2)
    assert facts["neighbouring_relation"] == "add or remove one unit"
    assert (facts["engine"], facts["mechanisms"]) == ("mst", ["discrete_gaussian"])
    assert facts["contract_sha256"] == contract.digest()
    assert all(isinstance(value, str | int | float | list) for value in facts.values())  # flat


def test_pyarrow_pandas_and_duckdb_read_it(staged: Path, tmp_path: Path, facts: dict[str, Any]) -> None:
    import duckdb
    import pandas as pd

    file = tmp_path / "sealed.parquet"
    seal(staged, file, facts)
    assert read_passport(file) == facts
    assert pd.read_parquet(file).attrs == facts
    pairs = duckdb.sql(f"select key, value from parquet_kv_metadata('{file}')").fetchall()
    assert json.loads(dict(pairs)[KEY]) == facts


DAMAGED: list[dict[bytes, bytes]] = [
    {},
    {KEY: b"{}"},
    {KEY: b"{", PANDAS: b"{"},
    {KEY: b"\xff", PANDAS: b"\xff"},
    {KEY: b'{"epsilon": 1}', PANDAS: b'{"epsilon": 2}'},
]


@pytest.mark.parametrize("metadata", DAMAGED)
def test_a_missing_broken_or_twofold_passport_is_refused(tmp_path: Path, metadata: dict[bytes, bytes]) -> None:
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata(metadata), tmp_path / "x.parquet")
    with pytest.raises(BundleError, match="no readable privacy passport") as raised:
        read_passport(tmp_path / "x.parquet")
    assert raised.value.__context__ is None
