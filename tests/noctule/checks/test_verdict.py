"""The verdict: stored in the vault, demanded before training, and closed to everything but a passed one."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from noctule.checks.verdict import inspect, require
from noctule.contract import Contract
from noctule.contract.arrow import source_schema
from noctule.contract.load import load
from noctule.errors import CheckError
from noctule.home import Home
from noctule.ingest.ingest import ingest
from noctule.ingest.snapshot import Snapshot

REPO = Path(__file__).resolve().parents[3]
SECRET = "Xq7secretcell"
SnapshotOf = Callable[[pa.Table], Snapshot]
MakeContract = Callable[..., Contract]

KIND: dict[str, Any] = {"name": "kind", "type": "category", "categories": ["a", "b"]}
MAIL: dict[str, Any] = {"name": "contact_mail", "type": "category", "categories": ["x"], "other": True}


def snapshot(contract: Contract, snapshot_of: SnapshotOf, **cells: list[Any]) -> Snapshot:
    return snapshot_of(pa.table(cells, schema=source_schema(contract)))


def stored(home: Home) -> Path:
    (path,) = (home.vault / "verdicts" / "sample").iterdir()
    return path


def refused(contract: Contract, found: Snapshot, home: Home) -> str:
    with pytest.raises(CheckError) as caught:
        require(contract, found, home)
    assert caught.value.__context__ is None
    return str(caught.value)


def test_a_passed_verdict_is_stored_and_returned(
    home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf
) -> None:
    contract = make_contract([KIND])
    found = snapshot(contract, snapshot_of, kind=["a", "b"])
    verdict = inspect(contract, found, home)
    assert verdict.passed
    assert (verdict.dataset, verdict.snapshot_id) == ("sample", found.id)
    assert require(contract, found, home) == verdict
    assert stored(home).name == f"{found.id}-{contract.fit_digest()[:16]}.json"
    assert stat.S_IMODE(home.vault.stat().st_mode) == 0o700
    assert inspect(contract, found, home) == verdict  # again: same file, nothing left beside it
    assert stored(home).exists()


def test_no_verdict_no_training(home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf) -> None:
    contract = make_contract([KIND])
    found = snapshot(contract, snapshot_of, kind=["a", "b"])
    assert "no verdict" in refused(contract, found, home)
    inspect(contract, found, home)
    assert "no verdict" in refused(contract, snapshot(contract, snapshot_of, kind=["a", "b"]), home)


@pytest.mark.parametrize(
    "other",
    [
        {"columns": [{**KIND, "categories": ["a", "b", "c"]}]},
        {"columns": [KIND], "privacy": {"epsilon": 2.0, "delta": 1e-6, "cap": {"epsilon": 3.0, "per": "year"}}},
        {"columns": [KIND], "source": {"kind": "csv", "path": "sample.csv", "min_rows": 2}},
    ],
)
def test_a_verdict_for_another_contract_does_not_count(
    other: dict[str, Any], home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf
) -> None:
    contract = make_contract([KIND])
    found = snapshot(contract, snapshot_of, kind=["a", "b"])
    inspect(contract, found, home)
    assert "no verdict" in refused(make_contract(**other), found, home)


def test_a_failed_check_names_column_and_fix_but_no_cell(
    home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf
) -> None:
    contract = make_contract([KIND])
    found = snapshot(contract, snapshot_of, kind=["a", SECRET])
    assert not inspect(contract, found, home).passed
    said = refused(contract, found, home)
    assert "domain of 'kind'" in said
    assert "other: true" in said
    assert SECRET not in said + stored(home).read_text()


def test_a_warning_does_not_block(home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf) -> None:
    contract = make_contract([{**KIND, "other": True}])
    found = snapshot(contract, snapshot_of, kind=["a", SECRET])
    verdict = inspect(contract, found, home)
    assert [check.name for check in verdict.checks if not check.passed] == ["domain"]
    assert require(contract, found, home).passed


def test_undeclared_personal_data_blocks(home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf) -> None:
    cells = [f"{SECRET}{i}@example.org" for i in range(60)]
    contract = make_contract([KIND, MAIL])
    found = snapshot(contract, snapshot_of, kind=["a"] * 60, contact_mail=cells)
    assert not inspect(contract, found, home).passed
    said = refused(contract, found, home)
    assert "'contact_mail'" in said
    assert "role: pii" in said
    assert SECRET not in said + stored(home).read_text()

    declared = make_contract([KIND, {"name": "contact_mail", "role": "pii", "pii": "email"}])
    inspect(declared, found, home)
    assert require(declared, found, home).passed


def test_a_check_that_could_not_be_made_blocks(
    home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf
) -> None:
    contract = make_contract([{"name": "n", "type": "integer", "bounds": [0, 1]}])
    found = snapshot_of(pa.table({"n": [SECRET, "1"]}))
    assert not inspect(contract, found, home).passed
    said = refused(contract, found, home)
    assert "bounds of 'n' (could not be made)" in said
    assert SECRET not in said + stored(home).read_text()


def _flip(content: dict[str, Any]) -> None:
    content["passed"] = True


def _drop_checks(content: dict[str, Any]) -> None:
    content["checks"], content["passed"] = [], True


def _drop_findings(content: dict[str, Any]) -> None:
    del content["findings"]


def _words_for_flags(content: dict[str, Any]) -> None:
    content["passed"] = "yes"
    content["checks"] = [{**check, "passed": "yes"} for check in content["checks"]]


def _other_format(content: dict[str, Any]) -> None:
    content["format"] = 99


@pytest.mark.parametrize("alter", [_flip, _drop_checks, _drop_findings, _words_for_flags, _other_format])
def test_an_altered_verdict_does_not_pass(
    alter: Callable[[dict[str, Any]], None], home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf
) -> None:
    contract = make_contract([KIND])
    found = snapshot(contract, snapshot_of, kind=["a", "z"])
    inspect(contract, found, home)
    content = json.loads(stored(home).read_text())
    alter(content)
    stored(home).write_text(json.dumps(content))
    refused(contract, found, home)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "\ud800".encode("utf-8", "surrogatepass")])
def test_a_damaged_file_does_not_pass(
    text: str | bytes, home: Home, make_contract: MakeContract, snapshot_of: SnapshotOf
) -> None:
    contract = make_contract([KIND])
    found = snapshot(contract, snapshot_of, kind=["a", "b"])
    inspect(contract, found, home)
    stored(home).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert "no verdict" in refused(contract, found, home)


@pytest.mark.parametrize("name", ["adult", "nist"])
def test_real_tables_pass(name: str, home: Home) -> None:
    if not (REPO.parent / "shared" / "data" / f"{name}_train.csv").exists():
        pytest.skip("../shared/data is not there")
    contract = load(REPO / "examples" / f"{name}.yaml")
    found = ingest(contract, home, REPO)
    verdict = inspect(contract, found, home)
    assert [(check.name, check.column) for check in verdict.checks if check.blocks] == []
    assert require(contract, found, home).passed
