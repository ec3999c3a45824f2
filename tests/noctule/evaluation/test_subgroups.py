"""The worst group, and categories that were lost."""

from typing import Any

import numpy as np
import pytest

from noctule.codes import Codec
from noctule.evaluation.halves import halves
from noctule.evaluation.subgroups import rare_categories, subgroups
from tests.contracts import contract_of

ROWS = 6_000
CODEC: Any = Codec(
    contract_of(
        [
            {"name": "town", "type": "category", "categories": ["a", "b", "c"], "labels": {"b": "Bath"}},
            {"name": "sick", "type": "boolean"},
            {"name": "age", "type": "integer", "bounds": [0, 9]},
        ]
    )
)


def draw(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    codes = {"town": rng.choice(3, ROWS, p=[0.6, 0.39, 0.01]), "sick": rng.random(ROWS) < 0.3}
    codes["age"] = rng.integers(0, 10, ROWS)
    return {name: column.astype(np.int32) for name, column in codes.items()}


def test_the_group_that_was_changed_comes_first() -> None:
    raw, release = draw(1), draw(2)
    release["age"] = np.where(release["town"] == 1, 0, release["age"]).astype(np.int32)
    found = subgroups(raw, release, CODEC, halves(ROWS, ROWS))
    assert (found[0]["column"], found[0]["group"]) == ("town", "Bath")
    assert found[0]["tvd"] > 0.4 and found[0]["fresh_rows"] < 0.1 and found[0]["size"] == pytest.approx(1, abs=0.15)
    assert {row["group"] for row in found} == {"a", "Bath", "false", "true"}  # "c" has too few rows
    assert [row["tvd"] for row in found] == sorted((row["tvd"] for row in found), reverse=True)


def test_a_group_that_was_lost_is_as_far_as_can_be() -> None:
    raw, release = draw(1), draw(2)
    release["town"] = np.zeros(ROWS, np.int32)
    worst = subgroups(raw, release, CODEC, halves(ROWS, ROWS))[0]
    assert (worst["group"], worst["tvd"], worst["size"]) == ("Bath", 1.0, 0.0)


def test_rare_categories_kept_thinned_and_lost() -> None:
    raw = draw(1)
    raw["town"] = np.where(np.arange(ROWS) < 40, 2, raw["town"] % 2).astype(np.int32)
    release = {name: codes.copy() for name, codes in raw.items()}
    assert rare_categories(raw, release, CODEC) == {"categories": 1, "recall": 1.0, "kept": 1.0}
    release["town"][:30] = 0
    assert rare_categories(raw, release, CODEC)["kept"] == pytest.approx(0.25)
    release["town"][:40] = 0
    assert rare_categories(raw, release, CODEC) == {"categories": 1, "recall": 0.0, "kept": 0.0}
    common = raw | {"town": np.zeros(ROWS, np.int32)}
    assert rare_categories(common, release, CODEC)["recall"] is None
