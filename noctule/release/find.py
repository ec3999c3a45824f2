"""Which release a consumer means: a folder, the newest of a dataset, one of its releases, or that of a date."""

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from noctule.errors import UsageError
from noctule.home import Home
from noctule.release.ids import ID
from noctule.release.latest import latest
from noctule.release.layout import RELEASES


def folder_of(word: str, home: Home) -> Path:
    """The release folder that a word on the command line names: a path, NAME, or NAME/RELEASE. Raises UsageError."""
    if (path := Path(word)).is_dir():
        return path.resolve()
    if word.startswith((".", "/", "~")) or word.strip("/").count("/") > 1:
        raise UsageError(f"there is no folder {word!r}", fix="give the folder of a release, NAME or NAME/RELEASE")
    name, _, release = word.strip("/").partition("/")
    return find(home, name, release or "latest")


def find(home: Home, dataset: str, as_of: str | date = "latest") -> Path:
    """The folder of a dataset's release: "latest", a release's id, or a day (YYYY-MM-DD or a date).

    A day stands for the newest release by its end, UTC, and a datetime for the newest by that moment (UTC where it has
    no zone), whatever `latest` pointed to then or points to now; the time of a release is that of its id.
    Raises UsageError when there is none.
    """
    folder = home.lake / dataset
    if as_of == "latest":
        if (file := latest(home, dataset)) is None:
            raise _unknown(home, dataset)
        return file.parents[1]
    names = kept(folder / RELEASES)
    if not names:
        raise _unknown(home, dataset)
    if as_of in names:
        return folder / RELEASES / str(as_of)
    last = _last(as_of)
    if not (published := [name for name in names if name[:16] <= last]):
        raise UsageError(
            f"no release of {dataset!r} was published by {as_of}",
            fix=f"the oldest one kept is {names[0]}; the contract's release.keep says how many are",
        )
    return folder / RELEASES / published[-1]


def kept(releases: Path) -> list[str]:
    """The ids of a dataset's releases, the oldest first."""
    return sorted(path.name for path in releases.glob("[!.]*") if ID.fullmatch(path.name))


def earlier(releases: Path, release: str) -> Path | None:
    """The release published before `release`, if it is still there."""
    name = max((name for name in kept(releases) if name < release), default=None)
    return None if name is None else releases / name


def _last(as_of: str | date) -> str:
    """The last moment that counts, in the form of an id."""
    with suppress(ValueError):
        day = as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
        if not isinstance(day, datetime):
            return f"{day:%Y%m%d}T235959Z"
        return f"{day.astimezone(UTC) if day.tzinfo else day:%Y%m%dT%H%M%SZ}"
    raise UsageError(f"{as_of!r} is no release here and no date", fix='write "latest", YYYY-MM-DD or a release\'s id')


def _unknown(home: Home, dataset: str) -> UsageError:
    known = ", ".join(sorted(path.name for path in home.lake.glob("[!.]*") if path.is_dir())) or "none yet"
    return UsageError(f"there is no release of {dataset!r}", where=str(home.lake), fix=f"released here: {known}")
