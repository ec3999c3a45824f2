"""How far a release will lie from its table, told from public facts alone: no rows, so no exact answer.

A marginal of m cells, each with Gaussian noise of standard deviation sigma rows, out of n rows, is off by a total
variation distance of m sigma / (sqrt(2 pi) n) in the mean (half the sum of E|x| = sigma sqrt(2 / pi)). A fit keeps a
part of that: counts cannot be negative, and tables measured later know the marginal, too. How much, and what it comes
to in pairs, most of which are not measured at all, was fitted on public tables (docs/engine.md, "The plan").
"""

import math
from collections.abc import Mapping

from noctule.engines.purse import Purse
from noctule.plan.spending import Look

KEPT = 0.7  # of the noise in a one-way marginal
PAIRS = {"adaptive": (0.56, 0.5), "aim": (0.56, 0.5), "mst": (0.32, 0.32), "dp-ctgan": (0.36, 0.18)}


def noise_tvd(cells: float, sigma: float, rows: float) -> float:
    """Mean TVD that noise of standard deviation `sigma` (rows) leaves in a marginal of `cells` cells."""
    return min(cells * sigma / (math.sqrt(2 * math.pi) * rows), 1.0)


def noise(domain: Mapping[str, int], purse: Purse, rows: float) -> float:
    """Mean TVD of the one-way marginals if all of rho were theirs: how hard the table is at this budget."""
    return noise_tvd(sum(domain.values()) / len(domain), purse.sigma(purse.rho / len(domain)), rows)


def columns(domain: Mapping[str, int], purse: Purse, look: Look, rows: float) -> dict[str, float]:
    """Attribute -> expected TVD of its marginal in the model; sampling adds its own, about sqrt(m / (2 pi n))."""
    sigma = purse.sigma(look.one_way / len(domain))
    return {name: KEPT * noise_tvd(size, sigma, rows) for name, size in domain.items()}


def mean_pair(engine: str, noise: float) -> float:
    """Expected mean TVD of all pairs of attributes, out of `noise`."""
    factor, power = PAIRS[engine]
    return min(factor * noise**power, 1.0)
