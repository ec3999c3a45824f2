"""Small samples of a mixture, arranged so that their pairs lie nearer to the model's than chance would put them.

Inside a component attributes are independent, so two of its rows may swap the codes of one attribute: the sample stays
as likely as it was, and keeps every count of component and attribute. Among such equally likely arrangements this
picks one whose counts of pairs are near to what the model expects. The sampling noise of pairs, which no drawing of
one attribute at a time can avoid, falls to a third or less; it matters where rows are few.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from noctule.codes import strata

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

SWEEPS = 2  # in each, every row is offered one swap of every attribute
CHUNKS, CHUNK = 64, 16  # a sweep offers so many times, to so many pairs of rows or more at the same time
GRAIN = 2.0**16  # residuals are multiples of 1 / GRAIN rows: their sums are exact, on any machine


def balance(
    codes: Sequence[NDArray[np.int32]], component: NDArray[np.int32], tables: Sequence[Floats], rng: np.random.Generator
) -> None:
    """Swap within `codes`, (rows,) of each attribute, in place. `component`: (rows,); `tables`: (components, codes).

    Takes some 20 microseconds a row of 14 attributes.
    """
    sizes = [table.shape[1] for table in tables]
    first = np.cumsum([0, *sizes[:-1]])
    cells = np.stack(codes, axis=1).astype(np.int64) + first  # the codes of all attributes on one axis
    residual = _residual(cells, component, np.concatenate(tables, axis=1), np.repeat(np.arange(len(sizes)), sizes))
    for _ in range(SWEEPS):
        order = strata.order(component, len(tables[0]), rng)
        one, other = order[:-1:2], order[1::2]
        pairs = np.flatnonzero(component[one] == component[other])
        for chunk in np.array_split(rng.permutation(pairs), np.clip(pairs.size // CHUNK, 1, CHUNKS)):
            for attribute in range(len(sizes)):
                _swap(cells, residual, attribute, one[chunk], other[chunk])
    for attribute, column in enumerate(codes):
        column[:] = cells[:, attribute] - first[attribute]


def _residual(cells: Rows, component: NDArray[np.int32], table: Floats, owner: Rows) -> Floats:
    """(cells, cells): rows that hold both, less the model's expectation; 0 for two codes of one attribute."""
    size = table.shape[1]
    held = np.zeros(size * size)
    for column in range(cells.shape[1]):
        for beside in range(column):
            held += np.bincount(cells[:, column] * size + cells[:, beside], minlength=size * size)
    held = held.reshape(size, size)
    height = np.bincount(component, minlength=len(table))
    expected = np.rint(table.T @ (height[:, None] * table) * GRAIN) / GRAIN
    return np.where(owner[:, None] == owner, 0, held + held.T - expected)


def _swap(cells: Rows, residual: Floats, attribute: int, one: Rows, other: Rows) -> None:
    """Swap the attribute between `one` and `other` wherever that alone lowers the sum of squared residuals.

    For each attribute beside that differs, a swap takes a row out of two cells and puts one into two others: the sum
    over pairs changes by 2 (r[his, mine] + r[mine, his] - r[mine, mine] - r[his, his]) + 4.
    """
    differ = cells[one, attribute] != cells[other, attribute]
    one, other = one[differ], other[differ]
    mine, his = cells[one, attribute], cells[other, attribute]
    my_row, his_row = np.delete(cells[one], attribute, axis=1), np.delete(cells[other], attribute, axis=1)
    change = residual[his[:, None], my_row] - residual[mine[:, None], my_row]
    change += residual[mine[:, None], his_row] - residual[his[:, None], his_row]
    good = (change.sum(axis=1) + 2 * (my_row != his_row).sum(axis=1)) < 0
    mine, his, my_row, his_row = mine[good, None], his[good, None], my_row[good], his_row[good]
    for code, beside, rows in ((mine, my_row, -1), (his, his_row, -1), (his, my_row, 1), (mine, his_row, 1)):
        np.add.at(residual, (code, beside), rows)
        np.add.at(residual, (beside, code), rows)
    cells[one[good], attribute], cells[other[good], attribute] = his[:, 0], mine[:, 0]
