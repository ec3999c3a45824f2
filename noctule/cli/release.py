"""What a consumer asks of a release: `noctule verify`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from noctule.contract.load import load
from noctule.errors import BundleError
from noctule.home import Home
from noctule.ledger.book import Ledger
from noctule.release.anchors import unaccounted
from noctule.release.find import folder_of
from noctule.release.layout import CERTIFICATE, DATA
from noctule.release.passport import read_passport
from noctule.release.schema import schema_digest, stored_schema
from noctule.release.signature import public_key
from noctule.release.verify import verify as problems_of

UNSOUND = BundleError.exit_code
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("release")
@click.option("--key", "key_file", type=FILE, help="Public key (PEM) that must have signed it, got from its owner.")
@click.option("--contract", "contract_file", type=FILE, help="The contract whose schema it must have.")
@click.option("--ledger", "with_ledger", is_flag=True, help="Hold it against the ledger in use, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def verify(release: str, key_file: Path | None, contract_file: Path | None, with_ledger: bool, as_json: bool) -> None:
    """Check RELEASE (a folder, NAME or NAME/RELEASE): hashes, signature, passport, certificate.

    Needs the folder alone: no network, no state. Exit code 0 when it is sound, 3 when not.
    """
    folder, key = folder_of(release, Home.from_environment()), key_file and public_key(key_file)
    problems = problems_of(folder, key)
    passport = _passport(folder)
    if contract_file and passport.get("schema_sha256") != schema_digest(stored_schema(load(contract_file))):
        problems.append("the schema is not that of the contract given")
    if with_ledger and passport:
        problems += unaccounted(passport, Ledger(Home.from_environment().ledger))
    if as_json:
        known = {"release": folder.name, "dataset": passport.get("dataset"), "signed_by": passport.get("signed_by")}
        asked = {"key": key, "contract": contract_file is not None, "ledger": with_ledger}
        click.echo(json.dumps({"sound": not problems, "problems": problems, **known, "checked_against": asked}))
    elif not problems:
        click.echo(f"sound: {passport['dataset']}, release {folder.name}")
        held = [("the contract given", contract_file is not None), ("the ledger in use", with_ledger)]
        for line in (
            _signature(passport, key),
            _audit(folder),
            *(f"agrees with {what}" for what, asked in held if asked),
        ):
            click.echo(line)
    for problem in () if as_json else problems:
        click.echo(problem, err=True)
    sys.exit(UNSOUND if problems else 0)


def _passport(folder: Path) -> dict[str, Any]:
    try:
        return read_passport(folder / DATA)
    except BundleError:
        return {}


def _audit(folder: Path) -> str:
    """Of a sound release. Older certificates name no audit."""
    audited = json.loads((folder / CERTIFICATE).read_bytes()).get("audit", {}).get("at")
    return (
        f"engine and code passed the audit that ended {audited}" if audited else "no audit of engine and code is named"
    )


def _signature(passport: dict[str, Any], key: str | None) -> str:
    if (signer := passport.get("signed_by")) is None:
        return "not signed: nothing proves who made it"
    if key is None:
        return f"signed by {signer}, says the release itself: --key with the owner's public key would prove it"
    return f"signed by the key given, {signer}"
