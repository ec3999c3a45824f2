"""Publication: gates, an immutable folder, and `latest` moved last. A crash at any step leaves no half release."""

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noctule.contract import Contract
from noctule.durable import sync, sync_tree
from noctule.errors import BundleError, UsageError
from noctule.home import Home
from noctule.locks import locked
from noctule.release.card import card, quality
from noctule.release.gates import gate, require_gates
from noctule.release.latest import point
from noctule.release.layout import CARD, DATA, MANIFEST, PRIVACY, QUALITY, RELEASES
from noctule.release.manifest import manifest
from noctule.release.passport import passport
from noctule.release.verify import verify
from noctule.release.write import seal

log = logging.getLogger(__name__)

ID = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{8}")


def release_id(now: datetime, token: str) -> str:
    """Such as 20261123T023000Z-1f0c9a2b: the UTC time, then 8 hex digits of a digest of `token` (run id, seed ...)."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{hashlib.sha256(token.encode()).hexdigest()[:8]}"


def publish(
    contract: Contract,
    home: Home,
    staged: Path,
    receipt: dict[str, Any],
    validity: float,
    *,
    release_id: str,
    epsilon_total: float,
    ledger_head: str,
    trusted: dict[str, Any] | None = None,
) -> Path:
    """Publish a staged data file as lake/<dataset>/releases/<release_id> and move `latest` to it.

    `trusted`: its error bars, from `trust`; without them quality.json says null, and the card nothing.
    The folder is a pure function of the arguments: to publish again after a crash completes what was left undone.
    Raises GateError before anything is written, and BundleError when the id already holds other content.
    """
    log.info("publishing %s", release_id)
    pointer = _pointer(contract.name, release_id)
    gates = gate(contract, receipt, validity, staged)
    require_gates(contract, gates)
    facts = passport(contract, receipt, release=release_id, epsilon_total=epsilon_total, ledger_head=ledger_head)
    documents = {
        CARD: card(contract, facts, gates, staged, trusted),
        QUALITY: _json(quality(facts, receipt, gates, trusted)),
        PRIVACY: _json({**facts, "draws": receipt["draws"]}),
    }
    folder = home.lake / contract.name
    with _one_at_a_time(folder):
        partial = _assemble(folder / RELEASES, release_id, staged, facts, documents)
        final = _settle(partial, folder / RELEASES / release_id)
        point(folder, pointer)
        _retire(folder / RELEASES, latest=release_id, keep=contract.release.keep)
    return final


def _pointer(dataset: str, release: str) -> dict[str, str]:
    """The content of latest.json; paths are relative to its folder. Time comes from the id, so that a retry agrees."""
    if not (match := ID.fullmatch(release)):
        raise UsageError(
            "the release id is not of the form 20261123T023000Z-1f0c9a2b", fix="use release_id(now, token)"
        )
    path = Path(RELEASES) / release
    published = datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).isoformat()
    return {
        "dataset": dataset,
        "release": release,
        "path": path.as_posix(),
        "data": (path / DATA).as_posix(),
        "published": published,
    }


@contextmanager
def _one_at_a_time(folder: Path) -> Generator[None]:
    """Hold the dataset's lock; what a crashed publication left behind is cleared first."""
    (folder / RELEASES).mkdir(parents=True, exist_ok=True)
    with locked(folder):
        for left in (folder / RELEASES).glob(".*.partial"):
            shutil.rmtree(left)
        for left in folder.glob(".*.partial"):
            left.unlink()
        yield


def _assemble(releases: Path, release: str, staged: Path, facts: dict[str, Any], documents: dict[str, str]) -> Path:
    """Every file of the release, read-only and on disk, under a name that readers skip."""
    partial = releases / f".{release}.partial"
    (partial / DATA).parent.mkdir(parents=True)
    seal(staged, partial / DATA, facts)
    for name, text in documents.items():
        (partial / name).write_text(text)
    (partial / MANIFEST).write_text(manifest(partial))
    for file in partial.rglob("*"):
        if file.is_file():
            file.chmod(0o444)
    sync_tree(partial)
    return partial


def _settle(partial: Path, final: Path) -> Path:
    """Give the release its name. One that stands there already must be the same, and sound."""
    if final.exists():
        if (partial / MANIFEST).read_bytes() != (final / MANIFEST).read_bytes() or verify(final):
            raise BundleError(
                "another release stands under this id, and releases never change",
                where=final.name,
                fix="publish under a new release id",
            )
        shutil.rmtree(partial)
    else:
        partial.rename(final)
    sync(final.parent)
    return final


def _retire(releases: Path, latest: str, keep: int) -> None:
    """Remove all but the newest `keep` releases, and never the one that `latest` points to."""
    newest_first = sorted((path for path in releases.iterdir() if ID.fullmatch(path.name)), reverse=True)
    for old in newest_first[keep:]:
        if old.name != latest:
            shutil.rmtree(old.rename(releases / f".{old.name}.partial"))  # hidden first: never seen half removed


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
