"""Whole nights of a tiny table to a release: its certificate tells what ran, and a seed or a lost journal stops it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from noctule.audit import store
from noctule.audit.audit import Finding
from noctule.audit.store import keep, told
from noctule.code import code_digest
from noctule.contract import Contract
from noctule.errors import CertificateError, GateError
from noctule.evaluation.evaluate import evaluate
from noctule.home import Home
from noctule.ingest.journal import recorded
from noctule.ingest.snapshot import named
from noctule.ledger.book import Ledger
from noctule.mechanisms import gaussian
from noctule.release.publish import publish, release_id
from noctule.release.stage import stage
from noctule.release.verify import verify
from tests.noctule.mechanisms.plant import Source, door
from tests.noctule.night import CONTRACT, DRIFTING, MONDAY, night, refitting
from tests.noctule.test_refresh import killed

DAY = timedelta(days=1)
WEEKLY = refitting("weekly")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = "".join(f"{'x' if i % 5 else 'y'},{i % 3}\n" for i in range(2_000))
    (tmp_path / "tiny.csv").write_text("a,b\n" + rows)
    return tmp_path


def released(home: Home, root: Path, contract: Contract, moment: datetime = MONDAY) -> Path:
    """One night, from the source to the lake, as the chain of assets goes through it."""
    done = night(home.root, root, moment, contract)
    release = release_id(moment, str(moment))
    staged = stage(done.bundle, 200, 1, root / "staged" / release)
    snapshot = named(home, contract.name, done.night.snapshot)
    evaluate(done.bundle.contract, snapshot, home, staged, done.bundle.receipt["score"])
    reads = recorded(home, contract.name, snapshot.id)
    book = Ledger(home.ledger).entries()
    terms = {"release_id": release, "reads": reads, "book": book, "audit": told(done.bundle.receipt, home, release)}
    return publish(done.bundle.contract, home, staged, done.bundle.receipt, 1.0, **terms)


def certified(release: Path) -> Any:
    assert verify(release) == []
    return json.loads((release / "certificate.json").read_text())


def steps(release: Path) -> list[str]:
    return [step["step"] for step in certified(release)["steps"]]


def test_a_refit_and_the_resample_after_it_tell_the_same(root: Path, home: Home) -> None:
    """The second reads nothing anew but for the evaluation, and rests on the reads of the first."""
    first, second = (released(home, root, WEEKLY, MONDAY + day * DAY) for day in (0, 1))
    assert steps(first) == steps(second) == ["ingest", "checks", "pii", "fit", "evaluation"]
    assert certified(first)["charge"] == certified(second)["charge"]


def test_the_audit_named_is_of_the_code_that_fitted(root: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two nights sample one model, the second under other code. An audit of that code says nothing of the model; and
    that the model's own code failed keeps it back still, though other code runs."""
    found, fitted_by = Finding("mst", "tap", True, "words"), code_digest()
    keep([found], home, MONDAY - DAY, fitted_by)
    assert certified(released(home, root, WEEKLY))["audit"]["at"] == (MONDAY - DAY).isoformat()
    monkeypatch.setattr(store, "code_digest", lambda: "ab" * 32)
    keep([found], home, MONDAY, "ab" * 32)
    named = certified(released(home, root, WEEKLY, MONDAY + DAY))["audit"]
    assert (named["code_sha256"], named["at"]) == (fitted_by, (MONDAY - DAY).isoformat())
    keep([replace(found, passed=False)], home, MONDAY + DAY, fitted_by)
    with pytest.raises(GateError, match=f"the last audit of mst failed, of code {fitted_by[:12]}"):
        released(home, root, WEEKLY, MONDAY + 2 * DAY)


def test_neither_an_unchanged_nor_a_changed_table_shows(root: Path, home: Home) -> None:
    """Nights that refit on the same rows, on the same content delivered again, and on other rows, look alike."""
    told: list[Any] = []
    for day in range(3):
        if day:
            path = root / "tiny.csv"
            path.write_text(path.read_text() + ("x,1\n" if day == 2 else ""))
        contract = CONTRACT.model_copy(update={"privacy": CONTRACT.privacy.model_copy(update={"epsilon": 0.5})})
        release = released(home, root, contract, MONDAY + day * DAY)
        told.append([(step["step"], step["cover"], step["columns"]) for step in certified(release)["steps"]])
        assert {step["reservation"] for step in certified(release)["steps"]} - {None} == {
            certified(release)["charge"]["reservation"]
        }
    assert told[0] == told[1] == told[2]


def test_a_drift_test_is_covered_by_the_standing_model(root: Path, home: Home) -> None:
    first, second = (released(home, root, DRIFTING, MONDAY + day * DAY) for day in (0, 1))
    assert "drift test" in steps(second) and "drift test" not in steps(first)
    (test,) = [step for step in certified(second)["steps"] if step["step"] == "drift test"]
    assert (test["cover"], test["reservation"]) == ("charged", certified(first)["charge"]["reservation"])
    assert "sparse_vector" in {one["mechanism"] for one in certified(second)["noise"]["mechanisms"]}


def test_a_drift_test_of_a_changed_table_reads_that_table(root: Path, home: Home) -> None:
    first = released(home, root, DRIFTING)
    (root / "tiny.csv").write_text((root / "tiny.csv").read_text() + "x,1\n")
    second = released(home, root, DRIFTING, MONDAY + DAY)
    journals = list((home.vault / "reads" / "tiny").iterdir())
    assert len(journals) == 2
    assert steps(second) == [*steps(first)[:-1], "drift test", "evaluation"]


def test_a_crashed_fit_is_covered_by_its_own_reservation(root: Path, home: Home) -> None:
    killed(home.root, root, "fitted")
    release = released(home, root, CONTRACT)
    (snapshot,) = (home.vault / "reads" / "tiny").iterdir()
    fits = [json.loads(line) for line in snapshot.read_text().splitlines()]
    assert len({line["reservation"] for line in fits if line["step"] == "fit"}) == 2
    assert len([step for step in certified(release)["steps"] if step["step"] == "fit"]) == 1


def test_no_snapshot_id_and_no_time_of_a_read_leaves_the_vault(root: Path, home: Home) -> None:
    release = released(home, root, CONTRACT)
    (journal,) = (home.vault / "reads" / "tiny").iterdir()
    for name in ("certificate.json", "certificate.html", "privacy.json", "README.md", "quality.json"):
        assert journal.stem not in (release / name).read_text()


def test_a_forged_line_keeps_the_next_release_back(root: Path, home: Home) -> None:
    first = released(home, root, WEEKLY)
    (journal,) = (home.vault / "reads" / "tiny").iterdir()
    forged = json.loads(journal.read_text().splitlines()[-1]) | {"step": "fit", "cover": "charged"}
    journal.write_text(journal.read_text() + json.dumps(forged | {"reservation": "2:" + "ab" * 32}) + "\n")
    with pytest.raises(CertificateError, match="outside a reservation"):
        released(home, root, WEEKLY, MONDAY + DAY)
    assert json.loads((home.lake / "tiny" / "latest.json").read_text())["release"] == first.name


@pytest.mark.parametrize("source", [lambda: np.random, lambda: np.random.default_rng(0)], ids=["global", "each call"])
def test_a_seeded_source_stops_the_fit_before_it_is_charged(
    root: Path, home: Home, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaussian, "opendp", door(source))
    with pytest.raises(CertificateError, match="repeats itself"):
        night(home.root, root)
    assert [entry.kind for entry in Ledger(home.ledger).entries()].count("reserve") == 0
    assert not list(home.models.rglob("bundle.json"))
    (journal,) = (home.vault / "reads" / "tiny").iterdir()
    assert [json.loads(line)["step"] for line in journal.read_text().splitlines()] == ["ingest", "checks", "pii"]


def test_a_generator_that_a_process_begins_anew_stops_the_second_fit(
    root: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each night here is a process of its own: its generator, made once, starts from the seed."""

    def fresh_process() -> Callable[[], SimpleNamespace]:
        generator = np.random.default_rng(0)
        return door(lambda: generator)

    monkeypatch.setattr(gaussian, "opendp", fresh_process())
    night(home.root, root)
    monkeypatch.setattr(gaussian, "opendp", fresh_process())
    with pytest.raises(CertificateError, match="noise of discrete_gaussian repeats itself"):
        night(home.root, root, MONDAY + DAY)
    assert [entry.kind for entry in Ledger(home.ledger).entries()].count("reserve") == 1
