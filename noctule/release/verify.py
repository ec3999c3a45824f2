"""Check a release folder offline: nothing but the folder is read."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from noctule.errors import BundleError
from noctule.ingest.reads import COVER
from noctule.release.covered import cost
from noctule.release.ids import published
from noctule.release.layout import CERTIFICATE, DATA, PRIVACY
from noctule.release.manifest import manifest_problems
from noctule.release.passport import read_passport
from noctule.release.schema import plain_schema, schema_digest
from noctule.release.signature import signature_problems

SAME = ("dataset", "release", "contract_sha256", "ledger_head", "model", "noctule_version")
SAME_IN_GUARANTEE = ("epsilon", "delta", "rho", "population", "max_rows")


def verify(folder: Path, key: str | None = None) -> list[str]:
    """Problems of a published release, in plain words; empty when it is sound. Never raises on damage.

    `key`: the public key that must have signed it (`noctule.release.signature.public_key`).
    """
    return [
        *manifest_problems(folder),
        *_passport_problems(folder),
        *_certificate_problems(folder),
        *_signature_problems(folder, key),
    ]


def _signature_problems(folder: Path, key: str | None) -> list[str]:
    try:
        claimed = read_passport(folder / DATA).get("signed_by")
    except BundleError:
        return []  # said already: without a passport nobody knows whether it was signed
    return signature_problems(folder, claimed if claimed is None else str(claimed), key)


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


def _certificate_problems(folder: Path) -> list[str]:
    """Where certificate, passport facts and draws disagree."""
    try:
        certified = json.loads((folder / CERTIFICATE).read_bytes())
        privacy = json.loads((folder / PRIVACY).read_bytes())
        guarantee, charge = certified["guarantee"], certified["charge"]
        stated = {**{key: certified[key] for key in SAME}, **{key: guarantee[key] for key in SAME_IN_GUARANTEE}}
        stated |= {"neighbouring_relation": guarantee["adjacency"], "privacy_unit": guarantee["unit"]}
        stated["epsilon_with_remembered"] = guarantee.get("epsilon_with_remembered")
        audit = certified.get("audit", {})  # older certificates name none
        stated |= {"code_sha256": audit.get("code_sha256"), "engine": audit.get("engine", privacy["engine"])}
        audited = not audit.get("at") or _passed_before(audit, certified["release"])
        known = {key: privacy.get(key) for key in stated}
        drawn, _ = cost(privacy["draws"])
        uncovered = [one["step"] for one in certified["steps"] if COVER.get(one["step"]) != one["cover"]]
        paid = {one["reservation"] for one in certified["steps"] if one["cover"] == "charged"}
        whole = drawn == charge["nano_rho"] and paid == {charge["reservation"]} and not uncovered
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [f"{CERTIFICATE} cannot be read, or lacks facts"]
    problems = [f"{CERTIFICATE} and {PRIVACY} disagree on {key}" for key in stated if stated[key] != known[key]]
    if not whole:
        problems.append(f"{CERTIFICATE}: steps, draws and charge do not account for each other")
    if not audited:
        problems.append(f"{CERTIFICATE}: the audit that it names failed, or ended after the release")
    return problems


def _passed_before(audit: dict[str, Any], release: str) -> bool:
    """Whether an audit passed, by its own figures too, and had ended before the release that names it."""
    moment, ended = published(release), datetime.fromisoformat(audit["at"])
    within = all(one["bound"] <= one["claim"] for one in audit["bounds"])
    return audit["passed"] is True and within and moment is not None and ended < moment
