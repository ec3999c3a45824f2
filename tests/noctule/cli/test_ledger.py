"""`noctule ledger` and `noctule approve` as a privacy officer types them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from noctule.cli import cli
from noctule.contract.load import dump
from noctule.errors import ApprovalError, LedgerError, UsageError
from noctule.home import Home
from noctule.ledger import Ledger
from noctule.mechanisms.accounting import rho_of
from tests.contracts import contract_of

Noctule = Callable[..., Result]
AGE = {"name": "age", "type": "integer", "bounds": [0, 110]}


def contract(epsilon: float = 1.0, cap: float = 3.0):
    caps = [{"epsilon": cap, "per": "year"}, {"epsilon": 2.0, "per": "lifetime", "of": "dataset"}]
    return contract_of([AGE], name="ages", privacy={"epsilon": epsilon, "delta": 1e-6, "cap": caps})


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment with one dataset, and the working folder in it."""
    (tmp_path / "workspace.yaml").touch()
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "ages.yaml").write_text(dump(contract()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOCTULE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("NOCTULE_LEDGER", raising=False)
    return tmp_path


@pytest.fixture
def ledger(root: Path) -> Ledger:
    """With one charge in it."""
    book = Ledger(Home.from_environment().ledger)
    nano_rho = rho_of(1.0, 1e-6)
    book.reserve(contract(), key="k", event={"name": "ZCDpEvent", "rho": nano_rho / 1e9}, nano_rho=nano_rho)
    return book


@pytest.fixture
def noctule() -> Noctule:
    def run(*words: str) -> Result:
        done = CliRunner().invoke(cli, words)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


def test_show_tells_each_cap_in_words(ledger: Ledger, noctule: Noctule) -> None:
    told = noctule("ledger", "show").output
    for line in (
        "testers  1 charges (1 never finished, and counted)",
        "  epsilon 3 per year of the population, at delta 1e-06",
        "    spent  1 of 3 per year, 1 ever",
        "  epsilon 2 per lifetime of dataset ages, at delta 1e-06",
        "    budget returns never",
    ):
        assert line in told.splitlines()
    assert json.loads(noctule("ledger", "show", "--json").output)["populations"][0]["approvals"][0]["dataset"] == "ages"


def test_show_writes_the_picture(ledger: Ledger, root: Path, noctule: Noctule) -> None:
    assert noctule("ledger", "show", "--plot", "budget.png").exit_code == 0
    assert (root / "budget.png").read_bytes().startswith(b"\x89PNG")


def test_forecast_as_lines_and_as_json(ledger: Ledger, noctule: Noctule) -> None:
    """Of nightly refits at epsilon 1, epsilon 2 of the dataset for good: three in all fit, and one was charged."""
    told = noctule("ledger", "forecast").output.splitlines()
    assert told[:3] == ["testers", "  ages", "    refits nightly, rho 0.02435 each"]
    found = json.loads(noctule("ledger", "forecast", "--json").output)
    (population,) = found["populations"]
    (one,) = population["datasets"]
    assert (population["population"], one["dataset"], one["refit"]) == ("testers", "ages", "nightly")
    assert (one["calendar"], one["signed"], len(one["past_refits"])) == (True, True, 1)
    assert one["refits_in_a_year"] == rho_of(2.0, 1e-6) // rho_of(1.0, 1e-6) - 1
    assert one["refused_by"] == "epsilon 2 per lifetime of dataset ages, at delta 1e-06"
    assert f"    refused on {one['refused_on']} by {one['refused_by']}; {one['refits_in_a_year']} refits" in told[3]


def test_verify_as_lines_and_as_json(ledger: Ledger, noctule: Noctule) -> None:
    assert noctule("ledger", "verify").output == "sound: 2 entries, 0 published anchors\n"
    found = json.loads(noctule("ledger", "verify", "--json").output)
    assert found == {
        "sound": True, "problems": [], "entries": 2, "anchors": 0, "head": ledger.head(), "where": ledger.where,
    }  # fmt: skip


def test_a_change_waits_for_approve_which_tells_it(ledger: Ledger, root: Path, noctule: Noctule) -> None:
    (root / "datasets" / "ages.yaml").write_text(dump(contract(epsilon=2.0)))
    with pytest.raises(ApprovalError):
        ledger.require_approved(contract(epsilon=2.0))
    done = noctule("approve", "ages", "--why", "a wider study", "--who", "officer")
    assert done.output == "  epsilon: 1.0 becomes 2.0\nages: approved by officer\n"
    ledger.require_approved(contract(epsilon=2.0))
    assert "nothing to approve" in noctule("approve", "ages", "--why", "again").output
    detail = ledger.entries()[-1].detail
    assert (detail["who"], detail["why"]) == ("officer", "a wider study")
    with pytest.raises(UsageError, match="no dataset 'other'"):
        noctule("approve", "other", "--why", "x")
    assert noctule("approve", "ages").exit_code == 2


def test_the_book_moves_and_the_environment_names_it(
    ledger: Ledger, root: Path, noctule: Noctule, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "2 entries" in noctule("ledger", "export", "book.jsonl").output
    with pytest.raises(LedgerError, match="spent twice"):
        noctule("ledger", "import", "book.jsonl", "--into", "copy.db")
    moved = root / "elsewhere" / "ledger.db"
    told = noctule("ledger", "migrate", str(moved)).output
    assert told == f"{moved}: 2 entries; set NOCTULE_LEDGER to it wherever Noctule runs\n"
    assert "this book is closed; it goes on at" in noctule("ledger", "show").output
    monkeypatch.setenv("NOCTULE_LEDGER", str(moved))
    assert Home.from_environment().ledger == moved
    assert "sound: 2 entries" in noctule("ledger", "verify").output
    noctule("ledger", "resume", "--why", "a pause")
    assert Ledger(moved).entries()[-1].kind == "clock"


def test_an_export_is_restored_into_an_empty_ledger(
    ledger: Ledger, noctule: Noctule, monkeypatch: pytest.MonkeyPatch
) -> None:
    noctule("ledger", "export", "book.jsonl")
    head = ledger.head()
    Path(ledger.where).unlink()
    noctule("ledger", "import", "book.jsonl", "--into", ledger.where)
    assert ledger.head() == head


def test_a_url_in_the_environment_is_the_ledger(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("NOCTULE_LEDGER", "postgresql+psycopg://bob:hunter2@db.example/budget")
    place = Home.from_environment().ledger
    assert Ledger(place).where == "postgresql://db.example/budget"
    monkeypatch.setenv("NOCTULE_LEDGER", "sqlite:////srv/ledger.db")
    assert Ledger(Home.from_environment().ledger).where == "/srv/ledger.db"
