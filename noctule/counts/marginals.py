"""Exact marginals of codes in memory. They are raw: nothing leaves a fit before noise has been drawn on it."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts.rows import CodesCounts
from noctule.counts.source import Clique


def marginal(codes: Codes, clique: Clique, domain: Mapping[str, int]) -> NDArray[np.int64]:
    """Counts of one clique, in rows, shape `tuple(domain[a] for a in clique)`. Raises DataError on a foreign code."""
    return marginals(codes, [clique], domain)[clique]


def marginals(codes: Codes, cliques: Iterable[Clique], domain: Mapping[str, int]) -> dict[Clique, NDArray[np.int64]]:
    """Counts of every clique. Raises DataError on a foreign code."""
    return CodesCounts(codes, domain).marginals(cliques)
