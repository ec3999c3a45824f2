"""Raw stays in the vault: unique strings planted in raw cells are searched for in every artefact outside it."""

import sqlite3
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipelines.conftest import Deployment, rows, write

CANARY = "zqxcanary"


def planted(deployment: Deployment, where: str) -> list[list[str]]:
    """Rows with a canary in every cell of one column (a person's name or key), or in one cell of a category."""
    table = rows(1500, seed=4)
    for number, row in enumerate(table[1:]):
        match where:
            case "name":
                row[1] = f"{CANARY}name{number}"
            case "key":
                row[0] = f"{CANARY}key{number}"
            case "category" if number % 7 == 0:
                row[4] = f"{CANARY}drug{number}"
            case "number" if number == 700:
                row[2] = f"{CANARY}age"
            case "template" if number == 700:
                row[3] = f"{CANARY}/80"
            case "ragged" if number == 700:
                row.append(f"{CANARY}extra")
            case "mail":
                row[4] = f"{CANARY}{number}@posteo.net"
            case _:
                pass
    return table


@pytest.fixture(scope="module")
def spoken(deployment: Deployment) -> str:
    """Everything the command line said over nights that succeed and nights that fail."""
    said: list[str] = []
    for where, code in {
        "number": 3, "template": 3, "ragged": 3, "mail": 3, "category": 0, "name": 0, "key": 0,
    }.items():  # fmt: skip
        write(deployment.source, planted(deployment, where))
        deployment.contract(cap=50.0, version=where)  # so that each night reads
        done = deployment.noctule("run", "clinic", "--json")
        assert done.returncode == code, (where, done.stderr)
        said += [done.stdout, done.stderr]
    return "".join(said)


def texts(path: Path) -> list[bytes]:
    """A file as it lies, and as it reads once decompressed."""
    found = [path.read_bytes()]
    if path.suffix == ".parquet":
        found.append(str(pq.read_table(path).to_pylist()).encode())
    if path.suffix == ".npz":
        with zipfile.ZipFile(path) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    if path.suffix == ".db":
        with sqlite3.connect(path) as connection:
            found.append("\n".join(connection.iterdump()).encode())
    return found


def test_no_canary_outside_the_vault(deployment: Deployment, spoken: str) -> None:
    assert CANARY not in spoken
    vault, data = deployment.home.vault, deployment.root / "data"
    outside = [
        path
        for path in deployment.root.rglob("*")
        if path.is_file() and not path.is_relative_to(vault) and not path.is_relative_to(data)
    ]
    guilty = [path for path in outside if any(CANARY.encode() in text for text in texts(path))]
    assert guilty == []
    kinds = {path.suffix for path in outside}
    assert {".db", ".npz", ".parquet", ".json"} <= kinds, "the search missed a kind of artefact"


def test_no_snapshot_id_in_the_lake(deployment: Deployment, spoken: str) -> None:
    """It is a keyed hash of the rows, and changes when a record does."""
    names = [path.name.encode() for path in (deployment.home.vault / "snapshots" / "clinic").glob("[!.]*")]
    files = [path for path in deployment.home.lake.rglob("*") if path.is_file()]
    assert {"certificate.json", "certificate.html"} <= {path.name for path in files} and len(names) >= 3
    assert [path for path in files for text in texts(path) if any(name in text for name in names)] == []


def test_the_search_would_find_one(deployment: Deployment, spoken: str) -> None:
    """The vault does hold the canaries, and the same search sees them there."""
    snapshots = (deployment.home.vault / "snapshots").rglob("*.parquet")
    assert any(CANARY.encode() in text for path in snapshots for text in texts(path))


def test_the_vault_is_closed_to_others(deployment: Deployment, spoken: str) -> None:
    assert deployment.home.vault.stat().st_mode & 0o077 == 0
