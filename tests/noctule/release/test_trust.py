"""The error bars of a release: in quality.json and on the card, inside the manifest, and of no raw row."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from noctule.codes import Codec
from noctule.engines.bundle import Bundle
from noctule.engines.model import Measurement
from noctule.home import Home
from noctule.release.publish import publish
from noctule.release.trust import trust
from noctule.release.verify import verify


def test_it_names_codes_tables_and_pairs(measured: Bundle, staged: Path) -> None:
    found = trust(measured, staged)
    domain = measured.model.domain
    assert found["tier"] == "released"
    assert {name: len(one["codes"]) for name, one in found["attributes"].items()} == domain
    assert found["attributes"]["pressure.high"]["column"] == "pressure"
    assert found["attributes"]["drug"]["codes"] == ["Lisinopril", "Amlo, dipine", "none", "null"]
    table = next(one for one in found["tables"] if one["attributes"] == ["age", "drug"])
    assert np.array(table["counts"]).shape == (domain["age"], domain["drug"])
    assert table["cells"] == "groups" and table["error95"] == 12 and table["error95_all"] > 12
    by = {tuple(pair["attributes"]): (pair["by"], pair["tvd95"]) for pair in found["pairs"]}
    assert by["age", "drug"] == ("measured", table["tvd95"])
    assert by["drug", "back"][0] == ["drug", "back", "pressure.low"]
    assert by["age", "back"] == ("not measured", None)
    assert len(by) == len(domain) * (len(domain) - 1) // 2


def test_the_staged_rows_are_the_ones_compared(measured: Bundle, staged: Path) -> None:
    """A table measured as it stands in the staged file, nearly without noise, is at distance 0."""
    import pyarrow.parquet as pq

    codec = Codec(measured.contract)
    names = [column.name for column in measured.contract.modelled]
    codes = codec.encode(pq.ParquetFile(staged).read(names))
    counts = np.bincount(codes["age"], minlength=codec.domain["age"])
    exact = replace(measured.model, measurements=(Measurement(("age",), counts, 1e-3, fine=True),))
    (table,) = trust(replace(measured, model=exact), staged)["tables"]
    assert table["counts"] == counts.tolist() and table["tvd95"] == 0.0


def test_a_release_carries_them_and_verifies(
    measured: Bundle, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    trusted = trust(measured, staged)
    folder = publish(measured.contract, home, staged, receipt, 1.0, **terms, trusted=trusted)
    assert verify(folder) == []
    assert "quality.json" in (folder / "MANIFEST.sha256").read_text()
    assert json.loads((folder / "quality.json").read_text())["bands"] == json.loads(json.dumps(trusted))
    card = (folder / "README.md").read_text()
    assert "## How far to trust each column" in card
    age = next(one for one in trusted["tables"] if one["attributes"] == ["age"])
    assert f"| age | {age['tvd']:.3f} | {age['tvd95']:.3f} | {age['error95']} | 1 of 7 | " in card
    again = publish(measured.contract, home, staged, receipt, 1.0, **terms, trusted=trust(measured, staged))
    assert again == folder


def test_a_model_without_measurements_says_not_measured(
    bundle: Bundle, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    trusted = trust(bundle, staged)
    assert trusted["tables"] == [] and {pair["by"] for pair in trusted["pairs"]} == {"not measured"}
    card = (publish(bundle.contract, home, staged, receipt, 1.0, **terms, trusted=trusted) / "README.md").read_text()
    assert "| back | not measured |" in card
