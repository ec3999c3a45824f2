"""Changes beyond the noise of two releases are told, and noise alone is not."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from noctule.engines.bundle import Bundle
from noctule.engines.model import Measurement
from noctule.errors import BundleError
from noctule.home import Home
from noctule.release.diff import LEVEL, _moved, diff
from noctule.release.publish import publish
from noctule.release.trust import trust

SIGMA = 6.0
Publish = Callable[..., Path]


@pytest.fixture
def release(measured: Bundle, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]) -> Publish:
    """Publish the same rows with noisy counts moved by `shift` rows in the first cell of `age`, and other noise."""

    def make(day: int, shift: int = 0, seed: int = 0, model: str = "k") -> Path:
        rng = np.random.default_rng(seed)

        def noised(one: Measurement) -> Measurement:
            counts = one.counts + (np.rint(rng.normal(0, SIGMA, one.counts.shape)).astype(int) if seed else 0)
            if one.clique == ("age",):
                counts[0] += shift
            return replace(one, counts=counts)

        tables = tuple(noised(one) for one in measured.model.measurements)
        bundle = replace(measured, model=replace(measured.model, measurements=tables))
        arguments = {**terms, "release_id": f"202611{day:02}T023000Z-0123abcd"}
        return publish(bundle.contract, home, staged, receipt, 1.0, **arguments, trusted=trust(bundle, staged))

    return make


def test_one_model_differs_from_itself_by_sampling_alone(release: Publish) -> None:
    found = diff(release(1), release(2))
    assert found["same_model"] and found["tables"] == [] and found["not_compared"] == 0


def test_a_change_beyond_the_noise_is_found_where_it_is(release: Publish) -> None:
    found = diff(release(1), release(2, shift=200, seed=5))
    assert [table["attributes"] for table in found["tables"] if table["moved"]] == [["age"]]
    worst = found["tables"][0]
    assert worst["cell"] == ["0..9"] and abs(worst["change"] - 200) < 30 < worst["explained"] < 40
    assert found["false_alarm"] == {"each_table": LEVEL / len(found["tables"]), "all_tables": LEVEL}


def test_noise_alone_moves_nothing(release: Publish) -> None:
    """Fixed seeds; of fresh ones, at most one pair in 20 would show a change."""
    before = release(9)
    for seed in (1, 2, 3):
        assert not any(table["moved"] for table in diff(before, release(seed, seed=seed))["tables"])


def test_the_false_alarms_are_as_few_as_stated() -> None:
    """10,000 tables of 20 cells, both noisy, nothing changed. At most LEVEL of them, 500, are expected to alarm, fewer
    by the rounding up; more than 620 come by chance with probability below 1e-6 (binomial)."""
    rng = np.random.default_rng(0)
    codes = {"x": {"codes": [str(at) for at in range(20)], "groups": list(range(20))}}
    half = int(np.ceil(1.96 * 50))
    alarms = 0
    for counts in np.rint(rng.normal(1000, 50, (10_000, 2, 20))).astype(int):
        one, other = ({"counts": c.tolist(), "error95": half, "cells": "codes"} for c in counts)
        alarms += _moved(["x"], one, other, codes, LEVEL)["moved"]
    assert 200 < alarms < 620


def test_the_words_on_the_command_line(
    release: Publish, noctule: Callable[..., Result], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOCTULE_HOME", str(home.root))
    before, after = release(1), release(2, shift=200, seed=5)
    said = noctule("diff", f"sample/{before.name}", "sample").output
    assert f"{before.name} -> {after.name}" in said and "1 of 10 tables moved by more than both noises explain" in said
    assert "  age: +" in said
    assert json.loads(noctule("diff", str(before), str(after), "--json").output)["same_model"] is False


def test_a_release_without_error_bars_is_refused(
    release: Publish, measured: Bundle, home: Home, staged: Path, receipt: dict[str, Any], terms: dict[str, Any]
) -> None:
    bare = publish(measured.contract, home, staged, receipt, 1.0, **terms)
    with pytest.raises(BundleError, match="no readable error bars"):
        diff(bare, bare)
