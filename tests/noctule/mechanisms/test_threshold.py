"""Thresholded release: what one unit holds stays hidden, what many hold comes out."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from noctule.mechanisms.tap import NoiseTap
from noctule.mechanisms.threshold import threshold, thresholded


@pytest.mark.parametrize(("scale", "max_rows"), [(0.5, 1), (3.0, 1), (3.0, 4), (20.0, 2)])
def test_a_value_that_one_unit_holds_is_released_with_probability_at_most_delta(scale: float, max_rows: int) -> None:
    """10,000 units hold `max_rows` values each, of `max_rows` rows: more than a real unit can.

    The bound lies 5 standard deviations above the mean, so it fails falsely below 1e-6 a case. OpenDP's own delta for
    the same threshold (opendp issue 2922) would be passed: at scale .5 it states .023 where .107 was measured.
    """
    units, delta = 10_000, 0.02
    values = np.full(units * max_rows, max_rows, np.int64)
    out = thresholded(values, scale=scale, delta=delta, max_rows=max_rows, tap=NoiseTap())
    caught = len({at // max_rows for at in out})
    assert caught <= delta * units + 5 * math.sqrt(delta * units)


@pytest.mark.parametrize("delta", [1e-2, 1e-6, 1e-10, 1e-14])
@pytest.mark.parametrize(("scale", "max_rows"), [(0.3, 1), (2.0, 1), (50.0, 1), (50.0, 7), (4000.0, 1)])
def test_the_threshold_keeps_the_exact_tail_below_delta(scale: float, max_rows: int, delta: float) -> None:
    """P(max_rows + N >= threshold) for the discrete Gaussian N, summed term by term; and not much too far out."""
    least = threshold(scale, delta, max_rows)
    beyond = np.arange(least - max_rows, least - max_rows + int(40 * scale) + 50, dtype=float)
    everywhere = np.arange(-int(40 * scale) - 50, int(40 * scale) + 51, dtype=float)
    log_mass = math.log(np.exp(-(everywhere**2) / (2 * scale**2)).sum())
    tail = float(np.exp(-(beyond**2) / (2 * scale**2) - log_mass).sum())
    assert max_rows * tail <= delta
    needed = max_rows + scale * NormalDist().inv_cdf(1 - delta / max_rows) if delta / max_rows > 1e-15 else least
    assert least <= 1.02 * needed + scale + 3


def test_what_many_hold_comes_out_with_its_noisy_count_and_absent_values_do_not_exist() -> None:
    tap = NoiseTap()
    out = thresholded(np.array([1, 5000, 2], np.int64), scale=10.0, delta=1e-9, max_rows=1, tap=tap)
    assert list(out) == [1] and abs(out[1] - 5000) < 80  # 8 standard deviations
    assert [(draw.mechanism, draw.rho, draw.delta) for draw in tap.draws] == [("gaussian_threshold", 0.005, 1e-9)]


def test_the_draw_is_paid_for_when_there_is_nothing() -> None:
    tap = NoiseTap()
    assert thresholded(np.zeros(0, np.int64), scale=10.0, delta=1e-9, max_rows=3, tap=tap) == {}
    assert tap.draws[0].rho == 9 / 200 and tap.delta == 1e-9


@pytest.mark.parametrize(
    "words", [{"scale": 0.0}, {"delta": 0.0}, {"delta": 1.0}, {"max_rows": 0}, {"scale": math.nan}]
)
def test_arguments_out_of_range_are_refused(words: dict[str, float]) -> None:
    given: dict = {"scale": 1.0, "delta": 0.1, "max_rows": 1, "tap": NoiseTap()} | words
    with pytest.raises(ValueError, match="must be"):
        thresholded(np.ones(3, np.int64), **given)
