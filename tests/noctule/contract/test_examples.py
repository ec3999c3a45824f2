"""The contracts in the repository load, say what they mean, and fit their files."""

from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.contract.lint import lint
from noctule.contract.load import dump, load, load_all, parse
from noctule.home import Home
from tests.rows import rows_of

ROOT = Path(__file__).parents[3]
SHARED = ROOT / ".." / "shared" / "data"


@pytest.mark.parametrize("file", ["datasets/patients.yaml", "examples/adult.yaml", "examples/nist.yaml"])
def test_loads_without_advice_and_is_written_back_equal(file: str) -> None:
    contract = load(ROOT / file)
    assert [line for line in lint(contract) if not line.startswith("unit: each row")] == []
    assert parse(dump(contract), file) == contract
    contract.require_public_domains()


def test_the_folder_of_datasets_loads() -> None:
    assert "patients" in [contract.name for contract in load_all(ROOT / "datasets")]


def test_nist_industries_agree_with_their_groups() -> None:
    """The survey's code list is in order of its groups, so the derived group never falls along it."""
    contract = load(ROOT / "examples/nist.yaml")
    industry: Any = contract.column("INDP")
    group: Any = contract.column("INDP_CAT")
    codes = industry.categories[1:]  # the first is N
    groups = [int(group.map[code]) for code in codes]
    assert list(codes) == sorted(codes, key=int) and groups == sorted(groups)
    assert set(groups) == set(range(19))


def shared(name: str, part: str) -> Contract:
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/data")
    contract = load(ROOT / f"examples/{name}.yaml")
    return contract.model_copy(
        update={"source": contract.source.model_copy(update={"path": f"../shared/data/{name}_{part}.csv"})}
    )


@pytest.mark.slow
@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("name", ["adult", "nist"])
def test_a_real_table_is_read_whole_and_comes_back_with_its_types(name: str, part: str, home: Home) -> None:
    import numpy as np
    import pandas as pd

    from noctule.codes import Codec
    from noctule.evaluation.validity import validity
    from noctule.ingest.ingest import ingest
    from noctule.pii.detect import detect, undeclared

    contract = shared(name, part)
    table = rows_of(ingest(contract, home, ROOT)).table()
    assert undeclared(detect(table), contract) == []
    codec = Codec(contract)
    release = codec.decode(codec.encode(table), np.random.default_rng(0))
    assert validity(release, contract) == 1.0
    source = pd.read_csv(ROOT / contract.source.path, low_memory=False)
    assert release.to_pandas().dtypes.to_dict() == source.dtypes.to_dict()
    assert release.column_names == list(source.columns) and release.num_rows == len(source)
    for column in contract.columns:  # no category is lost to a null or another
        if not hasattr(column, "bounds"):
            assert release.column(column.name).equals(table.column(column.name)), column.name
