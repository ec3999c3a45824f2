"""A model bundle: one folder of JSON and npz, hashed, versioned, written whole or not at all. No pickle."""

import hashlib
import io
import json
import secrets
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from noctule.contract import Contract
from noctule.durable import sync, sync_tree
from noctule.engines.model import Model
from noctule.errors import BundleError

FORMAT, VERSION = "noctule-bundle", 3
READ = (1, 2, 3)  # 1: models without latent attributes and measurements; 2: no measurement combined of several nights

_MAX_JSON = 64 * 2**20  # bytes; beyond this a bundle is refused unread
_MAX_ARRAYS = 2 * 2**30


@dataclass(frozen=True)
class Bundle:
    """What a fit leaves behind: the public contract, the private-by-noise model, and the receipt of what it cost."""

    contract: Contract
    model: Model
    receipt: dict[str, Any]


def write(bundle: Bundle, folder: Path) -> None:
    """Write `folder` whole: a temporary folder beside it, fsync, rename. Nothing raw is inside.

    A folder that already holds this very bundle is left as it is, so a retry may call this again; any other existing
    folder is refused, since releases may have been made from it. Raises BundleError.
    """
    files = _files(bundle)
    if folder.exists():
        if all(_content(folder / name) == content for name, content in files.items()):
            return
        raise BundleError("the bundle folder exists and holds something else", where=str(folder), fix=_FIX_EXISTS)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.parent / f".{folder.name}.{secrets.token_hex(8)}"
    draft.mkdir()
    try:
        for name, content in files.items():
            (draft / name).write_bytes(content)
        sync_tree(draft)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync(folder.parent)


_FIX_EXISTS = "read the bundle that is there, or write to another folder; a bundle is never replaced"


def read(folder: Path) -> Bundle:
    """The bundle in `folder`, with every hash, shape and probability checked. Raises BundleError for any damage."""
    try:
        return _read(folder)
    except _Damage as problem:
        what = str(problem)
    except FileNotFoundError as problem:
        what = f"{Path(problem.filename).name} is missing"
    except Exception as problem:  # whatever a damaged file makes a parser do; its words may hold file content
        what = f"the bundle cannot be read ({type(problem).__name__})"
    raise BundleError(what, where=str(folder), fix="restore the folder from a backup, or train the model again")


class _Damage(Exception):
    """A fault that was looked for; its text is ours and safe to show."""


def _files(bundle: Bundle) -> dict[str, bytes]:
    structure, arrays = bundle.model.to_arrays()
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    content = {
        "format": FORMAT,
        "version": VERSION,
        "contract": bundle.contract.model_dump(mode="json", by_alias=True),
        "receipt": bundle.receipt,
        "model": structure,
        "arrays": {"file": "arrays.npz", "sha256": hashlib.sha256(packed.getvalue()).hexdigest()},
    }
    return {"bundle.json": _text({**content, "sha256": _digest(content)}), "arrays.npz": packed.getvalue()}


def _read(folder: Path) -> Bundle:
    text = _bounded(folder / "bundle.json", _MAX_JSON)
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _Damage("bundle.json is not a noctule bundle")
    if content.get("version") not in READ:
        raise _Damage(f"the bundle has an unknown format version; this noctule reads versions {READ[0]} to {READ[-1]}")
    if content.pop("sha256", None) != _digest(content) or _text({**content, "sha256": _digest(content)}) != text:
        raise _Damage("bundle.json was altered: its hash does not match")
    packed = _bounded(folder / "arrays.npz", _MAX_ARRAYS)
    if hashlib.sha256(packed).hexdigest() != content["arrays"]["sha256"]:
        raise _Damage("arrays.npz was altered: its hash does not match")
    model = Model.from_arrays(content["model"], _arrays(packed))
    return Bundle(Contract.model_validate(content["contract"]), model, dict(content["receipt"]))


def _arrays(packed: bytes) -> dict[str, NDArray[Any]]:
    """Arrays of an uncompressed npz. What a header claims must equal what is there, so none can demand more memory."""
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED or not member.filename.endswith(".npy"):
                raise _Damage("arrays.npz holds something else than plain arrays")
            raw = archive.read(member)
            file = io.BytesIO(raw)
            npy.read_magic(file)
            shape, _, dtype = npy.read_array_header_1_0(file)
            if dtype.hasobject or int(np.prod(shape, dtype=object)) * dtype.itemsize != len(raw) - file.tell():
                raise _Damage("arrays.npz holds an array whose size is not the one it claims")
            arrays[member.filename.removesuffix(".npy")] = np.load(io.BytesIO(raw), allow_pickle=False)
    return arrays


def _bounded(path: Path, limit: int) -> bytes:
    if path.stat().st_size > limit:
        raise _Damage(f"{path.name} is larger than a bundle can be")
    return path.read_bytes()


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _text(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(_text(content)).hexdigest()
