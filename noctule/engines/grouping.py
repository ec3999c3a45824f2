"""Noisy histograms made plausible, and fine codes gathered into groups that a pair's noise lets us see.

All of it works on noisy counts only: post-processing, free of charge.
"""

import numpy as np
from numpy.typing import NDArray

from noctule.engines.model import Grouping

Floats = NDArray[np.float64]

LEAST_SHARE = 1 / 64  # of all rows, in a group: a pair stays below 17,000 cells however many rows there are


def project_to_total(noisy: Floats, total: float) -> Floats:
    """The nearest vector (L2) of non-negative counts that sums to `total`, for `noisy` counts of shape (cells,).

    Projection onto the simplex by sorting (Duchi et al. 2008, Figure 1).
    """
    descending = np.sort(noisy)[::-1]
    excess = (descending.cumsum() - total) / np.arange(1, noisy.size + 1)
    return np.maximum(noisy - excess[np.flatnonzero(descending > excess)[-1]], 0)


def group_codes(histogram: Floats, *, floor: float, ordered: bool) -> Grouping:
    """Groups of at least `floor` rows each, as far as `histogram` (fine codes, non-negative rows) allows.

    Unordered: codes below the floor share one rare group. Ordered: a code at the floor stands alone (it may be an
    atom), and each run of lighter codes between such is cut, left to right, into groups of at least the floor.
    """
    floor = max(floor, LEAST_SHARE * histogram.sum())
    label = _runs(histogram, floor) if ordered else _rare(histogram, floor)
    return grouping(np.unique(label, return_inverse=True)[1].astype(np.int32), histogram)


def grouping(group: NDArray[np.int32], histogram: Floats) -> Grouping:
    """Groups that are given, (fine,), with the shares that `histogram` (fine codes, non-negative rows) gives codes."""
    mass = np.bincount(group, weights=histogram)[group]
    count = np.bincount(group)[group]
    return Grouping(group, np.where(mass > 0, histogram / np.where(mass > 0, mass, 1), 1 / count))


def _rare(histogram: Floats, floor: float) -> NDArray[np.int64]:
    kept = histogram >= floor
    return np.where(kept, np.arange(histogram.size), np.argmin(kept))


def _runs(histogram: Floats, floor: float) -> NDArray[np.int64]:
    label = np.arange(histogram.size)
    start, mass = 0, 0.0
    previous = -1  # the last closed group of the run at hand: it takes what is left over
    for code, weight in enumerate(histogram):
        if weight >= floor:
            if start < code:
                label[start:code] = start if previous < 0 else previous
            start, mass, previous = code + 1, 0.0, -1
            continue
        mass += float(weight)
        label[code] = start
        if mass >= floor:
            previous, start, mass = start, code + 1, 0.0
    if start < histogram.size and previous >= 0:
        label[start:] = previous
    return label
