"""Audits that are kept, and what follows from them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from noctule import code
from noctule.audit import store
from noctule.audit.audit import Finding
from noctule.audit.store import due, history, keep, newest, standing, told
from noctule.cli import audit as command
from noctule.code import code_digest
from noctule.errors import GateError
from noctule.home import Home

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def found(engine: str, passed: bool = True, shared: bool = True) -> list[Finding]:
    facts = {"delta": 1e-6, "canaries": 4096}
    return [Finding(engine, "cells", passed, "words", 8.0, 5.0, facts), Finding("", "seed", shared, "words")]


def test_an_audit_is_kept_whole(home: Home) -> None:
    report = keep(found("mst"), home, NOW, code_digest())
    assert history(home) == [report] and report["passed"] and report["engines"] == ["mst"]
    assert report["findings"][0]["bound"] == 5.0 and report["code"] == code_digest()


def test_a_release_is_kept_back_by_the_newest_audit_of_its_engine_alone(home: Home) -> None:
    assert standing("mst", home) == "none for this code"
    keep(found("mst"), home, NOW, code_digest())
    assert standing("mst", home) == "passed 2026-11-22"
    keep(found("mst", passed=False), home, NOW + timedelta(days=1), code_digest())
    keep(found("aim"), home, NOW + timedelta(days=2), code_digest())
    assert standing("aim", home) == "passed 2026-11-24"
    with pytest.raises(GateError):
        standing("mst", home)
    keep(found("mst"), home, NOW + timedelta(days=3), code_digest())
    assert standing("mst", home) == "passed 2026-11-25"


def test_what_is_of_all_engines_keeps_each_back(home: Home) -> None:
    keep(found("mst", shared=False), home, NOW, code_digest())
    with pytest.raises(GateError):
        standing("mst", home)


def test_an_audit_is_due_after_a_week_and_under_other_code(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert due(["mst"], home, NOW) == ["mst"]
    keep(found("mst"), home, NOW, code_digest())
    assert due(["mst", "aim"], home, NOW + timedelta(days=7)) == ["aim"]
    assert due(["mst"], home, NOW + timedelta(days=9)) == ["mst"]
    monkeypatch.setattr(store, "code_digest", lambda: "other")
    assert due(["mst"], home, NOW) == ["mst"] and newest("mst", home) is None
    assert standing("mst", home) == "none for this code"


def test_a_certificate_tells_what_had_ended_before_the_release_of_that_engine_and_code(home: Home) -> None:
    release, receipt = "20261122T080000Z-0123abcd", {"engine": "mst", "code": "c0"}
    keep(found("mst"), home, NOW - timedelta(seconds=1), "other")
    keep(found("aim"), home, NOW - timedelta(seconds=1), "c0")
    assert told(receipt, home, release) is None
    keep(found("mst"), home, NOW - timedelta(seconds=2), "c0")
    keep([*found("aim"), *found("mst")], home, NOW - timedelta(seconds=1), "c0")
    keep(found("mst"), home, NOW, "c0")
    stands = told(receipt, home, release)
    assert stands and (stands["at"], stands["tests"]) == ("2026-11-22T07:59:59+00:00", 3)  # its own, and the shared
    assert [(one["test"], one["bound"], one["claim"]) for one in stands["bounds"]] == [("cells", 5.0, 8.0)]
    assert told({"engine": "mst"}, home, release) is None  # fitted before codes were recorded
    with pytest.raises(GateError, match="of code c0"):
        keep(found("mst", shared=False), home, NOW - timedelta(milliseconds=500), "c0")
        told(receipt, home, release)


def test_the_command_dates_an_audit_by_its_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one that ran while a release was made would count as known before it, once it had ended."""
    worked: list[datetime] = []

    def audit(*_: object, **__: object) -> list[Finding]:
        worked.append(datetime.now(UTC))
        return found("mst")

    monkeypatch.setattr(command, "audit", audit)
    monkeypatch.setenv("NOCTULE_HOME", str(home.root))
    assert CliRunner().invoke(command.audit_command, ["--engine", "mst"]).exit_code == 0
    (file,) = (home.root / "audits").iterdir()
    assert file.name >= f"{worked[0]:%Y%m%dT%H%M%S.%fZ}"


def test_the_digest_covers_the_source_and_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_digest()
    monkeypatch.setattr(code, "version", lambda name: "0")
    assert code_digest.__wrapped__() != before
    monkeypatch.undo()
    assert code_digest.__wrapped__() == before
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if path.name == "purse.py" else b""))
    assert code_digest.__wrapped__() != before


@pytest.mark.parametrize("content", ["", "{}", "[]", json.dumps({"format": 1, "passed": 1, "at": "2026-01-01"})])
def test_a_record_that_cannot_be_read_keeps_releases_back(home: Home, content: str) -> None:
    keep(found("mst"), home, NOW, code_digest())
    (home.root / "audits" / "damaged.json").write_text(content)
    with pytest.raises(GateError):
        standing("mst", home)
