"""The made tables fit their contracts, and are the same wherever they are made."""

from pathlib import Path

import pyarrow as pa
import pytest

from bench import tables
from bench.inputs import MADE, domain
from noctule.codes import Codec
from noctule.contract.arrow import source_schema
from noctule.contract.load import load
from noctule.ingest.delimited import read_csv
from noctule.ingest.source import Promise


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made")
    for name in tables.LAWS:
        tables.write(path, name)
    return path


@pytest.mark.parametrize("name", tables.LAWS)
@pytest.mark.parametrize("part", ["train", "test"])
def test_every_row_has_codes(folder: Path, name: str, part: str) -> None:
    contract = load(folder / f"{name}.yaml")
    file, schema = folder / f"{name}_{part}.csv", source_schema(contract)
    rows = pa.Table.from_batches(read_csv(file, contract.source, schema, Promise(None, None)), schema)
    codes = Codec(contract).encode(rows)
    assert rows.num_rows == getattr(tables.LAWS[name], part)
    assert {len(column) for column in codes.values()} == {rows.num_rows}
    assert tuple(contract.targets) == MADE[name]


def test_the_same_seed_gives_the_same_file(folder: Path, tmp_path: Path) -> None:
    tables.write(tmp_path, "survey")
    assert (tmp_path / "survey_train.csv").read_bytes() == (folder / "survey_train.csv").read_bytes()


def test_rivals_get_the_domain_of_the_contract(folder: Path) -> None:
    given = {column["name"]: column for column in domain(folder / "claims.yaml")}
    assert given["chapter"] == {"name": "chapter", "kind": "category", "values": list("ABCDEFGH")}
    assert given["nights"]["gaps"] == ["N"]
    assert (given["claim_date"]["kind"], given["claim_date"]["low"], given["claim_date"]["high"]) == ("date", 0, 89)
    assert (given["charge"]["low"], given["charge"]["high"], given["charge"]["step"]) == (0, 100_000, 1)
