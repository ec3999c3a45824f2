"""Low-variance draws from conditional tables: systematic sampling inside each parent state, in random order."""

import numpy as np
from numpy.typing import NDArray


def draw(table: NDArray[np.float64], state: NDArray[np.integer], rng: np.random.Generator) -> NDArray[np.int32]:
    """One outcome a row, given its parent state. `table`: (states, outcomes), rows sum to 1; `state`: (rows,).

    In a state that m rows share, the points (i + U) / m, i = 0..m-1, with one uniform U, go through the inverse CDF,
    so that every outcome comes m p times, rounded up or down with the right expectation (systematic sampling). Which
    row gets which outcome is a fresh random permutation: siblings with the same parent stay independent given it.
    """
    states, outcomes = table.shape
    height = np.bincount(state, minlength=states)
    cdf = table.cumsum(axis=1)
    cdf /= cdf[:, -1:]
    below = np.ceil(cdf * height[:, None] - rng.random((states, 1))).astype(np.int64)
    counts = np.diff(np.maximum(below, 0), axis=1, prepend=0)
    order = rng.permutation(state.size)
    # Codes of 16 bits make the stable sort a radix sort, linear in the rows.
    order = order[np.argsort(state[order].astype(np.min_scalar_type(states)), kind="stable")]
    chosen = np.empty(state.size, np.int32)
    chosen[order] = np.repeat(np.tile(np.arange(outcomes, dtype=np.int32), states), counts.ravel())
    return chosen
