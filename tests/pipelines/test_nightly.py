"""Nights of one deployment, as a user runs them: `noctule run`, in order, on one state folder."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from noctule.ledger.book import Ledger
from noctule.release.latest import latest
from noctule.release.verify import verify
from tests.pipelines.conftest import Deployment, rows, write

KEYS = {"dataset", "engine", "action", "epsilon", "delta", "rho", "epsilon_total", "epsilon_left", "rows"}
KEYS |= {"snapshot", "release"}


@pytest.fixture(scope="module")
def first(deployment: Deployment) -> dict[str, Any]:
    return deployment.run()


def snapshots(deployment: Deployment) -> list[Path]:
    return sorted((deployment.home.vault / "snapshots" / "clinic").glob("[!.]*"))


def test_the_first_night_fits_and_publishes(deployment: Deployment, first: dict[str, Any]) -> None:
    assert set(first) >= KEYS
    assert (first["action"], first["epsilon"], first["engine"]) == ("refit", 1.0, "adaptive")
    assert first["epsilon_total"] == pytest.approx(1.0, abs=1e-6)
    assert verify(Path(first["release"])) == []
    assert latest(deployment.home, "clinic") == Path(first["release"]) / "data" / "part-000.parquet"


def test_each_release_carries_a_certificate_that_the_ui_names(
    deployment: Deployment, first: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    certified = json.loads((Path(first["release"]) / "certificate.json").read_text())
    assert [step["step"] for step in certified["steps"]] == ["ingest", "checks", "pii", "purchase", "fit", "evaluation"]
    assert certified["guarantee"]["epsilon"] == 1.0
    assert certified["charge"]["nano_rho"] == round(first["rho"] * 1e9)
    monkeypatch.setenv("DAGSTER_HOME", str(deployment.home.dagster))
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["clinic", "release"]))
    assert event is not None and event.asset_materialization is not None
    told = {name: entry.value for name, entry in event.asset_materialization.metadata.items()}
    assert told["privacy/certificate"] == f"{first['release']}/certificate.html"
    assert told["privacy/covered_reads"] == 6
    assert told["report"] == f"{first['release']}/report.html"


def test_the_synthesizer_tells_what_is_left_and_when_it_ends(
    deployment: Deployment, first: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Epsilon 1 of a cap of 3: a refit uses a ninth or so. When the next version comes, nobody knows."""
    monkeypatch.setenv("DAGSTER_HOME", str(deployment.home.dagster))
    synthesizer = dg.AssetKey(["clinic", "synthesizer"])
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(synthesizer)
        check = instance.get_latest_asset_check_evaluation_record(dg.AssetCheckKey(synthesizer, "budget"))
    assert event is not None and event.asset_materialization is not None
    told = {name: entry.value for name, entry in event.asset_materialization.metadata.items()}
    assert told["privacy/rho"] == pytest.approx(first["rho"], rel=1e-3)
    assert told["privacy/epsilon_left"] == pytest.approx(first["epsilon_left"], rel=1e-3)
    assert told["privacy/forecast"] == "at most 6 refits in a year"
    assert check is not None and check.status.value == "SUCCEEDED"


def test_the_evaluation_shows_figures_attacks_and_tables(
    deployment: Deployment, first: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(deployment.home.dagster))
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["clinic", "evaluation"]))
    assert event is not None and event.asset_materialization is not None
    shown = event.asset_materialization.metadata
    numbers = {name: entry.value for name, entry in shown.items() if isinstance(entry.value, int | float)}
    # by chance an attack raises an alarm once in 700, at most: three of eight do so once in some 10^7
    assert numbers["attacks/alarms"] <= 2 and numbers["attacks/exact_copies"] < 0.01
    assert 0 < numbers["fidelity/tvd2"] < numbers["fidelity/tvd3"] < 1
    assert 0 < numbers["fidelity/pmse"] < 0.25 and 0.4 < numbers["fidelity/propensity_auroc"] < 1
    for name, length in (("attacks/table", 8), ("fidelity/ceilings", 3), ("utility/targets", 1)):
        table = shown[name]
        assert isinstance(table, dg.TableMetadataValue) and len(table.records) == length
    # a narrow page shows the first columns alone
    columns = shown["attacks/table"].schema.columns  # pyright: ignore
    assert [column.name for column in columns[:2]] == ["name", "verdict"]
    assert "fidelity/failures" not in shown
    report = Path(str(shown["report/internal"].value))
    assert report.is_relative_to(deployment.home.vault) and "Internal." in report.read_text()


def test_the_release_opens_everywhere_with_the_source_types(deployment: Deployment, first: dict[str, Any]) -> None:
    file = latest(deployment.home, "clinic")
    frame = pd.read_parquet(file)
    assert frame.attrs["epsilon"] == 1.0
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "full_name": "object", "age": "int64", "pressure": "object", "drug": "object", "ill": "bool",
    }  # fmt: skip
    assert pl.read_parquet(file).schema == {
        "full_name": pl.String, "age": pl.Int64, "pressure": pl.String, "drug": pl.String, "ill": pl.Boolean,
    }  # fmt: skip
    described = duckdb.sql(f"describe from '{file}'").fetchall()
    assert [row[1] for row in described] == ["VARCHAR", "BIGINT", "VARCHAR", "VARCHAR", "BOOLEAN"]
    assert len(frame) == first["rows"] == pytest.approx(3000, abs=300)


def test_each_released_column_is_described_and_says_by_whom(deployment: Deployment, first: dict[str, Any]) -> None:
    """The contract has no word of its own, so all are suggested; a word in the file reaches the next release."""
    words = pq.read_schema(Path(first["release"]) / "data" / "part-000.parquet")
    told = {field.name: {k.decode(): v.decode() for k, v in (field.metadata or {}).items()} for field in words}
    assert all(one["description"] and one["description_status"] == "suggested" for one in told.values())
    assert {one["description_source"] for one in told.values()} <= {"glossary", "name only"}
    card = (Path(first["release"]) / "README.md").read_text()
    assert all(one["description"].replace("|", "\\|") in card for one in told.values())
    assert not (deployment.root / "descriptions").exists()  # a night changes no file of the deployment
    made = deployment.noctule("describe", "clinic", "--json")
    rows = json.loads(made.stdout.splitlines()[-1])["columns"]
    assert {row["column"]: row["description"] for row in rows} == {c: one["description"] for c, one in told.items()}
    file = deployment.root / "descriptions" / "clinic.yaml"
    file.write_text(file.read_text().replace(told["ill"]["description"], "Ill on the day of the visit"))
    listed = json.loads(deployment.noctule("describe", "clinic", "--approve", "--json").stdout.splitlines()[-1])[
        "columns"
    ]
    assert {row["column"]: row["status"] for row in listed} == dict.fromkeys(told, "approved") | {"ill": "edited"}
    again = deployment.run()
    assert again["epsilon"] == 0.0
    field = pq.read_schema(Path(again["release"]) / "data" / "part-000.parquet").field("ill")
    assert (field.metadata or {})[b"description"] == b"Ill on the day of the visit"
    assert verify(Path(again["release"])) == []


def test_the_second_night_of_a_period_is_free_whatever_the_source_holds(
    deployment: Deployment, first: dict[str, Any]
) -> None:
    """The source is gone, and is not missed."""
    hidden = deployment.source.rename(deployment.source.with_suffix(".away"))
    second = deployment.run()
    hidden.rename(deployment.source)
    assert (second["action"], second["epsilon"], second["rho"]) == ("resample", 0.0, 0.0)
    assert (second["snapshot"], second["epsilon_total"]) == (first["snapshot"], first["epsilon_total"])
    assert second["release"] != first["release"]
    charges = [json.loads((Path(n["release"]) / "certificate.json").read_text())["charge"] for n in (first, second)]
    assert charges[0] == charges[1]
    assert (first["why"], second["why"]) == ("first run of version one", "the model of version one stands")


def test_a_gate_keeps_the_release_back_and_latest_stands(
    deployment: Deployment, first: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(deployment.home.dagster))
    before = latest(deployment.home, "clinic")
    deployment.contract(tvd2=1e-9)
    done = deployment.noctule("run", "clinic", "--json")
    deployment.contract()
    assert done.returncode == 5, done.stderr
    assert "the release is kept back because tvd2 is 0." in done.stderr
    assert latest(deployment.home, "clinic") == before
    with dg.DagsterInstance.get() as instance:
        checks = {
            name: instance.get_latest_asset_check_evaluation_record(
                dg.AssetCheckKey(dg.AssetKey(["clinic", "evaluation"]), f"gate_{name}")
            )
            for name in ("schema", "validity", "tvd2")
        }
    assert {name: check and check.status.value for name, check in checks.items()} == {
        "schema": "SUCCEEDED", "validity": "SUCCEEDED", "tvd2": "FAILED",
    }  # fmt: skip


def test_a_forged_journal_keeps_the_release_back(deployment: Deployment, first: dict[str, Any]) -> None:
    before = latest(deployment.home, "clinic")
    journal = deployment.home.vault / "reads" / "clinic" / f"{first['snapshot']}.jsonl"
    kept = journal.read_bytes()
    journal.write_bytes(kept + b'{"step": "dump", "cover": "internal", "columns": null, "reservation": null}\n')
    done = deployment.noctule("run", "clinic")
    journal.write_bytes(kept)
    assert done.returncode == 7, done.stderr
    assert "step 'dump' touched raw rows without cover" in done.stderr
    assert latest(deployment.home, "clinic") == before


def test_at_the_cap_the_changed_source_is_not_opened(deployment: Deployment, first: dict[str, Any]) -> None:
    """The changed file is malformed: had it been opened, the exit code would be 3."""
    before, kept = snapshots(deployment), deployment.source.read_bytes()
    deployment.contract(cap=1.01, version="two")
    deployment.source.write_bytes(kept + b'"unclosed')
    unsigned = deployment.noctule("run", "clinic", "--json")
    assert unsigned.returncode == 6 and "3.0 per year of the population becomes epsilon 1.01" in unsigned.stderr
    assert deployment.noctule("approve", "clinic", "--why", "a smaller budget").returncode == 0
    done = deployment.noctule("run", "clinic", "--json")
    assert done.returncode == 4, done.stderr
    assert "returns on" in done.stderr
    assert snapshots(deployment) == before
    deployment.contract(version="two")
    assert deployment.noctule("approve", "clinic", "--why", "the old budget").returncode == 0
    assert deployment.noctule("run", "clinic").returncode == 3
    deployment.contract()
    deployment.source.write_bytes(kept)
    assert [entry.kind for entry in Ledger(deployment.home.ledger).entries()].count("reserve") == 1


def test_undeclared_pii_stops_the_night_before_any_charge(deployment: Deployment, first: dict[str, Any]) -> None:
    entries = len(Ledger(deployment.home.ledger).entries())
    named = [[*row[:4], f"nina{number}@posteo.net", row[5]] for number, row in enumerate(rows(300, seed=2))]
    named[0][4] = "drug"
    write(deployment.source, named)
    deployment.contract(version="two")
    done = deployment.noctule("run", "clinic")
    deployment.contract()
    write(deployment.source, rows(3000, seed=1))
    assert done.returncode == 3, done.stderr
    assert len(Ledger(deployment.home.ledger).entries()) == entries


def test_staged_samples_do_not_pile_up(deployment: Deployment, first: dict[str, Any]) -> None:
    assert len(list((deployment.home.staging / "clinic").iterdir())) == 2


def test_the_ledger_speaks_for_all_of_it(deployment: Deployment, first: dict[str, Any]) -> None:
    shown = json.loads(deployment.noctule("ledger", "show", "--json").stdout)
    (account,) = shown["populations"]
    assert (account["population"], account["charges"], account["open"]) == ("clinic", 1, 0)
    assert deployment.noctule("ledger", "verify").returncode == 0


def test_a_ledger_that_was_deleted_is_missed(deployment: Deployment, first: dict[str, Any]) -> None:
    hidden = deployment.home.ledger.with_suffix(".away")
    deployment.home.ledger.rename(hidden)
    write(deployment.source, rows(3000, seed=3))
    deployment.contract(version="two")
    refused, verified = deployment.noctule("run", "clinic"), deployment.noctule("ledger", "verify")
    deployment.contract()
    deployment.home.ledger.unlink(missing_ok=True)
    hidden.rename(deployment.home.ledger)
    write(deployment.source, rows(3000, seed=1))
    assert refused.returncode == 1 and "does not account" in refused.stderr
    assert verified.returncode == 1 and "missing" in verified.stderr


def test_events_hold_only_allowed_metadata(deployment: Deployment, first: dict[str, Any]) -> None:
    """Each value in the passport is public; the release has no internal number."""
    footer = pq.read_schema(latest(deployment.home, "clinic")).metadata
    passport = json.loads(footer[b"dp.passport"])
    assert passport["synthetic"] is True
    assert not {"tvd2", "quality", "tstr"} & set(passport)
