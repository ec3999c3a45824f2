"""The watch over a model: its sensitivity, its false alarms and its power, and what it keeps where."""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.codes import Codes
from noctule.counts import CodesCounts
from noctule.drift import Watch, ask, keep, price, read, threshold
from noctule.evaluation.charged import total_distance, workload
from noctule.mechanisms.accounting import rho_of
from noctule.mechanisms.sparse_vector import AboveThreshold
from noctule.mechanisms.tap import NoiseTap
from tests.noctule.mechanisms.test_sparse_vector import law
from tests.noctule.night import CONTRACT, refitting

DOMAIN = {"a": 3, "b": 2, "c": 4, "d": 2}
PAIRS = len(workload(DOMAIN))
ROWS = 20_000
NANO_RHO = price(refitting("on_drift"), rho_of(1.0, 1e-6))


def watch(max_rows: int = 1, nano_rho: int = NANO_RHO) -> Watch:
    return Watch.draw(DOMAIN, nano_rho=nano_rho, max_rows=max_rows, tap=NoiseTap())


def table(rows: int, seed: int) -> Codes:
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, size, rows).astype(np.int32) for name, size in DOMAIN.items()}


def distance(real: Codes, sample: Codes) -> int:
    return total_distance(CodesCounts(real, DOMAIN), CodesCounts(sample, DOMAIN), len(sample["a"]))


@settings(max_examples=60, deadline=None)
@given(max_rows=st.integers(1, 6), gone=st.integers(1, 6), rows=st.integers(6, 40), seed=st.integers(0, 999))
def test_one_unit_moves_every_question_by_no_more_than_the_stated_sensitivity(
    max_rows: int, gone: int, rows: int, seed: int
) -> None:
    """On any night; and a unit whose rows the sample lacks moves it by all of that, so less would be wrong."""
    gone = min(gone, max_rows)
    real, sample = table(rows, seed), table(rows, seed + 1)
    without = {name: codes[gone:] for name, codes in real.items()}
    stated = watch(max_rows).test.sensitivity
    assert abs(distance(real, sample) - distance(without, sample)) <= stated
    crowd, empty = {name: np.zeros(max_rows, np.int32) for name in DOMAIN}, table(0, 0)
    assert distance(crowd, empty) - distance(empty, empty) == stated


def test_it_costs_its_share_and_is_one_draw() -> None:
    tap = NoiseTap()
    Watch.draw(DOMAIN, nano_rho=NANO_RHO, max_rows=3, tap=tap)
    tap.require_equal(NANO_RHO)
    assert [draw.mechanism for draw in tap.draws] == ["sparse_vector"] and tap.draws[0].sensitivity == 3 * PAIRS
    assert price(CONTRACT, 1000) == 0 and price(refitting("on_drift"), 1000) == 50


def test_the_threshold_is_public_arithmetic() -> None:
    score = {"tvd2": 0.05, "error95": 0.01, "pairs": PAIRS}
    assert threshold(refitting("on_drift"), score, 1000.4) == round(0.08 * 2 * PAIRS * 1000)
    assert threshold(refitting("on_drift", drift=0.1), score, 1000.4) == round(0.15 * 2 * PAIRS * 1000)


def never(test: AboveThreshold, gap: float, nights: int) -> float:
    """P[no yes in so many nights], each of them `gap` (mean TVD of pairs) beyond the threshold: the exact law."""
    return float(law([round(gap * 2 * PAIRS * ROWS)] * nights, test)[-1])


def test_false_alarms_and_power_by_the_law() -> None:
    """At epsilon 1, delta 1e-6 and 20,000 rows, where 0.03 of drift is allowed."""
    test = watch().test
    assert 1 - never(test, -0.03, 365) < 1e-5  # a year in which nothing drifts
    assert 1 - never(test, -0.015, 365) < 0.06  # one in which half of what is allowed does
    assert never(test, 0.03, 1) < 1e-7  # twice what is allowed, unseen in the first night


@pytest.mark.parametrize(("gap", "nights"), [(-0.01, 30), (0.0, 1), (0.003, 2)])
def test_false_alarms_and_power_as_drawn(gap: float, nights: int) -> None:
    """The share of 200 watches that say yes lies within 6 standard errors of the law: fails falsely once in 10^8."""
    yes = 0
    for _ in range(200):
        test = watch().test
        yes += any(test.reached(round(gap * 2 * PAIRS * ROWS), 0) for _ in range(nights))
    expected = 1 - never(test, gap, nights)
    assert 0.02 < expected < 0.98
    assert abs(yes / 200 - expected) < 6 * math.sqrt(expected * (1 - expected) / 200)


def counted(asked: list[str], night: str, count: int) -> Callable[[], int]:
    def count_rows() -> int:
        asked.append(night)
        return count

    return count_rows


def test_a_night_is_asked_once_and_nothing_after_a_yes(tmp_path: Path) -> None:
    path, asked = tmp_path / "watches" / "tiny" / "k.json", list[str]()
    made, low, high = watch(), 0, 10**9  # far from the threshold, whatever the noise
    keep(made, path)
    for night, count in [("1", low), ("1", high), ("2", high), ("2", low), ("3", low), ("4", high)]:
        made = ask(made, path, night, counted(asked, night, count), 10**8)
        assert read(path) == made
    assert asked == ["1", "2"]
    assert (made.answers, made.ended) == ({"1": False, "2": True}, "2")


def test_the_answer_is_durable_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be stored, nobody learns it."""
    made = watch()
    with pytest.raises(OSError, match="disk"):
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))  # pyright: ignore
        ask(made, tmp_path / "w" / "t" / "k.json", "1", lambda: 10**9, 0)
    assert not list((tmp_path / "w" / "t").iterdir())


def test_the_secret_is_closed_to_others_and_never_printed(tmp_path: Path) -> None:
    path, made = tmp_path / "watches" / "tiny" / "k.json", watch()
    keep(made, path)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert "noise" not in repr(made)


@pytest.mark.parametrize(
    "harm", [lambda text: text[:-9], lambda text: text.replace('"noise": ', '"noise": 1'), lambda _: ""]
)
def test_a_damaged_watch_is_no_watch(tmp_path: Path, harm: Callable[[str], str]) -> None:
    path = tmp_path / "watches" / "tiny" / "k.json"
    made = replace(watch(), answers={"1": False})
    keep(made, path)
    assert read(path) == made
    path.write_text(harm(path.read_text()))
    assert read(path) is None and read(path.with_name("missing.json")) is None
