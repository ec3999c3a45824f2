"""What a consumer types about a release."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from noctule.contract import Contract
from noctule.contract.load import dump
from noctule.errors import UsageError
from noctule.home import Home

ROOT = Path(__file__).resolve().parents[3]
Noctule = Callable[..., Result]

OFFLINE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
def hook(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event.startswith("socket.") or writes:
        raise SystemExit(f"not offline: {{event}} {{arguments}}")
sys.addaudithook(hook)
sys.dont_write_bytecode = True
from noctule.cli import main
main()
"""


def offline(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in an empty environment, where to open a socket, or a file for writing, ends the process."""
    command = [sys.executable, "-I", "-c", OFFLINE, *map(str, words)]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)


def test_a_copy_is_verified_with_nothing_but_itself_and_the_owners_key(
    published: Path, key_pair: tuple[Path, Path], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    copy = shutil.copytree(published, elsewhere / published.name)
    shutil.rmtree(published.parents[3])  # the state folder is gone
    done = offline("verify", copy.name, "--key", key_pair[1], folder=elsewhere)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"sound: sample, release {copy.name}\nsigned by the key given, ed25519:")

    (copy / "README.md").chmod(0o644)
    (copy / "README.md").write_bytes(b"~" + (copy / "README.md").read_bytes()[1:])
    done = offline("verify", copy, "--key", key_pair[1], folder=elsewhere)
    assert (done.returncode, done.stdout) == (3, "") and done.stderr == "README.md does not match its checksum\n"
    assert sorted(path.name for path in elsewhere.iterdir()) == [copy.name]


def test_a_release_is_named_by_folder_dataset_or_id(published: Path, noctule: Noctule) -> None:
    for word in (str(published), "sample", f"sample/{published.name}"):
        assert noctule("verify", word).output.startswith(f"sound: sample, release {published.name}\n")
    with pytest.raises(UsageError, match="released here: sample"):
        noctule("verify", "other")
    for path in ("/no/such", "./sample", "lake/sample/releases/20261123T023000Z-0123abcd"):
        with pytest.raises(UsageError, match=f"there is no folder '{path}'"):
            noctule("verify", path)


def test_without_a_key_the_signature_is_said_to_prove_nothing(published: Path, noctule: Noctule) -> None:
    assert "--key with the owner's public key would prove it" in noctule("verify", "sample").output


def test_json_says_what_was_checked(published: Path, noctule: Noctule, key_pair: tuple[Path, Path]) -> None:
    found = json.loads(noctule("verify", "sample", "--key", str(key_pair[1]), "--json").output)
    assert found["sound"] and found["signed_by"] == found["checked_against"]["key"]
    done = noctule("verify", "sample", "--ledger", "--json")
    assert done.exit_code == 3 and not json.loads(done.output)["sound"]


def test_a_ledger_that_never_paid_for_it_is_told(published: Path, noctule: Noctule) -> None:
    done = noctule("verify", "sample", "--ledger")
    assert done.exit_code == 3 and "the ledger has no charge for this model" in done.stderr
    assert "was published and is missing" in done.stderr


def test_the_schema_is_held_against_a_contract(
    published: Path, noctule: Noctule, contract: Contract, tmp_path: Path
) -> None:
    file = tmp_path / "sample.yaml"
    file.write_text(dump(contract))
    done = noctule("verify", "sample", "--contract", str(file))
    assert done.exit_code == 0 and done.output.endswith("agrees with the contract given\n")
    columns = [column for column in contract.columns if column.name != "back"]
    file.write_text(dump(contract.model_copy(update={"columns": tuple(columns)})))
    done = noctule("verify", "sample", "--contract", str(file))
    assert done.exit_code == 3 and done.stderr == "the schema is not that of the contract given\n"


def test_report_names_the_page_and_the_internal_one_stays_in_the_vault(
    published: Path, home: Home, noctule: Noctule
) -> None:
    assert noctule("report", "sample").output == f"{published / 'report.html'}\n"
    with pytest.raises(UsageError, match="this vault holds no internal report of 20261123T023000Z-0123abcd"):
        noctule("report", str(published), "--internal")
    kept = home.vault / "reports" / "sample" / f"{published.name}.html"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert noctule("report", "sample", "--internal").output == f"{kept}\n"
