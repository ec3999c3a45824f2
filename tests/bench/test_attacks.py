"""The releases that the attacks are tried on are what they are called."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from bench.attacks import bootstrap, with_copies
from noctule.contract import Contract

ROWS = 2_000


@pytest.fixture
def real() -> pa.Table:
    rng = np.random.default_rng(0)
    return pa.table({"x": rng.integers(0, 1_000_000, ROWS), "y": rng.integers(0, 1_000_000, ROWS)})


def test_a_bootstrap_redraws_one_cell_of_a_hundred(real: pa.Table) -> None:
    """Of 2,000 rows, 2 % have a cell from elsewhere: 40, standard deviation 6; 4 times that fails once in 10,000."""
    known = {tuple(row.values()) for row in real.to_pylist()}
    made = bootstrap(real, np.random.default_rng(1))
    changed = sum(tuple(row.values()) not in known for row in made.to_pylist())
    assert made.schema == real.schema and made.num_rows == ROWS
    assert changed == pytest.approx(40, abs=25)


def test_the_copies_are_the_isolated_rows(real: pa.Table, make_contract: Callable[..., Contract]) -> None:
    bounds = {"type": "integer", "bounds": [0, 100_000_000]}
    contract = make_contract([{"name": name, **bounds} for name in ("x", "y")])
    alone = pa.table({"x": np.arange(2, 62) * 1_500_000, "y": np.arange(60)[::-1] * 1_500_000}, schema=real.schema)
    everyone = pa.concat_tables([real, alone])
    release = pa.table({"x": np.zeros(500, np.int64), "y": np.zeros(500, np.int64)})
    made = with_copies(release, everyone, contract)
    assert made.num_rows == 500 and made.slice(0, 380) == release.slice(0, 380)
    copied = {tuple(row.values()) for row in made.slice(380).to_pylist()}
    assert copied <= {tuple(row.values()) for row in everyone.to_pylist()}
    assert {tuple(row.values()) for row in alone.to_pylist()} <= copied
