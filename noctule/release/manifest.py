"""Checksums of every file of a release, in the form of sha256sum: `sha256sum -c MANIFEST.sha256` works, too."""

import re
from pathlib import Path

from noctule.durable import sha256_of
from noctule.release.layout import MANIFEST, SIGNATURE


def manifest(folder: Path) -> str:
    """One line a file, by path; the manifest itself and its signature are left out."""
    own = (folder / MANIFEST, folder / SIGNATURE)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path not in own)
    return "".join(f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def manifest_problems(folder: Path) -> list[str]:
    """What differs between the files and the manifest; empty when nothing does."""
    path = folder / MANIFEST
    if not path.is_file():
        return [f"{MANIFEST} is missing"]
    stored, actual = path.read_bytes(), manifest(folder).encode()
    if stored == actual:
        return []
    named, found = _parse(stored), _parse(actual)
    problems = [f"{name} is missing" for name in sorted(named.keys() - found.keys())]
    problems += [f"{name} is not in {MANIFEST}" for name in sorted(found.keys() - named.keys())]
    problems += [
        f"{name} does not match its checksum" for name in sorted(named) if found.get(name, named[name]) != named[name]
    ]
    return problems or [f"{MANIFEST} is not in the form it was written in"]


def _parse(text: bytes) -> dict[str, str]:
    lines = re.findall(r"^([0-9a-f]{64})  (.+)$", text.decode(errors="replace"), flags=re.MULTILINE)
    return {name: digest for digest, name in lines}
