"""Publication: gates, certificate, an immutable folder, `latest` moved last. A crash leaves no half release."""

import hashlib
import logging
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noctule.contract import Contract
from noctule.durable import sync, sync_tree
from noctule.errors import BundleError
from noctule.home import Home
from noctule.ledger.balance import Balance, balance
from noctule.ledger.entry import GENESIS, Entry
from noctule.ledger.grant import limits_on
from noctule.locks import locked
from noctule.release.certificate import certificate
from noctule.release.gates import gate, require_gates
from noctule.release.ids import ID
from noctule.release.latest import point, pointer_to
from noctule.release.layout import DATA, MANIFEST, RELEASES, SIGNATURE
from noctule.release.manifest import manifest
from noctule.release.pack import documents
from noctule.release.passport import passport
from noctule.release.signature import signer, signing_key
from noctule.release.verify import verify
from noctule.release.write import seal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

log = logging.getLogger(__name__)


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
    trusted: dict[str, Any] | None = None,
) -> Path:
    """Publish a staged data file as lake/<dataset>/releases/<release_id> and move `latest` to it.

    `reads`: the journal of the snapshot that the night worked on; `book`: every entry of the ledger, found sound.
    `trusted`: its error bars, from `trust`; without them quality.json says null, and the card nothing.
    Signed when NOCTULE_SIGNING_KEY names a key; a signature by Ed25519 is a function of key and content.
    The folder is a pure function of the arguments: to publish again after a crash completes what was left undone.
    Raises GateError and CertificateError before anything is written, and BundleError when the id already holds other
    content.
    """
    log.info("publishing %s", release_id)
    pointer = pointer_to(contract.name, release_id)
    gates = gate(contract, receipt, validity, staged)
    require_gates(contract, gates)
    caps = _caps(contract, book, datetime.fromisoformat(pointer["published"]))
    key = None if home.signing_key is None else signing_key(home.signing_key)
    facts = passport(
        contract,
        receipt,
        release=release_id,
        epsilon_total=caps[0].epsilon_spent,
        ledger_head=f"{book[-1].seq}:{book[-1].hash}" if book else f"0:{GENESIS}",
        signed_by=None if key is None else signer(key),
    )
    certified = certificate(contract, receipt, facts, reads=reads, book=book, caps=caps)
    described = partial(documents, contract, facts, receipt, gates, trusted, certified)
    folder = home.lake / contract.name
    with _one_at_a_time(folder):
        hidden = _assemble(folder / RELEASES, release_id, staged, facts, described, key)
        final = _settle(hidden, folder / RELEASES / release_id)
        point(folder, pointer)
        _retire(folder / RELEASES, latest=release_id, keep=contract.release.keep)
    return final


def _caps(contract: Contract, book: Sequence[Entry], published: datetime) -> list[Balance]:
    """What is spent under each cap in force, as of the release, and not before the ledger's last entry."""
    moment = max(published, book[-1].when) if book else published
    return [balance(book, contract.population, limit, moment) for limit in limits_on(book, contract)]


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


def _settle(hidden: Path, final: Path) -> Path:
    """Give the release its name. One that stands there already must be the same, and sound."""
    if final.exists():
        if (hidden / MANIFEST).read_bytes() != (final / MANIFEST).read_bytes() or verify(final):
            raise BundleError(
                "another release stands under this id, and releases never change",
                where=final.name,
                fix="publish under a new release id",
            )
        shutil.rmtree(hidden)
    else:
        hidden.rename(final)
    sync(final.parent)
    return final


def _retire(releases: Path, latest: str, keep: int) -> None:
    """Remove all but the newest `keep` releases, and never the one that `latest` points to."""
    newest_first = sorted((path for path in releases.iterdir() if ID.fullmatch(path.name)), reverse=True)
    for old in newest_first[keep:]:
        if old.name != latest:
            shutil.rmtree(old.rename(releases / f".{old.name}.partial"))  # hidden first: never seen half removed
