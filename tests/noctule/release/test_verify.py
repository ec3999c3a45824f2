"""Any change to a published folder is found, offline."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.home import Home
from noctule.release.layout import DATA, MANIFEST, PRIVACY
from noctule.release.manifest import manifest
from noctule.release.publish import publish
from noctule.release.verify import verify

FILES = [DATA.as_posix(), MANIFEST, PRIVACY, "README.md", "quality.json"]


@pytest.fixture
def release(contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]) -> Path:
    folder = publish(contract, home, staged, receipt, 1.0, **terms)
    for path in folder.rglob("*"):
        path.chmod(0o755)
    return folder


def test_a_fresh_release_is_sound_and_holds_these_files(release: Path) -> None:
    assert verify(release) == []
    assert sorted(p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file()) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_one_bit_flipped_anywhere_is_found(release: Path, name: str) -> None:
    whole = (release / name).read_bytes()
    for position in {*range(0, len(whole), max(1, len(whole) // 40)), len(whole) - 1}:
        for bit in (0x01, 0x20):  # 0x20 turns small letters into capitals
            damaged = bytearray(whole)
            damaged[position] ^= bit
            (release / name).write_bytes(damaged)
            assert any(name.split("/")[-1] in problem or name == MANIFEST for problem in verify(release)), position
    (release / name).write_bytes(whole)
    assert verify(release) == []


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found(release: Path, name: str) -> None:
    (release / name).unlink()
    assert f"{name} is missing" in verify(release)


@pytest.mark.parametrize("name", ["extra.txt", ".hidden", "data/part-001.parquet"])
def test_an_extra_file_is_found(release: Path, name: str) -> None:
    (release / name).write_text("x")
    assert verify(release) == [f"{name} is not in {MANIFEST}"]


def _cheaper(folder: Path) -> Path:
    facts = json.loads((folder / PRIVACY).read_text())
    (folder / PRIVACY).write_text(json.dumps({**facts, "epsilon": 0.1}))
    return folder


def _poorer(folder: Path) -> Path:
    (folder / PRIVACY).write_text('{"epsilon": 1}')
    return folder


def _renamed(folder: Path) -> Path:
    return folder.rename(folder.with_name("20270101T000000Z-00000000"))


def _other_schema(folder: Path) -> Path:
    import pyarrow.parquet as pq

    table = pq.read_table(folder / DATA)
    pq.write_table(table.drop_columns(["age"]), folder / DATA)
    return folder


def _no_passport(folder: Path) -> Path:
    import pyarrow.parquet as pq

    pq.write_table(pq.read_table(folder / DATA).replace_schema_metadata(), folder / DATA)
    return folder


@pytest.mark.parametrize(
    ("forge", "problem"),
    [
        (_cheaper, "privacy.json and the passport in the footer disagree"),
        (_poorer, "privacy.json cannot be read, or lacks facts of the passport"),
        (_renamed, "the folder's name is not the release in the passport"),
        (_other_schema, "the schema of the data is not the one in the passport"),
        (_no_passport, "data/part-000.parquet has no readable passport"),
    ],
)
def test_a_forgery_with_a_fresh_manifest_is_found(release: Path, forge: Callable[[Path], Path], problem: str) -> None:
    folder = forge(release)
    (folder / MANIFEST).write_text(manifest(folder))
    assert verify(folder) == [problem]


def test_a_folder_that_is_no_release_has_problems_and_raises_nothing(tmp_path: Path) -> None:
    assert verify(tmp_path) == [f"{MANIFEST} is missing", f"{DATA.as_posix()} has no readable passport"]
    assert verify(tmp_path / "absent")
