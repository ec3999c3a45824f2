"""What changed between two releases beyond the noise of both: a test on the noisy counts in their quality.json.

Released facts alone, so it costs nothing. For a table that both measured, at the same cells, the difference of two
noisy counts has at most the variance of both noises: s = sqrt(e1^2 + e2^2) / 1.96, with the 95 % half widths e1 and e2.
(Where a refit remembers an earlier one, the two share noise, and the difference has less.) A cell has moved when its
difference exceeds the quantile of s at LEVEL / tables / cells, Bonferroni twice, plus one row for rounding. So where no
row changed, a table is said to have moved with probability at most LEVEL / tables, and any with at most LEVEL.
"""

import json
from contextlib import suppress
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from noctule.errors import BundleError
from noctule.release.layout import DATA, QUALITY
from noctule.release.passport import read_passport
from noctule.release.schema import plain_schema

LEVEL = 0.05  # probability of any false alarm, over all tables
HALF_WIDTH = NormalDist().inv_cdf(0.975)  # sigmas in `error95`
FACTS = ("release", "engine", "model", "epsilon", "delta", "contract_sha256", "schema_sha256", "noctule_version")


def diff(before: Path, after: Path) -> dict[str, Any]:
    """Plain JSON of two release folders: `facts` and `columns` that differ, `tables` that moved or not, `false_alarm`.

    Raises BundleError when a release has no readable passport or error bars.
    """
    passports = [read_passport(folder / DATA) for folder in (before, after)]
    found = moves(bands_of(before), bands_of(after))
    found["same_model"] = found["same_model"] and passports[0].get("model") == passports[1].get("model")
    return {
        "before": before.name,
        "after": after.name,
        "facts": {
            key: [p.get(key) for p in passports] for key in FACTS if passports[0].get(key) != passports[1].get(key)
        },
        "columns": _columns(before, after),
        **found,
    }


def moves(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What moved between two releases' error bars (`bands` of their quality.json): `tables`, those that moved first.

    `same_model`: the same noisy counts, so that only the draw of rows differs. `false_alarm`: see the module.
    """
    same_model = _counts(before) == _counts(after)
    shared = [] if same_model else _shared(before, after)
    level = LEVEL / max(len(shared), 1)
    tables = [_moved(name, one, other, after["attributes"], level) for name, one, other in shared]
    return {
        "same_model": same_model,
        "false_alarm": {"each_table": level, "all_tables": LEVEL},
        "tables": sorted(tables, key=lambda table: (not table["moved"], -abs(table["change"]) / table["explained"])),
        "not_compared": 0 if same_model else len(before["tables"]) + len(after["tables"]) - 2 * len(shared),
    }


def bands_of(folder: Path) -> dict[str, Any]:
    """Of its quality.json. Raises BundleError when it has none."""
    found: Any = None
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((folder / QUALITY).read_bytes())["bands"]
    if not isinstance(found, dict):
        raise BundleError(
            "no readable error bars", where=f"{folder.name}/{QUALITY}", fix="compare releases that have them"
        )
    return found


def _counts(bands: dict[str, Any]) -> list[Any]:
    return [table["counts"] for table in bands["tables"]]


def _shared(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[list[str], dict[str, Any], dict[str, Any]]]:
    """Tables of the same attributes whose cells mean the same in both."""
    known = {_cells(table, before["attributes"]): table for table in before["tables"]}
    pairs = [(known.get(_cells(table, after["attributes"])), table) for table in after["tables"]]
    return [(other["attributes"], one, other) for one, other in pairs if one is not None]


def _cells(table: dict[str, Any], attributes: dict[str, Any]) -> str:
    """What the cells of a table stand for, in one text."""
    meaning = [
        [name, attributes[name]["codes"], None if table["cells"] == "codes" else attributes[name]["groups"]]
        for name in table["attributes"]
    ]
    return json.dumps([table["cells"], meaning], ensure_ascii=False)


def _moved(
    name: list[str], before: dict[str, Any], after: dict[str, Any], attributes: dict[str, Any], level: float
) -> dict[str, Any]:
    counts = [np.asarray(table["counts"], np.float64) for table in (before, after)]
    change = counts[1] - counts[0]
    sigma = np.hypot(before["error95"], after["error95"]) / HALF_WIDTH
    quantile = NormalDist().inv_cdf(1 - level / (2 * change.size))
    explained = np.broadcast_to(np.ceil(quantile * sigma) + 1, change.shape)
    worst = np.unravel_index(int(np.argmax(np.abs(change) / explained)), change.shape)
    return {
        "attributes": name,
        "moved": bool(abs(change[worst]) > explained[worst]),
        "cell": [_label(attributes[one], after["cells"], int(at)) for one, at in zip(name, worst, strict=True)],
        "change": int(change[worst]),
        "explained": int(explained[worst]),
        "cells_moved": int(np.sum(np.abs(change) > explained)),
        "cells": int(change.size),
    }


def _label(attribute: dict[str, Any], cells: str, at: int) -> str:
    """A code's label, or the first and last of its group."""
    if cells == "codes":
        return attribute["codes"][at]
    inside = [code for code, group in zip(attribute["codes"], attribute["groups"], strict=True) if group == at]
    return inside[0] if len(inside) == 1 else f"{inside[0]} … {inside[-1]}"


def _columns(before: Path, after: Path) -> dict[str, list[str]]:
    """Columns that are new, gone, or of another type."""
    one, other = ({field.name: str(field.type) for field in plain_schema(folder / DATA)} for folder in (before, after))
    return {
        "new": sorted(other.keys() - one.keys()),
        "gone": sorted(one.keys() - other.keys()),
        "retyped": sorted(name for name in one.keys() & other.keys() if one[name] != other[name]),
    }
