"""When a source counts as untouched, and what may be promised of it."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from noctule.contract import Contract
from noctule.errors import DataError
from noctule.home import Home
from noctule.ingest import Snapshot, ingest, unchanged
from tests.rows import rows_of

LAST = b"p3,60,0.7,last\n"
PLAIN = b"id,age,score,note\np1,40,0.5,fine\np2,50,0.6,good\n" + LAST


def test_unchanged_goes_by_size_time_and_settings(
    contract_for: Callable[..., Contract], home: Home, tmp_path: Path
) -> None:
    path = tmp_path / "sample.csv"
    contract = contract_for()
    assert unchanged(contract, home, tmp_path) is None
    path.write_bytes(PLAIN)
    assert unchanged(contract, home, tmp_path) is None
    snapshot = ingest(contract, home, tmp_path)
    seen = path.stat()
    path.write_bytes(PLAIN.replace(b"50", b"51"))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert unchanged(contract, home, tmp_path) == snapshot  # so it did not look inside
    assert unchanged(contract_for(nulls=["", "NA"]), home, tmp_path) is None
    assert unchanged(contract_for(unit={"column": "id", "max_rows": 2}), home, tmp_path) is None
    assert unchanged(contract_for(rows=3), home, tmp_path) is None
    path.write_bytes(PLAIN)
    os.utime(path, ns=(1, 1))
    assert unchanged(contract, home, tmp_path) is None
    assert ingest(contract, home, tmp_path) == unchanged(contract, home, tmp_path) == snapshot


def test_unchanged_follows_the_last_ingest(contract_for: Callable[..., Contract], home: Home, tmp_path: Path) -> None:
    path, contract = tmp_path / "sample.csv", contract_for()
    found: list[Snapshot] = []
    for content in (PLAIN, PLAIN + LAST, PLAIN):
        path.write_bytes(content)
        found.append(ingest(contract, home, tmp_path))
        assert unchanged(contract, home, tmp_path) == found[-1]
    assert found[0] == found[2] != found[1]
    (found[0].path / "data.parquet").unlink()
    assert unchanged(contract, home, tmp_path) is None


def test_a_snapshot_without_its_ingest_in_the_journal_is_read_anew(
    contract_for: Callable[..., Contract], home: Home, tmp_path: Path
) -> None:
    """Of a time before reads were recorded, or its journal was lost: else a charge buys what no release may use."""
    (tmp_path / "sample.csv").write_bytes(PLAIN)
    contract = contract_for()
    snapshot = ingest(contract, home, tmp_path)
    (home.vault / "reads" / "sample" / f"{snapshot.id}.jsonl").unlink()
    assert unchanged(contract, home, tmp_path) is None
    assert ingest(contract, home, tmp_path) == unchanged(contract, home, tmp_path) == snapshot


def test_manifest_states_rows_and_sha256(contract_for: Callable[..., Contract], home: Home, tmp_path: Path) -> None:
    (tmp_path / "sample.csv").write_bytes(PLAIN)
    contract, manifest = contract_for(manifest="sample.json"), tmp_path / "sample.json"
    digest = hashlib.sha256(PLAIN).hexdigest()
    for stated in ({"rows": 3}, {"sha256": digest}, {"rows": 3, "sha256": digest, "by": "export job"}):
        manifest.write_text(json.dumps(stated))
        assert rows_of(ingest(contract, home, tmp_path)).table().num_rows == 3
    assert unchanged(contract, home, tmp_path) is not None
    manifest.write_text(json.dumps({"rows": 4}))
    assert unchanged(contract, home, tmp_path) is None
    with pytest.raises(DataError, match="number of rows"):
        ingest(contract, home, tmp_path)
