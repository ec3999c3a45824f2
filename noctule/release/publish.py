"""Publication: gates, certificate, an immutable folder, `latest` moved last. A crash leaves no half release."""

import hashlib
import logging
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noctule.contract import Contract
from noctule.durable import sha256_of, sync, sync_tree
from noctule.errors import BundleError
from noctule.home import Home
from noctule.ledger.balance import balance
from noctule.ledger.entry import GENESIS, Entry
from noctule.ledger.grant import limits_on
from noctule.locks import locked
from noctule.release.certificate import certificate
from noctule.release.find import earlier, kept
from noctule.release.gates import gate, require_gates
from noctule.release.latest import point, pointer_to
from noctule.release.layout import DATA, MANIFEST, RELEASES, SIGNATURE
from noctule.release.manifest import manifest
from noctule.release.pack import documents
from noctule.release.passport import passport, read_passport
from noctule.release.signature import signer, signing_key
from noctule.release.verify import verify
from noctule.release.write import seal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

log = logging.getLogger(__name__)

MOVING = ("ledger_head", "epsilon_total")  # of a passport: what other charges have moved since


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
    reads: Sequence[dict[str, Any]],
    book: Sequence[Entry],
    audit: dict[str, Any] | None,
    trusted: dict[str, Any] | None = None,
) -> Path:
    """Publish a staged data file as lake/<dataset>/releases/<release_id> and move `latest` to it.

    `reads`: the journal of the snapshot that the night worked on; `book`: every entry of the ledger, found sound.
    `audit`: of `noctule.audit.store.told`, None where none of this engine and code had been made.
    `trusted`: its error bars, from `trust`; without them quality.json says null, and the card nothing.
    Signed when NOCTULE_SIGNING_KEY names a key; a signature by Ed25519 is a function of key and content.
    To publish again, after a crash or by hand, completes what was left undone; a release that stands already stays as
    it is, though the ledger may have grown since. Raises GateError and CertificateError before anything is written, and
    BundleError when the id already holds other rows or other promises.
    """
    log.info("publishing %s", release_id)
    pointer = pointer_to(contract.name, release_id)
    gates = gate(contract, receipt, validity, staged)
    require_gates(contract, gates)
    published = datetime.fromisoformat(pointer["published"])
    moment = max(published, book[-1].when) if book else published
    caps = [balance(book, contract.population, limit, moment) for limit in limits_on(book, contract)]
    key = signing_key(home.signing_key) if home.signing_key else None
    facts = passport(
        contract,
        receipt,
        release=release_id,
        epsilon_total=caps[0].epsilon_spent,
        ledger_head=f"{book[-1].seq}:{book[-1].hash}" if book else f"0:{GENESIS}",
        signed_by=None if key is None else signer(key),
    )
    certified = certificate(contract, receipt, facts, reads=reads, book=book, caps=caps, audit=audit)
    folder = home.lake / contract.name
    releases = folder / RELEASES
    with _one_at_a_time(folder):
        if (releases / release_id).exists():
            _require_same(releases / release_id, staged, facts)
        else:
            before = earlier(releases, release_id)
            described = partial(documents, contract, facts, receipt, gates, trusted, certified, book, moment, before)
            _assemble(releases, release_id, staged, facts, described, key).rename(releases / release_id)
            sync(releases)
        point(folder, pointer)
        _retire(releases, latest=release_id, keep=contract.release.keep)
    return releases / release_id


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


def _assemble(
    releases: Path,
    release: str,
    staged: Path,
    facts: dict[str, Any],
    described: Callable[[Path], dict[str, str]],
    key: "Ed25519PrivateKey | None",
) -> Path:
    """Every file of the release, read-only and on disk, under a name that readers skip."""
    hidden = releases / f".{release}.partial"
    (hidden / DATA).parent.mkdir(parents=True)
    seal(staged, hidden / DATA, facts)
    for name, text in described(hidden / DATA).items():
        (hidden / name).write_text(text)
    (hidden / MANIFEST).write_text(manifest(hidden))
    if key is not None:
        (hidden / SIGNATURE).write_bytes(key.sign((hidden / MANIFEST).read_bytes()))
    for file in hidden.rglob("*"):
        if file.is_file():
            file.chmod(0o444)
    sync_tree(hidden)
    return hidden


def _require_same(standing: Path, staged: Path, facts: dict[str, Any]) -> None:
    """The release under this id must be sound, have the staged rows, and promise the same, but for what time moves."""
    with suppress(BundleError):
        stated = read_passport(standing / DATA)
        moved = {name: stated[name] for name in MOVING if name in stated}
        if stated == facts | moved and not verify(standing) and _rows_of(staged, stated) == sha256_of(standing / DATA):
            return
    raise BundleError(
        "another release stands under this id, and releases never change",
        where=standing.name,
        fix="publish under a new release id",
    )


def _rows_of(staged: Path, passport: dict[str, Any]) -> str:
    """The digest of the staged rows, had they been published with this passport."""
    sealed = staged.with_name(f".{staged.name}.sealed")
    seal(staged, sealed, passport)
    try:
        return sha256_of(sealed)
    finally:
        sealed.unlink()


def _retire(releases: Path, latest: str, keep: int) -> None:
    """Remove all but the newest `keep` releases, and never the one that `latest` points to."""
    for old in kept(releases)[:-keep]:
        if old != latest:
            shutil.rmtree(
                (releases / old).rename(releases / f".{old}.partial")
            )  # hidden first: never seen half removed
