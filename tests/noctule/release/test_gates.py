"""Gates decide in code, by paid numbers alone; what is missing or not a number does not pass."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.contract import Contract
from noctule.errors import GateError
from noctule.release.gates import Gate, gate, require_gates


@pytest.mark.parametrize(
    ("value", "floor", "ceiling", "passed"),
    [
        (0.1, None, 0.1, True),
        (0.1000001, None, 0.1, False),
        (1.0, 1.0, None, True),
        (0.9999, 1.0, None, False),
        (None, None, 0.1, False),
        (float("nan"), None, 0.1, False),
        (float("nan"), 0.0, None, False),
    ],
)
def test_limits(value: float | None, floor: float | None, ceiling: float | None, passed: bool) -> None:
    assert Gate("g", value, floor, ceiling).passed is passed


def test_a_good_release_passes_every_gate(contract: Contract, receipt: dict[str, Any], staged: Path) -> None:
    gates = gate(contract, receipt, 1.0, staged)
    assert [g.name for g in gates] == ["schema", "validity", "tvd2"] and all(g.passed for g in gates)
    require_gates(contract, gates)


def test_one_sentence_names_every_gate_that_failed(contract: Contract, receipt: dict[str, Any], staged: Path) -> None:
    receipt["score"]["tvd2"] = 0.25
    with pytest.raises(GateError) as raised:
        require_gates(contract, gate(contract, receipt, 0.5, staged))
    assert raised.value.exit_code == 5
    assert raised.value.what == (
        "the release is kept back because validity is 0.5 against a floor of 1 "
        "and tvd2 is 0.25 against a ceiling of 0.1"
    )


def test_a_declared_fidelity_gate_without_a_score_fails(
    contract: Contract, receipt: dict[str, Any], staged: Path
) -> None:
    with pytest.raises(GateError, match="tvd2 is not measured"):
        require_gates(contract, gate(contract, {**receipt, "score": None}, 1.0, staged))


def test_without_a_ceiling_there_is_no_fidelity_gate(
    make_contract: Callable[..., Contract], receipt: dict[str, Any], tmp_path: Path
) -> None:
    contract = make_contract([{"name": "a", "type": "boolean"}])
    pq.write_table(pa.table({"a": [True]}), tmp_path / "a.parquet")
    assert [g.name for g in gate(contract, receipt, 1.0, tmp_path / "a.parquet")] == ["schema", "validity"]


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.rename_columns(["rows", *t.column_names[1:]]),
        lambda t: t.select(t.column_names[::-1]),
        lambda t: t.drop_columns(["age"]),
        lambda t: t.append_column("extra", t["age"]),
        lambda t: t.set_column(2, "age", t["age"].cast(pa.int64())),
        lambda t: t.set_column(5, "drug", t["drug"].cast(pa.string())),
    ],
    ids=["renamed", "reordered", "dropped", "added", "wider", "plain text"],
)
def test_any_other_schema_fails(
    contract: Contract, receipt: dict[str, Any], staged: Path, tmp_path: Path, change: Callable[[pa.Table], pa.Table]
) -> None:
    pq.write_table(change(pq.read_table(staged)), tmp_path / "x.parquet")
    with pytest.raises(GateError, match="schema is 0 against a floor of 1"):
        require_gates(contract, gate(contract, receipt, 1.0, tmp_path / "x.parquet"))
