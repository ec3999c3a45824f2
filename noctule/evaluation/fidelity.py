"""Total variation distance of low-way marginals between two coded tables. Internal tier: it reads raw codes, unpaid."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts.marginals import Clique, marginal


def tvd(real: Codes, synthetic: Codes, domain: dict[str, int], ways: int) -> dict[Clique, float]:
    """TVD of every `ways`-way marginal, each side as shares of its own row count.

    TVD(p, q) = 1/2 * sum |p - q|, in [0, 1], 0 for equal shares. Keys are cliques in domain order.
    """
    return {
        clique: float(np.abs(shares(real, clique, domain) - shares(synthetic, clique, domain)).sum() / 2)
        for clique in combinations(domain, ways)
    }


def shares(codes: Codes, clique: Clique, domain: dict[str, int]) -> NDArray[np.float64]:
    """Share of rows in each cell of a marginal, shape of the clique; all 0 when there are no rows."""
    counts = marginal(codes, clique, domain)
    return counts / max(int(counts.sum()), 1)
