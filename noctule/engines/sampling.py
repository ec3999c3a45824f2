"""Low-variance draws from conditional tables: systematic sampling inside each parent state, in random order."""

import numpy as np
from numpy.typing import NDArray

TIED = 1 / 64  # of all rows may tie in their random bits with another of their state; see `_shuffled`


def draw(
    table: NDArray[np.float64],
    state: NDArray[np.int32],
    rows: NDArray[np.int64],
    rng: np.random.Generator,
    out: NDArray[np.int32],
) -> None:
    """One outcome a row, given its parent state. `table`: (states, outcomes), rows sum to 1; `state`, `out`: (rows,).

    `rows`: the rows state by state (`strata.layout`). In a state that m rows share, the points (i + U) / m, i =
    0..m-1, with one uniform U, go through the inverse CDF, so that every outcome comes m p times, rounded up or down
    with the right expectation (systematic sampling). Which row gets which outcome is a fresh random permutation:
    siblings with the same parent stay independent given it.
    """
    height = np.bincount(state, minlength=len(table))
    met = np.flatnonzero(height)  # a table may have more states than there are rows
    cdf = table[met].cumsum(axis=1)
    cdf /= cdf[:, -1:]
    below = np.ceil(cdf * height[met, None] - rng.random((len(met), 1))).astype(np.int64)
    out[rows] = _shuffled(np.diff(np.maximum(below, 0), axis=1, prepend=0), rng)


def _shuffled(counts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int32]:
    """Outcomes as often as `counts`, (states, outcomes), says, state by state, in random order inside each.

    One sort of keys (state, random bits, outcome), three times as fast as a permutation. Keys of 32 bits sort in half
    the time; they are used where few are expected to tie in their random bits. What ties comes in the order of labels,
    drawn anew each time, so that no outcome comes first more often than another.
    """
    states, outcomes = counts.shape
    state_bits, code_bits = (states - 1).bit_length(), (outcomes - 1).bit_length()
    height = counts.sum(axis=1)
    ties = float((height.astype(np.float64) ** 2).sum()) / 2.0 ** (33 - state_bits - code_bits)
    word, bits = (np.uint32, 32) if ties <= TIED * height.sum() else (np.uint64, 64)
    outcome_of = rng.permutation(outcomes).astype(np.int32)
    heads = (np.arange(states, dtype=np.uint64) << np.uint64(bits - state_bits))[:, None] | np.argsort(
        outcome_of
    ).astype(np.uint64)
    rows = int(height.sum())
    keys = rng.bit_generator.random_raw(-(-rows * bits // 64)).view(word)[:rows]
    keys >>= word(state_bits + code_bits)
    keys <<= word(code_bits)
    keys |= np.repeat(heads.astype(word).ravel(), counts.ravel())
    keys.sort()
    keys &= word(2**code_bits - 1)
    return outcome_of[keys]
