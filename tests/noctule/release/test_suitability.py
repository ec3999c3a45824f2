"""Words follow from bounds by the thresholds that stand beside them."""

import json
from pathlib import Path
from typing import Any

import pytest

from noctule.contract import Contract
from noctule.release.suitability import suitability, suitability_section, word


@pytest.mark.parametrize(
    ("bound", "told"),
    [(0.0, "trust"), (0.05, "trust"), (0.06, "caution"), (0.15, "caution"), (0.16, "do not use"), (None, "do not use")],
)  # fmt: skip
def test_the_words(bound: float | None, told: str) -> None:
    assert word(bound) == told


def table(*names: str, tvd95: float, error95: Any = 7, counts: Any = (100, 200)) -> dict[str, Any]:
    return {"attributes": list(names), "tvd95": tvd95, "error95": error95, "counts": list(counts), "cells": "codes"}


def pair(one: str, other: str, tvd95: float | None) -> dict[str, Any]:
    return {"attributes": [one, other], "tvd95": tvd95}


TRUSTED: dict[str, Any] = {
    "attributes": {
        name: {"column": name.split(".")[0]} for name in ("age", "drug", "pressure.high", "pressure.low", "back", "day")
    },
    "tables": [
        table("age", tvd95=0.01, error95=7),
        table("drug", tvd95=0.12, error95=[3, 41]),
        table("pressure.high", tvd95=0.02),
        table("pressure.low", tvd95=0.03),
    ],
    "pairs": [
        pair("age", "drug", 0.2),
        pair("age", "back", 0.04),
        pair("pressure.high", "pressure.low", 0.09),
        pair("age", "day", None),
    ],
}


@pytest.fixture
def found(contract: Contract) -> dict[str, Any]:
    names = ["row", "full_name", "age", "pressure", "drug", "drug_code", "day", "back"]
    return suitability(TRUSTED, contract, names)


def test_columns_by_what_they_are_made_from(found: dict[str, Any]) -> None:
    told = {name: (one["use"], one["tvd95"], one["smallest_safe_group"]) for name, one in found["columns"].items()}
    assert told == {
        "row": ("do not use", None, None),
        "full_name": ("do not use", None, None),
        "age": ("trust", 0.01, 70),
        "pressure": ("caution", 0.09, None),  # both parts are good, both together less so
        "drug": ("caution", 0.12, 410),  # the widest of its cells
        "drug_code": ("caution", 0.12, None),  # as its source
        "day": ("do not use", None, None),
        "back": ("trust", 0.04, None),  # never measured by itself, and bounded by a pair that holds it
        "pressure.high": ("trust", 0.02, 70),
        "pressure.low": ("trust", 0.03, 70),
    }
    assert found["columns"]["full_name"]["why"] == "stand-in"


def test_the_card_has_a_line_for_each(found: dict[str, Any]) -> None:
    section = suitability_section(found)
    assert "| age | trust | 70 | 1 / 0 / 2 |" in section
    assert "| full_name | do not use (stand-in) |  |  |" in section
    assert "| drug_code | caution (from drug) |  |  |" in section


def test_a_release_says_it_in_quality_json_and_on_the_card(published: Path) -> None:
    said = json.loads((published / "quality.json").read_text())["suitability"]
    assert said["thresholds"] == {"trust_tvd95": 0.05, "caution_tvd95": 0.15, "count_half_width": 0.1}
    assert said["columns"]["age"]["smallest_safe_group"] == 120  # sigma 6: error95 is 12 rows
    assert {one["use"] for one in said["pairs"] if one["tvd95"] is None} == {"do not use"}
    assert "## What to use it for" in (published / "README.md").read_text()
