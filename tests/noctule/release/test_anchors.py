"""What releases and models say of the ledger."""

import json
from pathlib import Path
from typing import Any

import pytest

from noctule.errors import LedgerError
from noctule.home import Home
from noctule.ledger import Ledger
from noctule.mechanisms.accounting import rho_of
from noctule.release.anchors import published_anchors, unaccounted
from tests.contracts import contract_of


def put(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_releases_and_models_are_asked(home: Home) -> None:
    put(home.lake / "a" / "releases" / "r1" / "privacy.json", json.dumps({"ledger_head": "2:bb"}))
    put(home.models / "a" / "k" / "bundle.json", json.dumps({"receipt": {"ledger_head": "1:aa"}}))
    assert published_anchors(home) == [(1, "aa"), (2, "bb")]


def test_a_damaged_release_is_named_and_a_damaged_model_passed_over(home: Home) -> None:
    put(home.models / "a" / "k" / "bundle.json", "{")
    assert published_anchors(home) == []
    put(home.lake / "a" / "releases" / "r1" / "privacy.json", "{")
    with pytest.raises(LedgerError, match="r1"):
        published_anchors(home)


def test_a_release_is_accounted_for_by_the_ledger_that_paid_it(home: Home) -> None:
    contract = contract_of([{"name": "age", "type": "integer", "bounds": [0, 110]}])
    ledger, nano_rho = Ledger(home.ledger), rho_of(1.0, 1e-6)
    ledger.reserve(contract, key="k", event={"name": "ZCDpEvent", "rho": nano_rho / 1e9}, nano_rho=nano_rho)
    last = ledger.entries()[-1]
    passport: dict[str, Any] = {
        "dataset": "sample", "population": "testers", "model": "k", "rho": nano_rho / 1e9,
        "ledger_head": f"{last.seq}:{last.hash}",
    }  # fmt: skip
    assert unaccounted(passport, ledger) == []
    for change, problem in (
        ({"model": "other"}, "no charge for this model"),
        ({"population": "others"}, "no charge for this model"),
        ({"rho": 0.001}, "is not the rho in the passport"),
        ({"ledger_head": f"{last.seq}:{'0' * 64}"}, "is not the one that was published"),
        ({"ledger_head": f"{last.seq + 1}:{last.hash}"}, "was published and is missing"),
        ({"ledger_head": None}, "lacks what the ledger would be asked for"),
    ):
        assert [problem in found for found in unaccounted({**passport, **change}, ledger)] == [True], change
