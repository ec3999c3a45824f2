"""Total variation distance of low-way marginals between two coded tables. Internal tier: it reads raw codes, unpaid."""

import math
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts import batches
from noctule.counts.marginals import Clique, marginal, marginals

TRIPLES = 100
MOST_CELLS = 2**20  # of a triple: in a larger table noise of the sample is all there is to see


def tvd(real: Codes, synthetic: Codes, domain: dict[str, int], ways: int) -> dict[Clique, float]:
    """TVD of the workload's `ways`-way marginals, each side as shares of its own row count.

    TVD(p, q) = 1/2 * sum |p - q|, in [0, 1], 0 for equal shares. Keys are cliques in domain order.
    """
    found: dict[Clique, float] = {}
    for cliques in batches(workload(domain, ways), domain):
        ours, theirs = (marginals(side, cliques, domain) for side in (real, synthetic))
        found |= {clique: distance(ours[clique], theirs[clique]) for clique in cliques}
    return found


def workload(domain: dict[str, int], ways: int) -> list[Clique]:
    """All cliques of one or two attributes; of three, at most 100 of those with at most 2^20 cells, by a fixed seed."""
    cliques = list(combinations(domain, ways))
    if ways < 3:
        return cliques
    cliques = [clique for clique in cliques if math.prod(domain[name] for name in clique) <= MOST_CELLS]
    drawn = np.random.default_rng(0).permutation(len(cliques))[:TRIPLES]
    return [cliques[at] for at in sorted(drawn)]


def distance(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """TVD of two tables of counts, of one shape."""
    return float(np.abs(of_total(left) - of_total(right)).sum() / 2)


def shares(codes: Codes, clique: Clique, domain: dict[str, int]) -> NDArray[np.float64]:
    """Share of rows in each cell of a marginal, shape of the clique; all 0 when there are no rows."""
    return of_total(marginal(codes, clique, domain))


def of_total(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return counts / max(int(counts.sum()), 1)
