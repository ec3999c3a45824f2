"""Check a release folder offline: nothing but the folder is read."""

import json
from pathlib import Path

import pyarrow as pa

from noctule.errors import BundleError
from noctule.release.layout import DATA, PRIVACY
from noctule.release.manifest import manifest_problems
from noctule.release.passport import read_passport
from noctule.release.schema import plain_schema, schema_digest


def verify(folder: Path) -> list[str]:
    """Problems of a published release, in plain words; empty when it is sound. Never raises on damage."""
    return manifest_problems(folder) + _passport_problems(folder)


def _passport_problems(folder: Path) -> list[str]:
    file = folder / DATA
    try:
        passport = read_passport(file)
        digest = schema_digest(plain_schema(file))
    except (BundleError, pa.ArrowException, OSError, ValueError):
        return [f"{DATA.as_posix()} has no readable passport"]
    try:
        privacy = json.loads((folder / PRIVACY).read_bytes())
        stated = {key: privacy[key] for key in passport}
    except (OSError, ValueError, KeyError, TypeError):
        return [f"{PRIVACY} cannot be read, or lacks facts of the passport"]
    problems: list[str] = []
    if stated != passport:
        problems.append(f"{PRIVACY} and the passport in the footer disagree")
    if digest != passport.get("schema_sha256"):
        problems.append("the schema of the data is not the one in the passport")
    if passport.get("release") != folder.name:
        problems.append("the folder's name is not the release in the passport")
    return problems
