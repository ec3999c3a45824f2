"""The pointers beside a dataset's releases: latest.json, which decides, and latest.parquet and latest.sql beside it."""

import json
from pathlib import Path

from noctule.durable import sync, whole_file
from noctule.errors import BundleError, UsageError
from noctule.home import Home
from noctule.release.ids import published
from noctule.release.layout import DATA, LINK, POINTER, RELEASES, VIEW
from noctule.release.passport import read_passport
from noctule.release.schema import plain_schema
from noctule.release.view import view


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


def pointer_to(dataset: str, release: str) -> dict[str, str]:
    """The content of latest.json; paths are relative to its folder. Time comes from the id, so that a retry agrees.

    Raises UsageError when the id is of another form.
    """
    if (moment := published(release)) is None:
        raise UsageError(
            "the release id is not of the form 20261123T023000Z-1f0c9a2b", fix="use release_id(now, token)"
        )
    path = Path(RELEASES) / release
    return {
        "dataset": dataset,
        "release": release,
        "path": path.as_posix(),
        "data": (path / DATA).as_posix(),
        "published": moment.isoformat(),
    }


def point(folder: Path, pointer: dict[str, str]) -> None:
    """Move the pointers to a published release.

    Files cannot be swapped at once, so the view and the link go first and latest.json last: a crash between them leaves
    each of them at a whole, gated release, and latest.json is the one that counts.
    """
    with whole_file(folder / VIEW) as partial:
        partial.write_text(view(pointer["dataset"], plain_schema(folder / pointer["data"])))
    link = folder / f".{LINK}.partial"
    link.unlink(missing_ok=True)
    link.symlink_to(pointer["data"])
    link.replace(folder / LINK)
    sync(folder)
    with whole_file(folder / POINTER) as partial:
        partial.write_text(json.dumps(pointer, indent=2) + "\n")
