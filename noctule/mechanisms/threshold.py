"""Thresholded release (partition selection): of values that are not known beforehand, those that many rows hold."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.mechanisms.opendp import opendp
from noctule.mechanisms.tap import Draw, NoiseTap


def thresholded(
    counts: NDArray[np.int64], *, scale: float, delta: float, max_rows: int, tap: NoiseTap
) -> dict[int, int]:
    """Position -> noisy count of those counts whose noisy count reaches `threshold`; all others stay unknown.

    One unit changes at most `max_rows` counts, by at most `max_rows` rows in all (design.md invariant 5), so the L2
    sensitivity is `max_rows`. With discrete Gaussian noise of parameter `scale` (in rows) the release is
    delta-approximately rho-zCDP, rho = max_rows^2 / (2 scale^2): a value that only one unit holds comes out with
    probability at most `delta` (OpenDP's make_gaussian_threshold, with its proof). The positions must be labels that
    nobody can learn from, such as places in a list that stays behind. Raises ValueError for arguments out of range.
    """
    if not (np.isfinite(scale) and scale > 0 and 0 < delta < 1 and max_rows >= 1):
        raise ValueError("scale must be positive and finite, delta inside (0, 1), max_rows at least 1")
    measurement = _measurement(scale, threshold(scale, delta, max_rows))
    tap.record(Draw("gaussian_threshold", float(max_rows), scale, max_rows**2 / (2 * scale**2), delta))
    return {} if not counts.size else measurement(dict(enumerate(counts.tolist())))


@lru_cache(maxsize=1024)
def threshold(scale: float, delta: float, max_rows: int) -> int:
    """The least noisy count that is released: public, in rows.

    OpenDP 0.14.2 keeps counts that reach the threshold, but computes delta for those beyond it (opendp issue 2922;
    measured here: .120 against .091). So the delta of a threshold is the one OpenDP states for the threshold before.
    """
    low, high = max_rows, max_rows + 2
    while _delta(scale, high - 1, max_rows) > delta:
        low, high = high, max_rows + 2 * (high - max_rows)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _delta(scale, middle - 1, max_rows) > delta else (low, middle)
    return high


def _delta(scale: float, stated: int, max_rows: int) -> float:
    if stated <= max_rows:  # half of the noise lies above 0
        return 1.0
    return _measurement(scale, stated).map((max_rows, max_rows, max_rows))[1]


def _measurement(scale: float, at: int) -> Any:
    dp = opendp()
    domain = dp.map_domain(dp.atom_domain(T=int), dp.atom_domain(T=dp.i64))
    space = domain, dp.l02inf_distance(dp.absolute_distance(T=dp.i64))
    return space >> dp.m.then_gaussian_threshold(scale=scale, threshold=at)
