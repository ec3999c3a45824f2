"""The charged score: its sensitivity, its noise, and what it costs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noctule.codes import Codes
from noctule.counts import CodesCounts
from noctule.errors import LedgerError, NoctuleError
from noctule.evaluation.charged import charged_tvd2, total_distance, workload
from noctule.evaluation.fidelity import tvd
from noctule.mechanisms.tap import NoiseTap

DOMAIN = {"a": 3, "b": 2, "c": 4, "d": 2}
PAIRS = 6


def draw(rows: int, seed: int) -> Codes:
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, size, rows).astype(np.int32) for name, size in DOMAIN.items()}


def counts(codes: Codes) -> CodesCounts:
    return CodesCounts(codes, {name: DOMAIN[name] for name in codes})


def score(real: Codes, synthetic: Codes, *, nano_rho: int, max_rows: int = 1, tap: NoiseTap | None = None) -> float:
    rows = len(synthetic["a"])
    tap = tap or NoiseTap()
    sides = counts(real), counts(synthetic)
    return charged_tvd2(*sides, rows=rows, nano_rho=nano_rho, max_rows=max_rows, tap=tap).tvd2


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 60),
    sampled=st.integers(0, 60),
    seed=st.integers(0, 2**16),
    removed=st.sets(st.integers(0, 59), min_size=1, max_size=4),
)
def test_one_unit_moves_the_sum_by_at_most_its_rows_times_pairs(
    rows: int, sampled: int, seed: int, removed: set[int]
) -> None:
    """Any unit of k rows, removed from any table, against any sample: the sensitivity that the noise is drawn for."""
    real, synthetic = draw(rows, seed), draw(sampled, seed + 1)
    gone = [row for row in removed if row < rows]
    without = {name: np.delete(codes, gone) for name, codes in real.items()}
    sample = counts(synthetic)
    moved = abs(total_distance(counts(real), sample, sampled) - total_distance(counts(without), sample, sampled))
    assert moved <= len(gone) * PAIRS


def test_the_bound_on_sensitivity_is_met() -> None:
    """A unit whose rows the sample lacks moves the sum by the whole bound: a smaller sensitivity would be wrong."""
    real = {name: np.zeros(3, np.int32) for name in DOMAIN}
    empty = {name: np.zeros(0, np.int32) for name in DOMAIN}
    assert total_distance(counts(real), counts(empty), 0) == 3 * PAIRS


def test_exactly_one_draw_that_costs_what_was_allotted() -> None:
    tap = NoiseTap()
    score(draw(50, 1), draw(40, 2), nano_rho=487_120, max_rows=3, tap=tap)
    (only,) = tap.draws
    assert only.mechanism == "discrete_gaussian"
    assert only.sensitivity == 3 * PAIRS
    assert only.scale == pytest.approx(18 / math.sqrt(2 * 487_120e-9))
    tap.require_equal(487_120)
    with pytest.raises(LedgerError):
        tap.require_equal(487_119)


def test_unbiased_and_error95_covers() -> None:
    """1,500 draws. Mean off by over 4.5 standard errors: 7e-6; coverage of 95 % outside 92.2-97.8 %: under 1e-6."""
    real, synthetic = draw(400, 1), draw(400, 2)
    real["b"] = real["a"] // 2
    real["d"] = (real["c"] > 1).astype(np.int32)
    truth = total_distance(counts(real), counts(synthetic), 400) / (2 * PAIRS * 400)
    found = [
        charged_tvd2(counts(real), counts(synthetic), rows=400.2, nano_rho=4_000_000, max_rows=1, tap=NoiseTap())
        for _ in range(1_500)
    ]
    scores, error = np.array([one.tvd2 for one in found]), found[0].error95
    assert 3 * error < truth < 1 - 3 * error  # clamping plays no part
    assert abs(scores.mean() - truth) < 4.5 * (error / 1.96) / math.sqrt(len(scores))
    assert 0.922 < (np.abs(scores - truth) <= error).mean() < 0.978


def test_without_noise_to_speak_of_it_is_the_mean_tvd() -> None:
    """At rho = 1e9 a draw that is not 0 has a chance of about exp(-2.7e7)."""
    real, synthetic = draw(300, 1), draw(300, 2)
    expected = np.mean(list(tvd(real, synthetic, DOMAIN, 2).values()))
    assert score(real, synthetic, nano_rho=10**18) == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(1, 80), sampled=st.integers(1, 80), seed=st.integers(0, 2**16))
def test_other_numbers_of_rows_move_it_by_at_most_half_their_share(rows: int, sampled: int, seed: int) -> None:
    real, synthetic = draw(rows, seed), draw(sampled, seed + 1)
    mean = np.mean(list(tvd(real, synthetic, DOMAIN, 2).values()))
    measured = total_distance(counts(real), counts(synthetic), sampled) / (2 * PAIRS * sampled)
    assert abs(measured - mean) <= abs(rows - sampled) / (2 * sampled) + 1e-12


def test_clamped_to_the_range_of_a_distance() -> None:
    """A scale of 2,000 times the range: 60 draws all on one side of it have a chance of 2e-18."""
    table = draw(5, 1)
    scores = [score(table, draw(5, 2), nano_rho=1) for _ in range(60)]
    assert min(scores) == 0 and max(scores) == 1


def test_a_table_of_one_attribute_is_scored_on_it() -> None:
    codes = {"a": np.array([0, 0, 1, 1], np.int32)}
    other = {"a": np.array([0, 1, 1, 1], np.int32)}
    found = charged_tvd2(
        CodesCounts(codes, {"a": 2}),
        CodesCounts(other, {"a": 2}),
        rows=4.0,
        nano_rho=10**18,
        max_rows=1,
        tap=NoiseTap(),
    )
    assert workload({"a": 2}) == [("a",)]
    assert (found.tvd2, found.pairs) == (0.25, 1)


@pytest.mark.parametrize(("rows", "nano_rho"), [(41.0, 1000), (0.2, 1000), (40.0, 0)])
def test_refused_before_any_noise(rows: float, nano_rho: int) -> None:
    tap = NoiseTap()
    with pytest.raises(NoctuleError):
        charged_tvd2(counts(draw(50, 1)), counts(draw(40, 2)), rows=rows, nano_rho=nano_rho, max_rows=1, tap=tap)
    assert tap.draws == []
