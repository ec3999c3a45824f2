"""Telling rows of a release from raw rows."""

from typing import Any

import numpy as np

from noctule.evaluation.halves import halves
from noctule.evaluation.propensity import propensity, told_apart


def test_a_damaged_column_gives_the_release_away(night: Any) -> None:
    """An AUROC of 1,500 rows has a standard error of 0.015: 0.45 to 0.55 is false under 1e-3, and seeds are fixed."""
    rng = np.random.default_rng(1)
    rows = len(night.real["age"])
    damaged = night.real | {"drug": rng.integers(0, 4, rows).astype(np.int32)}
    parts = halves(rows, rows)
    found = propensity(night.real, damaged, night.codec, parts)
    assert found["auroc"] > 0.6 > 0.55 > found["auroc_fresh_rows"] > 0.45
    assert found["pmse"] > 1.15 * found["pmse_fresh_rows"] > 0 and found["pmse"] < 0.25
    assert found["rows"] == 750


def test_tables_apart_and_tables_of_no_rows(night: Any) -> None:
    rows = 400
    zeros = {name: np.zeros(rows, np.int32) for name in night.codec.domain}
    ones = {name: np.ones(rows, np.int32) for name in night.codec.domain}
    pmse, auroc = told_apart(zeros, ones, night.codec)
    assert pmse > 0.24 and auroc == 1
    assert told_apart(zeros, zeros, night.codec)[0] < 1e-6
