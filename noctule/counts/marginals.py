"""Exact marginals over codes. They are raw: nothing leaves a fit before noise has been drawn on it."""

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.errors import DataError

Clique = tuple[str, ...]

_BLOCK = 65_536  # rows; the packed index of one block stays in the L2 cache


def marginal(codes: Codes, clique: Clique, domain: Mapping[str, int]) -> NDArray[np.int64]:
    """Counts of one clique, in rows, shape `tuple(domain[a] for a in clique)`. Raises DataError on a foreign code."""
    return marginals(codes, [clique], domain)[clique]


def marginals(codes: Codes, cliques: Iterable[Clique], domain: Mapping[str, int]) -> dict[Clique, NDArray[np.int64]]:
    """Counts of every clique; each attribute is checked once against its domain. Raises DataError."""
    wanted = list(cliques)
    require_inside(codes, {attribute: domain[attribute] for clique in wanted for attribute in clique})
    return {clique: _count(codes, clique, domain) for clique in wanted}


def require_inside(codes: Codes, domain: Mapping[str, int]) -> None:
    """Refuse codes that the domain does not know, or columns of unequal length. Raises DataError."""
    for attribute, size in domain.items():
        column = codes[attribute]
        if column.size and (column.min() < 0 or column.max() >= size):
            raise DataError(
                f"attribute {attribute!r} holds a code outside its domain of {size}",
                fix="encode the table with the codec of this contract",
            )
    if len({codes[attribute].size for attribute in domain}) > 1:
        raise DataError("attributes hold different numbers of rows", fix="encode the whole table at once")


def _count(codes: Codes, clique: Clique, domain: Mapping[str, int]) -> NDArray[np.int64]:
    shape = tuple(domain[attribute] for attribute in clique)
    cells = math.prod(shape)
    counts = np.zeros(cells, np.int64)
    rows = codes[clique[0]].size
    for start in range(0, rows, _BLOCK):
        block = slice(start, start + _BLOCK)
        cell = codes[clique[0]][block].astype(np.int64)
        for attribute, size in zip(clique[1:], shape[1:], strict=True):
            cell *= size
            cell += codes[attribute][block]
        counts += np.bincount(cell, minlength=cells)
    return counts.reshape(shape)
