"""A signature is the owner's, over the whole manifest, and anyone can check it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noctule.errors import UsageError
from noctule.release.layout import MANIFEST, SIGNATURE
from noctule.release.signature import PREFIX, public_key, signature_problems, signer, signing_key


@pytest.fixture
def signed(tmp_path: Path, key_pair: tuple[Path, Path]) -> tuple[Path, str]:
    """A folder with a signed manifest, and what its passport says of the signer."""
    key = signing_key(key_pair[0])
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / MANIFEST).write_text("ab" * 32 + "  README.md\n")
    (folder / SIGNATURE).write_bytes(key.sign((folder / MANIFEST).read_bytes()))
    return folder, signer(key)


def test_the_owners_key_is_known_again(signed: tuple[Path, str], key_pair: tuple[Path, Path]) -> None:
    folder, claimed = signed
    assert public_key(key_pair[1]) == claimed
    assert signature_problems(folder, claimed) == signature_problems(folder, claimed, claimed) == []


def test_every_bit_of_the_signature_and_of_the_manifest_counts(signed: tuple[Path, str]) -> None:
    folder, claimed = signed
    for name in (SIGNATURE, MANIFEST):
        whole = (folder / name).read_bytes()
        for bit in range(8 * len(whole)):
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            (folder / name).write_bytes(damaged)
            assert signature_problems(folder, claimed) != [], (name, bit)
        (folder / name).write_bytes(whole)


def _stripped(folder: Path) -> None:
    (folder / SIGNATURE).unlink()


def _cut(folder: Path) -> None:
    (folder / SIGNATURE).write_bytes((folder / SIGNATURE).read_bytes()[:63])


def _signed_anew(folder: Path) -> None:
    (folder / SIGNATURE).write_bytes(Ed25519PrivateKey.generate().sign((folder / MANIFEST).read_bytes()))


@pytest.mark.parametrize("forge", [_stripped, _cut, _signed_anew])
def test_a_lost_cut_or_foreign_signature_is_found(signed: tuple[Path, str], forge: Callable[[Path], None]) -> None:
    folder, claimed = signed
    forge(folder)
    assert len(signature_problems(folder, claimed)) == 1


@pytest.mark.parametrize("claimed", ["", "ed25519:", "ed25519:zz", "rsa:" + "ab" * 32, PREFIX + "00" * 31])
def test_a_signer_that_is_no_key_is_found(signed: tuple[Path, str], claimed: str) -> None:
    assert len(signature_problems(signed[0], claimed)) == 1


def test_a_forger_with_a_key_of_his_own_is_found_by_the_owners_key(signed: tuple[Path, str]) -> None:
    folder, owner = signed
    forger = Ed25519PrivateKey.generate()
    (folder / SIGNATURE).write_bytes(forger.sign((folder / MANIFEST).read_bytes()))
    assert signature_problems(folder, signer(forger)) == []  # a key taken from the release proves nothing
    assert signature_problems(folder, signer(forger), owner) == [
        "the release is signed by another key than the one given"
    ]


def test_an_unsigned_release_is_fine_until_a_key_is_demanded(signed: tuple[Path, str]) -> None:
    folder, owner = signed
    assert "names no signer" in signature_problems(folder, None)[0]
    (folder / SIGNATURE).unlink()
    assert signature_problems(folder, None) == []
    assert signature_problems(folder, None, owner) == ["the release is not signed"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_agrees(signed: tuple[Path, str], key_pair: tuple[Path, Path]) -> None:
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key_pair[1]), "-rawin", "-in", MANIFEST]
    subprocess.run([*command, "-sigfile", SIGNATURE], cwd=signed[0], check=True, capture_output=True)


def test_a_key_that_others_can_read_is_refused(key_pair: tuple[Path, Path]) -> None:
    key_pair[0].chmod(0o640)
    with pytest.raises(UsageError, match="read by other users"):
        signing_key(key_pair[0])


def test_what_is_no_private_key_is_refused_without_showing_it(tmp_path: Path, key_pair: tuple[Path, Path]) -> None:
    (tmp_path / "junk.pem").write_text("secret words")
    (tmp_path / "junk.pem").chmod(0o600)
    key_pair[1].chmod(0o600)
    for path in (tmp_path / "junk.pem", tmp_path / "absent.pem", tmp_path, key_pair[1]):
        path.chmod(0o700) if path.is_dir() else None
        with pytest.raises(UsageError, match="no readable Ed25519 key") as raised:
            signing_key(path)
        assert "secret" not in str(raised.value) and raised.value.__context__ is None


def test_a_private_key_is_no_public_one(key_pair: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError, match="no Ed25519 public key"):
        public_key(key_pair[0])
