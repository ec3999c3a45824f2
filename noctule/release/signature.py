"""The signature of a release: Ed25519 (RFC 8032) over the bytes of its manifest, which holds a hash of every file.

64 raw bytes, so that OpenSSL can check them without Noctule. The public key stands in the passport as `signed_by`: it
shows damage, and whose signature this claims to be. It proves nothing, for whoever forges a release can put a key of
his own there; a proof needs the key that the consumer got from the owner by another way.
"""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noctule.errors import UsageError
from noctule.home import Home
from noctule.release.layout import MANIFEST, SIGNATURE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX = "ed25519:"  # before 64 hex digits, the public key


def signing_key(path: Path) -> "Ed25519PrivateKey":
    """The private key in a PEM file (PKCS 8, no password), such as `openssl genpkey -algorithm ed25519` writes.

    Raises UsageError when it is not there, not such a key, or open to other users of the machine.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key: Any = None
    shared = 0
    try:
        shared = path.stat().st_mode & 0o077
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        pass
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(
            "the signing key is no readable Ed25519 key",
            where=path.name,
            fix="NOCTULE_SIGNING_KEY names a file such as `openssl genpkey -algorithm ed25519 -out signing.pem` makes",
        )
    if shared:
        raise UsageError("the signing key can be read by other users", where=path.name, fix="chmod 600 the file")
    return key


def require_signer(home: Home) -> None:
    """A key that is asked for must be usable before the night is charged. Raises UsageError, as `signing_key`."""
    if home.signing_key is not None:
        signing_key(home.signing_key)


def signer(key: "Ed25519PrivateKey") -> str:
    """The public half of a key, as passports name it."""
    return PREFIX + key.public_key().public_bytes_raw().hex()


def public_key(path: Path) -> str:
    """The key in a PEM file of the consumer's, in the form of `signer`. Raises UsageError when it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key: Any = None
    with suppress(OSError, ValueError, UnsupportedAlgorithm):
        key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(
            "no Ed25519 public key",
            where=path.name,
            fix="ask the owner of the releases for `openssl pkey -in signing.pem -pubout`",
        )
    return PREFIX + key.public_bytes_raw().hex()


def signature_problems(folder: Path, claimed: str | None, trusted: str | None = None) -> list[str]:
    """What is wrong with the signature of a release whose passport says `signed_by: claimed`.

    `trusted`: the key that the consumer demands. Without it a signature is checked against `claimed` alone.
    """
    file = folder / SIGNATURE
    if claimed is None:
        if file.exists():
            return [f"{SIGNATURE} is there, but the passport names no signer"]
        return [] if trusted is None else ["the release is not signed"]
    if not file.is_file():
        return [f"{SIGNATURE} is missing"]
    if not _valid(folder, claimed):
        return [f"{SIGNATURE} is not the signer's for {MANIFEST}"]
    return [] if trusted in (None, claimed) else ["the release is signed by another key than the one given"]


def _valid(folder: Path, claimed: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(claimed.removeprefix(PREFIX)))
        key.verify((folder / SIGNATURE).read_bytes(), (folder / MANIFEST).read_bytes())
    except (InvalidSignature, ValueError, OSError):
        return False
    return True
