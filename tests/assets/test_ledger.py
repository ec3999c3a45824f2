"""The page of the ledger and the check `budget`, on a real instance."""

import base64
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.budget import ahead_of, budget
from assets.ledger import ledger
from noctule.contract import Contract
from noctule.ledger import Ledger
from noctule.mechanisms.accounting import rho_of
from resources.handles import JsonHandles
from resources.state import State
from tests.contracts import contract_of

AGE = {"name": "age", "type": "integer", "bounds": [0, 110], "bins": 11}
CAP = rho_of(3.0, 1e-6)


def contracts() -> list[Contract]:
    return [contract_of([AGE], name=name, population=population) for name, population in (("a", "x"), ("b", "y"))]


def charge(on: Ledger, percent: int) -> None:
    nano_rho = CAP * percent // 100
    held = on.reserve(contracts()[0], key="k", event={"name": "ZCDpEvent", "rho": nano_rho / 1e9}, nano_rho=nano_rho)
    on.commit(held, {})


def page(home: Path) -> tuple[dict[str, Any], dg.AssetCheckEvaluation]:
    """The metadata of a materialization, and its check."""
    resources = {
        "state": State(home_path=str(home), root_path=str(home)),
        "io_manager": JsonHandles(folder=str(home / "handles")),
    }
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([ledger(contracts())], instance=instance, resources=resources)
    (made,) = done.asset_materializations_for_node("privacy__ledger")
    (check,) = done.get_asset_check_evaluations()
    return {name: entry.value for name, entry in made.metadata.items()}, check


def test_the_page_shows_a_picture_a_table_and_the_verdict(tmp_path: Path) -> None:
    charge(Ledger(tmp_path / "ledger.db"), 30)
    told, check = page(tmp_path)
    assert check.passed and told["ledger/verify"] == "sound: 3 entries, 0 published anchors"
    _, _, picture = str(told["ledger/burn_down"]).partition("base64,")
    png = base64.b64decode(picture.removesuffix(")"))
    assert png.startswith(b"\x89PNG") and len(png) < 60_000
    (row,) = [record.data for record in told["ledger/caps"].records]
    assert (row["population"], row["charges"], row["open reservations"], row["approvals"]) == ("x", 1, 0, 1)
    assert row["next return"] != "never" and str(row["refused from"]).startswith("20")
    assert [record.data["dataset"] for record in told["ledger/datasets"].records] == ["a", "b"]


def test_a_place_without_a_ledger_has_a_page(tmp_path: Path) -> None:
    told, check = page(tmp_path)
    assert check.passed and "ledger/burn_down" in told and "ledger/caps" not in told


def test_a_damaged_ledger_fails_the_check_and_shows_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"x" * 5000)
    told, check = page(tmp_path)
    assert (check.passed, check.severity, set(told)) == (False, dg.AssetCheckSeverity.ERROR, {"ledger/verify"})


def test_a_release_that_the_ledger_does_not_know_fails_the_check(tmp_path: Path) -> None:
    charge(Ledger(tmp_path / "ledger.db"), 30)
    stored = tmp_path / "models" / "a" / "key" / "bundle.json"
    stored.parent.mkdir(parents=True)
    stored.write_text('{"receipt": {"ledger_head": "9:' + "0" * 64 + '"}}')
    told, check = page(tmp_path)
    assert not check.passed and "1 findings" in str(told["ledger/verify"])


@pytest.mark.parametrize(("percent", "passed"), [(30, True), (85, False), (99, False)])
def test_the_check_budget_warns_at_80_percent(tmp_path: Path, percent: int, passed: bool) -> None:
    book, one = Ledger(tmp_path / "ledger.db"), contracts()[0]
    charge(book, percent)
    found = budget(one, book, ahead_of(one, contracts(), book))
    assert (found.passed, found.severity) == (passed, dg.AssetCheckSeverity.WARN)
    assert "left " in str(found.description) and "forecast date: refused on 20" in str(found.description)
