"""Any change to a published folder is found, offline."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.home import Home
from noctule.release.layout import CERTIFICATE, DATA, MANIFEST, PAGE, PRIVACY, REPORT, SIGNATURE
from noctule.release.manifest import manifest
from noctule.release.passport import read_passport
from noctule.release.publish import publish
from noctule.release.signature import public_key
from noctule.release.verify import verify

FILES = [
    *(DATA.as_posix(), MANIFEST, PRIVACY, CERTIFICATE, PAGE, REPORT),
    *("README.md", "quality.json", "croissant.json", "datapackage.json", "starter.ipynb"),
]
SIGNED = [*FILES, SIGNATURE]


@pytest.fixture
def release(contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]) -> Path:
    return writable(publish(contract, home, staged, receipt, 1.0, **terms))


def writable(folder: Path) -> Path:
    for path in folder.rglob("*"):
        path.chmod(0o755)
    return folder


@pytest.fixture
def signed(key_pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    monkeypatch.setenv("NOCTULE_SIGNING_KEY", str(key_pair[0]))
    return request.getfixturevalue("release")


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_fresh_release_is_sound_and_holds_these_files(release: Path, key_pair: tuple[Path, Path]) -> None:
    assert verify(release) == [] and files_of(release) == sorted(FILES)
    assert "signed_by" not in read_passport(release / DATA)
    assert verify(release, public_key(key_pair[1])) == ["the release is not signed"]


def test_a_signed_release_names_its_signer_and_is_sound(signed: Path, key_pair: tuple[Path, Path]) -> None:
    owner = public_key(key_pair[1])
    assert verify(signed) == verify(signed, owner) == [] and files_of(signed) == sorted(SIGNED)
    assert read_passport(signed / DATA)["signed_by"] == owner
    other = owner[:-1] + ("1" if owner.endswith("0") else "0")
    assert verify(signed, other) != []


def test_a_signed_release_published_again_is_the_same(
    signed: Path, contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    before = (signed / SIGNATURE).read_bytes()
    assert publish(contract, home, staged, receipt, 1.0, **terms) == signed
    assert (signed / SIGNATURE).read_bytes() == before


@pytest.mark.parametrize("name", SIGNED)
def test_one_bit_flipped_anywhere_is_found(signed: Path, name: str) -> None:
    release = signed
    whole = (release / name).read_bytes()
    for position in {*range(0, len(whole), max(1, len(whole) // 40)), len(whole) - 1}:
        for bit in (0x01, 0x20):  # 0x20 turns small letters into capitals
            damaged = bytearray(whole)
            damaged[position] ^= bit
            (release / name).write_bytes(damaged)
            assert any(name.split("/")[-1] in problem or name == MANIFEST for problem in verify(release)), position
    (release / name).write_bytes(whole)
    assert verify(release) == []


@pytest.mark.parametrize("name", SIGNED)
def test_a_missing_file_is_found(signed: Path, name: str) -> None:
    (signed / name).unlink()
    assert f"{name} is missing" in verify(signed)


def test_a_forger_who_writes_the_manifest_anew_cannot_sign_it(signed: Path) -> None:
    (signed / "README.md").write_text("cheaper")
    (signed / MANIFEST).write_text(manifest(signed))
    assert verify(signed) == [f"{SIGNATURE} is not the signer's for {MANIFEST}"]


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


def _certified(*inside: str, **changed: Any) -> Callable[[Path], Path]:
    """A certificate that says something else."""

    def forge(folder: Path) -> Path:
        whole = json.loads((folder / CERTIFICATE).read_text())
        part = whole[inside[0]] if inside else whole
        part |= changed
        (folder / CERTIFICATE).write_text(json.dumps(whole))
        return folder

    return forge


AUDIT = {"at": "2026-11-23T02:29:59+00:00", "passed": True, "bounds": [{"bound": 8.0, "claim": 8.0}]}
UNSOUND_AUDIT = "certificate.json: the audit that it names failed, or ended after the release"


def _without_audit(folder: Path) -> Path:
    whole = json.loads((folder / CERTIFICATE).read_text())
    del whole["audit"]
    (folder / CERTIFICATE).write_text(json.dumps(whole))
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
        (_cheaper, "certificate.json and privacy.json disagree on epsilon"),
        (_certified("guarantee", epsilon=0.1), "certificate.json and privacy.json disagree on epsilon"),
        (_certified("guarantee", max_rows=1), "certificate.json and privacy.json disagree on max_rows"),
        (_certified("charge", nano_rho=1), "certificate.json: steps, draws and charge do not account for each other"),
        (_certified(steps=[]), "certificate.json: steps, draws and charge do not account for each other"),
        (_certified(steps=None), "certificate.json cannot be read, or lacks facts"),
        (_certified("audit", code_sha256="ab" * 32), "certificate.json and privacy.json disagree on code_sha256"),
        (_certified("audit", engine="aim"), "certificate.json and privacy.json disagree on engine"),
        (_without_audit, "certificate.json and privacy.json disagree on code_sha256"),
        (_certified("audit", **AUDIT | {"passed": False}), UNSOUND_AUDIT),
        (_certified("audit", **AUDIT | {"bounds": [{"bound": 9.0, "claim": 8.0}]}), UNSOUND_AUDIT),
        (_certified("audit", **AUDIT | {"at": "2026-11-23T02:30:00+00:00"}), UNSOUND_AUDIT),
        (_certified("audit", **AUDIT | {"at": "soon"}), "certificate.json cannot be read, or lacks facts"),
    ],
)
def test_a_forgery_with_a_fresh_manifest_is_found(release: Path, forge: Callable[[Path], Path], problem: str) -> None:
    folder = forge(release)
    (folder / MANIFEST).write_text(manifest(folder))
    assert problem in verify(folder)


def test_an_audit_that_passed_before_the_release_is_no_problem(release: Path) -> None:
    folder = _certified("audit", **AUDIT)(release)
    (folder / MANIFEST).write_text(manifest(folder))
    assert verify(folder) == []


def test_a_release_of_before_audits_were_named_stays_sound(
    contract: Contract, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    del receipt["code"]
    folder = _without_audit(writable(publish(contract, home, staged, receipt, 1.0, **terms)))
    (folder / MANIFEST).write_text(manifest(folder))
    assert verify(folder) == []


def test_a_folder_that_is_no_release_has_problems_and_raises_nothing(tmp_path: Path) -> None:
    assert verify(tmp_path) == [
        f"{MANIFEST} is missing",
        f"{DATA.as_posix()} has no readable passport",
        f"{CERTIFICATE} cannot be read, or lacks facts",
    ]
    assert verify(tmp_path / "absent")
