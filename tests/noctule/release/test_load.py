"""A consumer names a dataset and a day, and gets its rows with the source's types, and the passport."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

import noctule
from noctule.contract import Contract
from noctule.engines.bundle import Bundle
from noctule.errors import UsageError
from noctule.home import Home
from noctule.release.find import find
from noctule.release.publish import publish
from noctule.release.stage import stage
from noctule.release.trust import trust

DAYS = ("20261121T230000Z", "20261122T023000Z", "20261122T233000Z")


@pytest.fixture
def lake(
    contract: Contract, measured: Bundle, home: Home, receipt: dict[str, Any], terms: dict[str, Any], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:  # fmt: skip
    """Three releases of 100, 200 and 300 rows on two days; their ids."""
    monkeypatch.setenv("NOCTULE_HOME", str(home.root))
    contract = contract.model_copy(update={"release": contract.release.model_copy(update={"keep": 3})})
    ids = [f"{day}-0123abcd" for day in DAYS]
    for at, name in enumerate(ids):
        rows = stage(measured, rows=100 * (at + 1), seed=at, folder=tmp_path / name)
        publish(contract, home, rows, receipt, 1.0, **{**terms, "release_id": name}, trusted=trust(measured, rows))
    return ids


def test_latest_an_id_and_days(lake: list[str], home: Home) -> None:
    asked = {
        "latest": 300, lake[0]: 100, "2026-11-21": 100, date(2026, 11, 22): 300, datetime(2026, 11, 22, 1): 100,
        datetime(2026, 11, 22, 12): 200, datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=2))): 200,
        "2027-01-01": 300,
    }  # fmt: skip
    assert {as_of: noctule.load("sample", as_of).num_rows for as_of in asked} == asked
    assert noctule.load("sample", home=home.root).num_rows == 300


def test_what_there_is_not_is_refused_with_what_there_is(lake: list[str]) -> None:
    with pytest.raises(UsageError, match=f"the oldest one kept is {lake[0]}"):
        noctule.load("sample", "2026-11-20")
    with pytest.raises(UsageError, match="released here: sample"):
        noctule.load("other")
    for as_of in ("yesterday", "../sample", "20261121T230000Z-ffffffff", "2026-13-01"):
        with pytest.raises(UsageError, match="is no release here and no date"):
            noctule.load("sample", as_of)
    with pytest.raises(UsageError, match="cannot be loaded as"):
        noctule.load("sample", to="excel")  # pyright: ignore[reportArgumentType]


def test_three_libraries_and_the_passport(lake: list[str]) -> None:
    table, frame, polar = (noctule.load("sample", to=to) for to in ("arrow", "pandas", "polars"))
    facts = noctule.passport("sample")
    assert facts["release"] == lake[2] and facts["epsilon"] == 1.0
    assert json.loads(table.schema.metadata[b"dp.passport"]) == frame.attrs == facts
    assert table.num_rows == len(frame) == polar.height == 300
    assert table.schema.field("age").metadata == {b"description": b"Years | at entry", b"unit": b"years"}


def test_to_import_noctule_imports_nothing_else() -> None:
    code = "import sys, noctule; print(sorted({'pyarrow', 'numpy', 'noctule.release.load'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        noctule.lode  # noqa: B018


def test_the_duckdb_view_follows_latest(lake: list[str], home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.lake / "sample"
    monkeypatch.chdir(folder)
    with duckdb.connect() as connection:
        connection.execute((folder / "latest.sql").read_text())
        assert connection.sql("select count(*) from sample").fetchall() == [(300,)]
        said = connection.sql("select comment from duckdb_columns() where column_name = 'age'").fetchall()
        assert said == [("Years | at entry",)]
        (folder / "latest.parquet").unlink()
        (folder / "latest.parquet").symlink_to(f"releases/{lake[0]}/data/part-000.parquet")
        assert connection.sql("select count(*) from sample").fetchall() == [(100,)]


def test_rollback_moves_every_pointer_and_is_recorded(
    lake: list[str], home: Home, noctule: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    noctule("rollback", "sample", "--why", "a wrong column", "--who", "ada")
    assert find(home, "sample").name == lake[1]
    assert find(home, "sample", "2026-11-22").name == lake[2]  # what was published does not change
    folder = home.lake / "sample"
    assert (folder / "latest.parquet").resolve().parents[1].name == lake[1]
    noctule("rollback", "sample", lake[0], "--why", "further", "--who", "ada")
    assert find(home, "sample").name == lake[0]
    records = [json.loads(line) for line in (folder / "rollbacks.jsonl").read_text().splitlines()]
    assert [(one["from"], one["to"], one["who"], one["why"]) for one in records] == [
        (lake[2], lake[1], "ada", "a wrong column"),
        (lake[1], lake[0], "ada", "further"),
    ]
    with pytest.raises(UsageError, match="no earlier release"):
        noctule("rollback", "sample", "--why", "x")
    with pytest.raises(UsageError, match="cannot become latest"):
        noctule("rollback", "sample", lake[0], "--why", "x")


def test_the_next_release_moves_latest_on(
    lake: list[str], contract: Contract, staged: Path, home: Home, receipt: dict[str, Any], terms: dict[str, Any],
    noctule: Callable[..., Any],
) -> None:  # fmt: skip
    noctule("rollback", "sample", lake[0], "--why", "x")
    made = publish(contract, home, staged, receipt, 1.0, **terms)
    assert find(home, "sample") == made


def test_a_damaged_release_is_no_place_to_go_back_to(lake: list[str], home: Home, noctule: Callable[..., Any]) -> None:
    card = home.lake / "sample" / "releases" / lake[1] / "README.md"
    card.chmod(0o644)
    card.write_text("altered")
    with pytest.raises(Exception, match=r"is not sound: README\.md does not match"):
        noctule("rollback", "sample", "--why", "x")
    assert find(home, "sample").name == lake[2] and not (home.lake / "sample" / "rollbacks.jsonl").exists()


def test_the_card_and_the_registrys_entry(lake: list[str], home: Home, noctule: Callable[..., Any]) -> None:
    assert noctule("card", "sample").output == (find(home, "sample") / "README.md").read_text()
    done = noctule("card", f"sample/{lake[0]}", "--registry")
    assert done.stdout.endswith("url_slug: sample-testers\n") and "2026-11-21" in done.stdout
    assert "to be filled in by a person: deployment.basic.data_curators" in done.stderr
