"""The two pointers beside a dataset's releases: latest.json, which decides, and latest.parquet for convenience."""

import json
from pathlib import Path
from typing import Any

from noctule.durable import sync, whole_file
from noctule.errors import BundleError
from noctule.home import Home
from noctule.release.layout import LINK, POINTER
from noctule.release.passport import read_passport


def latest(home: Home, dataset: str) -> Path | None:
    """The data file of the newest published release, or None before the first."""
    pointer = home.lake / dataset / POINTER
    if not pointer.is_file():
        return None
    return pointer.parent / json.loads(pointer.read_text())["data"]


def released(home: Home, dataset: str, model: str) -> bool:
    """Whether the newest published release was sampled from the model of this key."""
    if (file := latest(home, dataset)) is None:
        return False
    try:
        return read_passport(file).get("model") == model
    except BundleError:
        return False


def point(folder: Path, pointer: dict[str, Any]) -> None:
    """Move both pointers to a published release.

    Two files cannot be swapped at once, so the link goes first and latest.json last: a crash between the two leaves
    each of them at a whole, gated release, and latest.json is the one that counts.
    """
    link = folder / f".{LINK}.partial"
    link.unlink(missing_ok=True)
    link.symlink_to(pointer["data"])
    link.replace(folder / LINK)
    sync(folder)
    with whole_file(folder / POINTER) as partial:
        partial.write_text(json.dumps(pointer, indent=2) + "\n")
