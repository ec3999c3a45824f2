"""Counting blocks of codes, by numpy: a table's cell of each row, then `bincount`."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.counts.packing import Table, cells, plan
from noctule.counts.source import Clique

Column = NDArray[np.integer[Any]]
Block = Mapping[str, Column]
"""Attribute -> codes of some rows, all of equal length."""


def tally(
    blocks: Iterable[Block], cliques: Iterable[Clique], domain: Mapping[str, int]
) -> dict[Clique, NDArray[np.int64]]:
    """Counts of every clique over all blocks, whose codes lie inside `domain` and are of the narrowest types."""
    tables = plan(cliques, domain)
    counts = {table: np.zeros(cells(table.attributes, domain), np.int64) for table in tables.values()}
    sizes = {column: cells(column, domain) for table in counts for column in table.columns}
    for block in blocks:
        packed = {
            column: _cell([block[name] for name in column], [domain[name] for name in column]) for column in sizes
        }
        for table, count in counts.items():
            _add(count, _cell([packed[c] for c in table.columns], [sizes[c] for c in table.columns]))
    return {clique: read_off(counts[table], table, clique, domain) for clique, table in tables.items()}


def read_off(count: NDArray[np.int64], table: Table, clique: Clique, domain: Mapping[str, int]) -> NDArray[np.int64]:
    """The clique's counts, out of the flat counts of a table that holds its attributes."""
    names = table.attributes
    left = [name for name in names if name in clique]
    counts = count.reshape([domain[name] for name in names])
    if beside := tuple(axis for axis, name in enumerate(names) if name not in clique):
        counts = counts.sum(axis=beside)
    return np.ascontiguousarray(counts.transpose([left.index(name) for name in clique]))


def narrowest(size: int) -> np.dtype[Any]:
    """The smallest unsigned type for codes below `size`."""
    return np.min_scalar_type(size - 1)


def _cell(columns: Sequence[Column], sizes: Sequence[int]) -> Column:
    """Row-major index of each row's cell in a table of these sizes."""
    if len(columns) == 1:
        return columns[0]
    kind = np.min_scalar_type(math.prod(sizes))  # which also holds each size itself
    cell = columns[0].astype(kind)
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        cell *= size
        cell += column
    return cell


def _add(count: NDArray[np.int64], cell: Column) -> None:
    if count.size > 2 * cell.size:  # a histogram of the whole table, for a few rows, would cost more than the rows
        np.add.at(count, cell, 1)
    else:
        count += np.bincount(cell, minlength=count.size)
