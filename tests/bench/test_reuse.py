"""The tables that the benchmark of reuse makes by its public rule."""

import numpy as np
import pytest

from bench.reuse import BREAK, Judge, changed
from noctule.codes import Codes
from noctule.engines.shape import Shape

SHAPE = Shape({"age": 10, "income": 2, "other": 3})


@pytest.fixture(scope="module")
def codes() -> Codes:
    rng = np.random.default_rng(0)
    return {name: rng.integers(0, size, 5000).astype(np.int32) for name, size in SHAPE.domain.items()}


@pytest.mark.parametrize("change", ["none", "slow", "break"])
def test_the_number_of_rows_stays(codes: Codes, change: str) -> None:
    assert all(len(column) == 5000 for column in changed("adult", SHAPE, codes, change, 12).values())


def test_each_change_moves_the_table_when_it_should(codes: Codes) -> None:
    far = {
        change: [Judge(SHAPE, codes).tvd(changed("adult", SHAPE, codes, change, refit))[0] for refit in (1, BREAK, 12)]
        for change in ("none", "slow", "break")
    }
    assert far["none"] == [0, 0, 0]
    assert 0 < far["slow"][0] < far["slow"][1] < far["slow"][2]
    assert far["break"][0] == 0 and far["break"][1] == far["break"][2] > 0.1
