"""What is promised of a file, and told from its name and first bytes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from noctule.contract import Contract
from noctule.errors import DataError
from noctule.ingest.source import Promise, locate, promise

DIGEST = "0" * 64


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"rows": "3"}', '{"rows": true}', '{"rows": 0}', '{"sha256": "abc"}', '{"rows": 3, "sha256": 1}'],
)
def test_a_manifest_of_another_form_is_refused(
    contract_for: Callable[..., Contract], tmp_path: Path, content: str
) -> None:
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(DataError, match=r"m\.json: the manifest is missing or not of its form") as caught:
        promise(contract_for(manifest="m.json").source, tmp_path)
    assert caught.value.__context__ is None


def test_a_missing_manifest_is_refused(contract_for: Callable[..., Contract], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="manifest is missing"):
        promise(contract_for(manifest="m.json").source, tmp_path)


def test_contract_and_manifest_add_up_and_must_agree(contract_for: Callable[..., Contract], tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"rows": 3}')
    assert promise(contract_for().source, tmp_path) == Promise(None, None)
    assert promise(contract_for(manifest="m.json", sha256=DIGEST).source, tmp_path) == Promise(3, DIGEST)
    with pytest.raises(DataError, match=r"source\.rows and the manifest disagree"):
        promise(contract_for(manifest="m.json", rows=4).source, tmp_path)


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.tsv", "a.txt", "a", "folder/a.csv"])
def test_names_that_fit(contract_for: Callable[..., Contract], tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / name).write_text("x")
    assert locate(contract_for(path=name).source, tmp_path) == tmp_path / name


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.json", "a.csv.bz2", "a.parquet.gz"])
def test_names_that_do_not(contract_for: Callable[..., Contract], tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(DataError, match="name does not fit"):
        locate(contract_for(path=name).source, tmp_path)
