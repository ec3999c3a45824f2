"""`noctule router plan` as a person types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from noctule.cli import cli
from noctule.errors import UsageError

SHIPPED = Path(__file__).parents[3] / "models.yaml"


@pytest.fixture(autouse=True)
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workspace.yaml").touch()
    text = SHIPPED.read_text().replace("# house:", "house:").replace("# local:", "local:")  # a model of the house
    (tmp_path / "models.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOCTULE_HOME", str(tmp_path / "state"))
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_the_plan_names_the_order_and_why_others_are_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "gm-0123456789")
    done = CliRunner().invoke(cli, ["router", "plan", "--requires", "structured,text,vision"])
    assert done.exit_code == 0, done.output
    assert "1  gemini-flash" in done.output and "no key in OPENAI_API_KEY" in done.output
    assert "lacks vision" in done.output and "gm-0123456789" not in done.output
    assert not (tmp_path / "state").exists()


def test_the_plan_as_json() -> None:
    told = json.loads(CliRunner().invoke(cli, ["router", "plan", "--zone", "local", "--json"]).stdout)
    assert [row["name"] for row in told["models"] if row["skipped"] is None] == ["local"]


def test_an_unknown_capability_is_a_usage_error() -> None:
    done = CliRunner().invoke(cli, ["router", "plan", "--requires", "smell"])
    assert isinstance(done.exception, UsageError)


def test_without_a_key_nobody_is_tried(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(SHIPPED.read_text())
    done = CliRunner().invoke(cli, ["router", "evaluate"])
    assert done.exit_code == 0 and "none was tried" in done.output


def test_a_model_is_accepted_by_name(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["router", "accept", "haiku"])
    assert done.exit_code == 0 and "begins anew" in done.output
    assert [path.suffix for path in (tmp_path / "state" / "trials").iterdir()] == [".json"]
    assert isinstance(CliRunner().invoke(cli, ["router", "accept", "nobody"]).exception, UsageError)
