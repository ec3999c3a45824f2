"""The area under the ROC curve of many resamples at once."""

import numpy as np
from numpy.typing import NDArray

REPLICATES = 200

Floats = NDArray[np.float64]


def aurocs(truth: NDArray[np.bool_], scores: Floats, weights: Floats) -> Floats:
    """AUROC under each row of weights, shape (replicates, rows) -> (replicates,); a tie counts half.

    The share of pairs of a true and a false row in which the true one has the higher score (Mann and Whitney 1947). NaN
    where a replicate holds no true or no false row.
    """
    order = np.argsort(scores, kind="stable")
    weights = weights[:, order]
    _, starts = np.unique(scores[order], return_index=True)
    true, false = (np.add.reduceat(weights * side, starts, axis=1) for side in (truth[order], ~truth[order]))
    below = np.cumsum(false, axis=1) - false / 2
    with np.errstate(invalid="ignore"):
        return (true * below).sum(axis=1) / (true.sum(axis=1) * false.sum(axis=1))


def resamples(rows: int) -> Floats:
    """Weights of the rows as they are, then of REPLICATES bootstraps (fixed seed), shape (1 + REPLICATES, rows)."""
    drawn = np.random.default_rng(0).integers(rows, size=(REPLICATES, rows))
    return np.array([np.ones(rows), *(np.bincount(row, minlength=rows) for row in drawn)], np.float64)


def interval(replicates: Floats) -> list[float]:
    """95 % percentile interval of the bootstraps."""
    return np.nanquantile(replicates[1:], [0.025, 0.975]).tolist()
