"""The page of the audit, on a real instance: a real audit of few canaries."""

import base64
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

import assets.audit
from bench import faults
from noctule.audit.audit import audit
from noctule.audit.plot import trend_png
from noctule.audit.store import history
from noctule.home import Home
from resources.handles import JsonHandles
from resources.state import State
from tests.contracts import contract_of

AGE = {"name": "age", "type": "integer", "bounds": [0, 110], "bins": 11}


def page(home: Path) -> dg.ExecuteInProcessResult:
    resources = {
        "state": State(home_path=str(home), root_path=str(home)),
        "io_manager": JsonHandles(folder=str(home / "handles")),
    }
    asset = assets.audit.audit([contract_of([AGE], engine={"name": "adaptive"})])
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize([asset], instance=instance, resources=resources, raise_on_error=False)


def test_the_page_shows_checks_a_table_and_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two audits, of sound code, which fails once in 1,000, and of less noise than stated."""
    monkeypatch.setattr(assets.audit, "audited", partial(audit, canaries=128))
    done = page(tmp_path)
    checks = {check.check_name: check.passed for check in done.get_asset_check_evaluations()}
    assert checks == {"adaptive": True, "domain_and_noise": True}
    (made,) = done.asset_materializations_for_node("privacy__audit")
    told = {name: entry.value for name, entry in made.metadata.items()}
    assert set(told) == {"audit/trend", "audit/findings", "audit/code"} and len(told["audit/findings"].records) == 10
    png = base64.b64decode(str(told["audit/trend"]).partition("base64,")[2].removesuffix(")"))
    assert png.startswith(b"\x89PNG") and len(png) < 50_000
    with faults.noise_divided(10):
        done = page(tmp_path)
    checks = {check.check_name: check.passed for check in done.get_asset_check_evaluations()}
    assert checks == {"adaptive": False, "domain_and_noise": True}
    assert [report["passed"] for report in history(Home(tmp_path))] == [True, False]


def test_the_picture_of_a_year_is_small() -> None:
    facts = {"gaussian": 5.4, "zcdp": 4.5, "clopper_pearson": 1.4}
    found = [{"engine": "mst", "test": "cells", "claim": 8.0, "passed": True, "facts": facts}]
    reports = [
        {"at": datetime(2026, 1 + week // 5, 1 + 5 * (week % 5), tzinfo=UTC).isoformat(), "code": str(week // 9),
         "engines": ["mst"], "findings": found}
        for week in range(52)
    ]  # fmt: skip
    assert len(trend_png(reports)) < 50_000
