"""Low-variance draws from conditional tables: systematic sampling inside each parent state, in random order."""

import numpy as np
from numpy.typing import NDArray

from noctule.codes.strata import order

Counts = NDArray[np.int64]


def draw(
    table: NDArray[np.float64], state: NDArray[np.int32], rng: np.random.Generator, out: NDArray[np.int32]
) -> None:
    """One outcome a row, given its parent state. `table`: (states, outcomes), rows sum to 1; `state`, `out`: (rows,).

    In a state that m rows share, the points (i + U) / m, i = 0..m-1, with one uniform U, go through the inverse CDF,
    so that every outcome comes m p times, rounded up or down with the right expectation (systematic sampling). Which
    row gets which outcome is a fresh random arrangement, every one as likely: siblings with the same parent stay
    independent given it.

    That arrangement is not made by a permutation, whose sort took most of the time of sampling. Every row draws for
    itself, and the few rows by which an outcome came too often, chosen at random among its rows, take those that came
    too seldom. No step looks at where a row stands, so all arrangements of the same counts are as likely.
    """
    height = np.bincount(state, minlength=len(table))
    met = np.flatnonzero(height)  # a table may have more states than there are rows
    if met.size < height.size:
        state = (np.cumsum(height > 0, dtype=np.int32) - 1)[state]
    wanted = _systematic(table[met], height[met], rng)
    outcomes = np.tile(np.arange(table.shape[1], dtype=np.int32), met.size)

    random = rng.bit_generator.random_raw(-(-state.size // 2)).view(np.uint16).reshape(-1, 2)[: state.size]
    out[:] = _guessed(wanted, outcomes, state, random[:, 0])
    cell = state * np.int32(table.shape[1]) + out
    found = np.bincount(cell, minlength=outcomes.size)
    surplus = found - wanted.ravel()
    given_up = _some_of(cell, found, np.maximum(surplus, 0), random[:, 1], rng)
    out[given_up] = np.repeat(outcomes, np.maximum(-surplus, 0))


def _systematic(table: NDArray[np.float64], height: Counts, rng: np.random.Generator) -> Counts:
    """(states, outcomes): how often each outcome comes in the `height`, (states,), rows of its state."""
    cdf = table.cumsum(axis=1)
    cdf /= cdf[:, -1:]
    below = np.ceil(cdf * height[:, None] - rng.random((len(height), 1))).astype(np.int64)
    return np.diff(np.maximum(below, 0), axis=1, prepend=0)


def _guessed(
    wanted: Counts, outcomes: NDArray[np.int32], state: NDArray[np.int32], random: NDArray[np.uint16]
) -> NDArray[np.int32]:
    """An outcome for each row alone, about as likely as it is wanted in the row's state.

    From a table of 2^k slots a state, one slot a row or so: coarser steps are small beside chance.
    """
    bits = min(16, (state.size // max(len(wanted), 1)).bit_length())
    ends = wanted.cumsum(axis=1)
    slots = np.diff((ends << bits) // np.maximum(ends[:, -1:], 1), axis=1, prepend=0)
    at = state << bits
    at |= random >> (16 - bits)
    return np.repeat(outcomes, slots.ravel()).take(at)


def _some_of(
    cell: NDArray[np.int32], height: Counts, count: Counts, random: NDArray[np.uint16], rng: np.random.Generator
) -> Counts:
    """`count`, (cells,), of the `height`, (cells,), rows of each cell, cell by cell, chosen at random.

    Most rows are left out first, by `random`, so that few have to be put into random order.
    """
    enough = count + 3 * np.sqrt(count) + 3 * (count > 0)
    share = np.minimum(enough / np.maximum(height, 1), 1)
    rows = np.flatnonzero(random < (share * 0xFFFF).astype(np.uint16).take(cell))
    short = np.bincount(cell[rows], minlength=count.size) < count
    if short.any():  # of a cell that was left with too few, all
        rows = np.concatenate([rows[~short[cell[rows]]], np.flatnonzero(short[cell])])
    rows = rows[order(cell[rows], count.size, rng)]
    kept = np.bincount(cell[rows], minlength=count.size)
    place = np.arange(rows.size) - np.repeat(kept.cumsum() - kept, kept)
    return rows[place < np.repeat(count, kept)]
