"""The bundle on disk: written whole or not at all, and no damage passes unseen or as a stray exception."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from noctule.engines.bundle import Bundle, read, write
from noctule.engines.model import COMPONENT, Measurement, Model
from noctule.errors import BundleError


@pytest.fixture
def folder(bundle: Bundle, tmp_path: Path) -> Path:
    write(bundle, tmp_path / "models" / "one")
    return tmp_path / "models" / "one"


def _alter(folder: Path, change: Callable[[dict[str, Any]], object], arrays: bytes | None = None) -> None:
    """Change bundle.json, or the arrays, as an editor who knows the hashes would."""
    content = json.loads((folder / "bundle.json").read_text())
    del content["sha256"]
    if arrays is not None:
        (folder / "arrays.npz").write_bytes(arrays)
        content["arrays"]["sha256"] = hashlib.sha256(arrays).hexdigest()
    change(content)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    content["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "bundle.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _npz(folder: Path, **changed: np.ndarray) -> bytes:
    with np.load(folder / "arrays.npz") as stored:
        arrays = {**stored, **changed}
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return packed.getvalue()


def test_what_was_written_comes_back(bundle: Bundle, folder: Path) -> None:
    back = read(folder)
    assert back.contract == bundle.contract and back.contract.digest() == bundle.contract.digest()
    assert back.receipt == bundle.receipt
    assert np.array_equal(back.model.sample(50, 1)["d"], bundle.model.sample(50, 1)["d"])
    assert sorted(path.name for path in folder.iterdir()) == ["arrays.npz", "bundle.json"]
    assert [path.name for path in folder.parent.iterdir()] == ["one"]  # no draft is left behind


def test_latent_attributes_and_measurements_come_back(bundle: Bundle, mixture: Model, tmp_path: Path) -> None:
    measured = (
        Measurement(("a", "d"), np.arange(36).reshape(6, 6) - 4, 12.5, fine=False),
        Measurement(("d",), np.arange(9), 3.25, fine=True),
    )
    model = replace(mixture, measurements=measured)
    write(replace(bundle, model=model), tmp_path / "two")
    back = read(tmp_path / "two").model
    assert back.latent == model.latent == {COMPONENT: 4} and back.domain == model.domain
    for mine, theirs in zip(measured, back.measurements, strict=True):
        assert (mine.clique, mine.sigma, mine.fine) == (theirs.clique, theirs.sigma, theirs.fine)
        assert np.array_equal(mine.counts, theirs.counts) and theirs.counts.dtype == np.int64


def test_combined_measurements_come_back_to_the_last_bit(bundle: Bundle, mixture: Model, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    one = Measurement(("a", "d"), rng.normal(100, 10, (6, 6)), rng.uniform(3, 9, (6, 6)), fine=False)
    write(replace(bundle, model=replace(mixture, measurements=(one,))), tmp_path / "three")
    (back,) = read(tmp_path / "three").model.measurements
    assert np.array_equal(back.counts, one.counts) and back.counts.dtype == np.float64
    assert np.array_equal(back.sigma, one.sigma)


def test_a_bundle_of_version_2_is_read(bundle: Bundle, mixture: Model, tmp_path: Path) -> None:
    """Version 2 is what version 3 writes where nothing was combined, under the other number."""
    model = replace(mixture, measurements=(Measurement(("d",), np.arange(9), 3.25, fine=True),))
    write(replace(bundle, model=model), tmp_path / "two")
    _alter(tmp_path / "two", lambda content: content.update(version=2))
    (back,) = read(tmp_path / "two").model.measurements
    assert back.sigma == 3.25 and back.counts.dtype == np.int64


def test_a_bundle_of_version_1_is_read(bundle: Bundle, tmp_path: Path) -> None:
    """Built as noctule 0.1 of July 2026 wrote it: no latent attributes, no measurements."""
    model, arrays = bundle.model, dict[str, np.ndarray]()
    for at, step in enumerate(model.steps):
        grouping = model.groupings[step.attribute]
        arrays |= {f"table{at}": step.table, f"group{at}": grouping.group, f"share{at}": grouping.share}
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    content = {
        "format": "noctule-bundle",
        "version": 1,
        "contract": bundle.contract.model_dump(mode="json", by_alias=True),
        "receipt": bundle.receipt,
        "model": {
            "domain": [[name, size] for name, size in model.domain.items()],
            "total": model.total,
            "steps": [{"attribute": step.attribute, "parents": list(step.parents)} for step in model.steps],
        },
        "arrays": {"file": "arrays.npz", "sha256": hashlib.sha256(packed.getvalue()).hexdigest()},
    }
    digest = hashlib.sha256((json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()).hexdigest()
    text = json.dumps({**content, "sha256": digest}, indent=1, ensure_ascii=False) + "\n"
    (tmp_path / "bundle.json").write_text(text)
    (tmp_path / "arrays.npz").write_bytes(packed.getvalue())
    back = read(tmp_path)
    assert back.receipt == bundle.receipt and back.contract == bundle.contract
    assert back.model.latent == {} and back.model.measurements == ()
    assert np.array_equal(back.model.sample(50, 1)["d"], model.sample(50, 1)["d"])


def test_the_same_bundle_may_be_written_again_and_no_other(bundle: Bundle, folder: Path) -> None:
    write(bundle, folder)
    with pytest.raises(BundleError, match="holds something else"):
        write(Bundle(bundle.contract, bundle.model, {**bundle.receipt, "nano_rho": 6}), folder)
    assert read(folder).receipt == bundle.receipt


def test_a_failed_write_leaves_nothing(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(ValueError):  # a receipt that is not JSON is a fault of the caller
        write(Bundle(bundle.contract, bundle.model, {"rho": float("nan")}), tmp_path / "models" / "two")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    with pytest.raises(OSError):
        write(bundle, blocked / "two")
    assert list(tmp_path.glob("**/*two*")) == []


@pytest.mark.parametrize("name", ["bundle.json", "arrays.npz"])
def test_a_flipped_byte_is_found_wherever_it_is(folder: Path, name: str) -> None:
    path = folder / name
    sound = path.read_bytes()
    for offset in range(0, len(sound), max(1, len(sound) // 150)):
        path.write_bytes(sound[:offset] + bytes([sound[offset] ^ 0x21]) + sound[offset + 1 :])
        with pytest.raises(BundleError):
            read(folder)
    path.write_bytes(sound)
    read(folder)


@pytest.mark.parametrize("name", ["bundle.json", "arrays.npz"])
def test_a_cut_or_longer_file_is_found(folder: Path, name: str) -> None:
    path = folder / name
    sound = path.read_bytes()
    for length in [*range(0, len(sound), max(1, len(sound) // 60)), len(sound) - 1]:
        path.write_bytes(sound[:length])
        with pytest.raises(BundleError):
            read(folder)
    path.write_bytes(sound + b"\n")
    with pytest.raises(BundleError):
        read(folder)


@pytest.mark.parametrize("name", ["bundle.json", "arrays.npz"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"{name} is missing"):
        read(folder)


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="missing"):
        read(tmp_path / "none")


def _drop(content: dict[str, Any]) -> None:
    content["model"]["steps"].pop()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(version=4), "unknown format version; this noctule reads versions 1 to 3"),
        (lambda c: c.pop("version"), "unknown format version"),
        (lambda c: c.update(format="zip"), "not a noctule bundle"),
        (lambda c: c["contract"].update(surprise=1), "ValidationError"),
        (lambda c: c.pop("receipt"), "KeyError"),
        (_drop, "ValueError"),
        (lambda c: c["model"].update(total=-1), "ValueError"),
        (lambda c: c["model"].update(total="many"), "ValueError"),
        (lambda c: c["model"].update(domain=7), "TypeError"),
        (lambda c: c["model"]["domain"].__setitem__(0, ["a", 10**12]), "ValueError"),
        (lambda c: c["model"].update(latent=[["h", 10**12]]), "ValueError"),
        (lambda c: c["model"].update(measurements=[{"clique": ["a"], "sigma": 1, "fine": True}]), "KeyError"),
    ],
)
def test_content_that_is_wrong_under_a_right_hash_is_refused(folder: Path, change: Any, message: str) -> None:
    _alter(folder, change)
    with pytest.raises(BundleError, match=message) as caught:
        read(folder)
    assert caught.value.fix and caught.value.__context__ is None


@pytest.mark.parametrize("cell", [np.nan, np.inf, -0.5])
def test_tables_that_are_no_probabilities_are_refused(folder: Path, cell: float) -> None:
    with np.load(folder / "arrays.npz") as stored:
        table = stored["table1"].copy()
    table[0, 0] = cell
    _alter(folder, lambda c: None, _npz(folder, table1=table))
    with pytest.raises(BundleError):
        read(folder)


def test_pickled_objects_are_refused(folder: Path) -> None:
    packed = _npz(folder, table1=np.array([{"a": 1}], dtype=object))
    _alter(folder, lambda c: None, packed)
    with pytest.raises(BundleError):
        read(folder)


def test_a_zip_bomb_is_refused(folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table0.npy", bytes(50 * 2**20))
    _alter(folder, lambda c: None, packed.getvalue())
    with pytest.raises(BundleError, match="something else than plain arrays"):
        read(folder)


def test_a_header_that_claims_more_than_there_is_is_refused(folder: Path) -> None:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (2**40,)})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("table0.npy", file.getvalue())
    _alter(folder, lambda c: None, packed.getvalue())
    with pytest.raises(BundleError, match="not the one it claims"):
        read(folder)


def test_a_file_beyond_any_bundle_is_refused_unread(folder: Path) -> None:
    os.truncate(folder / "bundle.json", 65 * 2**20)  # sparse
    with pytest.raises(BundleError, match="larger than a bundle can be"):
        read(folder)


def test_json_that_nests_without_end_is_refused(folder: Path) -> None:
    (folder / "bundle.json").write_text("[" * 200_000)
    with pytest.raises(BundleError):
        read(folder)
