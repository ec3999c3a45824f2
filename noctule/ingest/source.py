"""The source file before a row is parsed: that it is there, of the kind declared, and the file promised."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noctule.contract.model import Source
from noctule.durable import sha256_of
from noctule.errors import DataError
from noctule.ingest.faults import refusal

SUFFIXES = {
    "csv": ("", ".csv", ".tsv", ".tab", ".txt", ".data"),
    "parquet": ("", ".parquet", ".pq"),
}
COMPRESSED = {".gz": "gzip", ".zst": "zstd"}
MAGIC = {
    b"PAR1": "parquet",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}
PROMISES: dict[str, Callable[[Any], bool]] = {
    "rows": lambda value: type(value) is int and value >= 1,
    "sha256": lambda value: isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None,
}


@dataclass(frozen=True)
class Promise:
    """What whoever delivers the file says of it: rows (header not counted) and SHA-256 of the file's bytes."""

    rows: int | None
    sha256: str | None


@dataclass(frozen=True)
class Stamp:
    """By what a changed file is told without opening it."""

    size: int
    mtime_ns: int
    inode: int  # a copy that keeps its times (cp -p) is another file


def stamp(path: Path) -> Stamp:
    status = path.stat()
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino)


def compression(path: Path) -> str | None:
    return COMPRESSED.get(path.suffix.lower())


def locate(source: Source, root: Path) -> Path:
    """The path of the source, once name and first bytes agree with `kind`. Raises DataError."""
    path = root / source.path
    if not path.is_file():
        raise refusal(source, "there is no such file", fix="deliver the file, or correct source.path")
    if path.stat().st_size == 0:
        raise refusal(source, "the file is empty", fix="have the file delivered again")
    squeezed = compression(path)
    suffix = Path(path.stem).suffix.lower() if squeezed else path.suffix.lower()
    if suffix not in SUFFIXES[source.kind] or (squeezed and source.kind == "parquet"):
        known = ", ".join(filter(None, SUFFIXES[source.kind]))
        also = " (also with .gz or .zst)" if source.kind == "csv" else ""
        raise refusal(
            source,
            f"the file's name does not fit source.kind: {source.kind}",
            fix=f"name it with one of {known}{also}, or correct source.kind",
        )
    with path.open("rb") as file:
        head = file.read(8)
    found = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)
    expected = "parquet" if source.kind == "parquet" else squeezed
    if found != expected:
        raise refusal(
            source,
            f"the content is {found or 'not ' + str(expected)}, but name and kind say {expected or 'plain text'}",
            fix="give the file the name of what it holds (.gz, .zst, .parquet) and declare its source.kind",
        )
    return path


def promise(source: Source, root: Path) -> Promise:
    """Rows and SHA-256 from the contract, the manifest, or both when they agree. Raises DataError."""
    stated = _manifest(source, root) if source.manifest else {}
    for key, own in (("rows", source.rows), ("sha256", source.sha256)):
        if own is not None and stated.setdefault(key, own) != own:
            raise DataError(
                f"source.{key} and the manifest disagree",
                where=str(source.manifest),
                fix="state it in one place only",
            )
    return Promise(stated.get("rows"), stated.get("sha256"))


def _manifest(source: Source, root: Path) -> dict[str, Any]:
    try:
        stated: Any = json.loads((root / str(source.manifest)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stated = None
    if isinstance(stated, dict):
        found = {key: stated[key] for key in PROMISES if key in stated}
        if found and all(PROMISES[key](value) for key, value in found.items()):
            return found
    raise DataError(
        "the manifest is missing or not of its form",
        where=str(source.manifest),
        fix='write a JSON object such as {"rows": 1000, "sha256": "<64 hex digits>"}; one key will do',
    )


def require_sha256(path: Path, source: Source, promised: Promise) -> None:
    """Refuse a file that is not the one promised. Raises DataError."""
    if promised.sha256 is None:
        return
    if sha256_of(path) != promised.sha256:
        raise refusal(
            source,
            "the file's SHA-256 is not the one stated (contract or manifest)",
            fix="have the file delivered again, or state the SHA-256 of this one",
        )
