"""A release is gated, immutable and whole; `latest` moves last."""

import json
import os
import stat
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from noctule.contract import Contract
from noctule.engines.bundle import Bundle
from noctule.errors import BundleError, GateError, UsageError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.mechanisms.accounting import epsilon_of
from noctule.release.latest import latest, released
from noctule.release.publish import publish, release_id
from noctule.release.stage import stage
from noctule.release.verify import verify


def tree(folder: Path) -> dict[str, Any]:
    """Every path under `folder` with its content and time of change."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else None)
        for path in folder.rglob("*")
    }


def test_the_folder_the_pointers_and_the_rows(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    assert latest(home, "sample") is None and not released(home, "sample", "k")
    folder = publish(contract, home, staged, receipt, 1.0, **terms)
    assert folder == home.lake / "sample" / "releases" / terms["release_id"]
    assert json.loads((home.lake / "sample" / "latest.json").read_text()) == {
        "dataset": "sample",
        "release": terms["release_id"],
        "path": f"releases/{terms['release_id']}",
        "data": f"releases/{terms['release_id']}/data/part-000.parquet",
        "published": "2026-11-23T02:30:00+00:00",
    }
    data = latest(home, "sample")
    assert data == folder / "data" / "part-000.parquet"
    assert (home.lake / "sample" / "latest.parquet").resolve() == data.resolve()
    assert released(home, "sample", "k") and not released(home, "sample", "another model")
    assert pq.read_table(data).equals(pq.read_table(staged))
    assert json.loads((folder / "privacy.json").read_text())["draws"] == receipt["draws"]
    assert json.loads((folder / "quality.json").read_text())["charged"] == receipt["score"]
    assert not list(home.lake.rglob("*.partial"))


def test_files_are_read_only_and_sha256sum_agrees(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    folder = publish(contract, home, staged, receipt, 1.0, **terms)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o444}
    subprocess.run(["sha256sum", "--strict", "-c", "MANIFEST.sha256"], cwd=folder, check=True, capture_output=True)


def test_pandas_polars_and_duckdb_open_it_with_the_types_of_the_source(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    import duckdb
    import pandas as pd
    import polars as pl

    publish(contract, home, staged, receipt, 1.0, **terms)
    file = home.lake / "sample" / "latest.parquet"

    frame = pd.read_parquet(file)
    assert frame.attrs["epsilon"] == 1.0 and frame.attrs["synthetic"] is True
    assert frame.attrs["release"] == terms["release_id"] and frame.attrs["epsilon_total"] == pytest.approx(
        epsilon_of(15_000_000, 1e-6)
    )
    kinds = ["int64", "object", "int32", "float64", "object", "category", "float64", "object", "datetime64[us, UTC]"]
    assert [str(kind) for kind in frame.dtypes] == [*kinds, "bool"]  # drug_code has nulls, hence float64 in pandas

    day = pl.Datetime("us", "UTC")
    kinds = [pl.Int64, pl.String, pl.Int32, pl.Float64, pl.String, pl.Categorical, pl.Int64, pl.Date, day, pl.Boolean]
    assert pl.read_parquet(file).dtypes == kinds

    described = duckdb.sql(f"describe from '{file}'").fetchall()
    kinds = ["BIGINT", "VARCHAR", "INTEGER", "DOUBLE", "VARCHAR", "VARCHAR", "BIGINT", "DATE"]
    assert [str(row[1]) for row in described] == [*kinds, "TIMESTAMP WITH TIME ZONE", "BOOLEAN"]
    assert duckdb.sql(f"select count(*) from '{file}'").fetchall() == [(500,)]


def test_the_card_is_readable_by_machines_and_people(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    card = (publish(contract, home, staged, receipt, 1.0, **terms) / "README.md").read_text()
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["tags"] == ["synthetic", "differential-privacy", "tabular"]
    assert head["configs"] == [{"config_name": "default", "data_files": "data/*.parquet"}]
    assert {"name": "weight", "dtype": "float64"} in head["dataset_info"]["features"]
    assert head["dataset_info"]["splits"] == [{"name": "train", "num_examples": 500}]
    assert "# Sample of everything" in card
    assert "| age | int32 | Years \\| at entry |" in card  # a bar in a description does not break the table
    assert "| epsilon, delta (this release) | 1, 1e-06 |" in card
    assert 'pd.read_parquet("data/part-000.parquet")' in card


def test_a_failed_gate_writes_nothing_and_leaves_latest(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    publish(contract, home, staged, receipt, 1.0, **terms)
    before = tree(home.root)
    terms["release_id"] = "20261124T023000Z-0123abcd"
    with pytest.raises(GateError, match=r"validity is 0\.99 against"):
        publish(contract, home, staged, receipt, 0.99, **terms)
    receipt["score"]["tvd2"] = 0.2
    with pytest.raises(GateError, match=r"tvd2 is 0\.2 against"):
        publish(contract, home, staged, receipt, 1.0, **terms)
    assert tree(home.root) == before


def test_the_same_id_again_changes_nothing_but_other_rows_or_promises_are_refused(
    bundle: Bundle,
    home: Home,
    staged: Path,
    receipt: dict[str, Any],
    terms: dict[str, Any],
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    first = publish(bundle.contract, home, staged, receipt, 1.0, **terms)
    before = tree(first)
    assert publish(bundle.contract, home, staged, receipt, 1.0, **terms) == first
    other = stage(bundle, rows=400, seed=3, folder=tmp_path / "other")
    ledger.reserve(bundle.contract, key="next", event={"name": "ZCDpEvent", "rho": 0.01}, nano_rho=10_000_000)
    assert publish(bundle.contract, home, staged, receipt, 1.0, **terms | {"book": ledger.entries()}) == first
    assert tree(first) == before  # what others charged meanwhile does not make it another release
    for arguments in ({"staged": other}, {"receipt": {**receipt, "epsilon": 2.0}}):
        given = {"staged": staged, "receipt": receipt, **terms, **arguments}
        with pytest.raises(BundleError, match="another release stands under this id"):
            publish(bundle.contract, home, validity=1.0, **given)
    assert tree(first) == before


def test_a_damaged_release_is_not_taken_for_the_same(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    card = publish(contract, home, staged, receipt, 1.0, **terms) / "README.md"
    card.chmod(0o644)
    card.write_text("altered")
    with pytest.raises(BundleError, match="another release stands under this id"):
        publish(contract, home, staged, receipt, 1.0, **terms)


def test_the_newest_are_kept_and_never_less_than_latest(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    def ids() -> list[str]:
        return sorted(path.name[:8] for path in (home.lake / "sample" / "releases").iterdir())

    for day in ("20261121", "20261122", "20261123", "20261124"):
        publish(contract, home, staged, receipt, 1.0, **{**terms, "release_id": f"{day}T023000Z-0123abcd"})
    assert ids() == ["20261123", "20261124"]  # keep: 2
    publish(contract, home, staged, receipt, 1.0, **{**terms, "release_id": "20250101T000000Z-0123abcd"})
    assert ids() == ["20250101", "20261123", "20261124"]  # latest points to the oldest id
    assert all(verify(path) == [] for path in (home.lake / "sample" / "releases").iterdir())


@pytest.mark.parametrize("name", ["", "x", "../../etc", "20261123T023000Z-0123ABCD", "20261123T023000Z-0123abcd/.."])
def test_an_id_of_another_form_is_refused(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any], name: str
) -> None:
    with pytest.raises(UsageError, match="not of the form"):
        publish(contract, home, staged, receipt, 1.0, **{**terms, "release_id": name})
    assert not home.lake.exists()


def test_release_ids_are_in_utc_and_differ_by_token() -> None:
    now = datetime(2026, 11, 23, 3, 30, tzinfo=timezone(timedelta(hours=1)))
    assert release_id(now, "a").startswith("20261123T023000Z-")
    assert release_id(now, "a") == release_id(now, "a") != release_id(now, "b")
    assert os.sep not in release_id(now, "../x")
