"""The first look of a fit: every attribute's own counts, the number of rows, and groups of codes to go on with."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Counts
from noctule.engines.grouping import group_codes, project_to_total
from noctule.engines.model import Grouping, Measurement
from noctule.engines.purse import Purse
from noctule.engines.shape import Shape

Floats = NDArray[np.float64]

RARE = 3.0  # an unordered code below this many standard deviations joins the rare group, as in MST


@dataclass(frozen=True)
class OneWay:
    """`measurements`: one of fine codes for each attribute; `total`: noisy number of rows, at least 1.

    `groupings`: groups of codes; `coarse`: plausible counts of the groups, in rows.
    """

    measurements: tuple[Measurement, ...]
    total: float
    groupings: dict[str, Grouping]
    coarse: dict[str, Floats]

    @property
    def groups(self) -> dict[str, NDArray[np.int32]]:
        return {name: grouping.group for name, grouping in self.groupings.items()}

    def coarse_noisy(self, measured: Measurement) -> tuple[Floats, Floats]:
        """Noisy counts of the groups of one attribute, and their variance: m codes have m times that of one."""
        grouping = self.groupings[measured.clique[0]]
        codes = np.bincount(grouping.group).astype(np.float64)
        return grouping.merged(measured.counts), codes * measured.sigma**2


def measure_one_way(
    counts: Counts, shape: Shape, purse: Purse, rho: float, *, floor: float, least_share: float = 0.0
) -> OneWay:
    """Every attribute, measured for `rho` in all; an ordered group is to hold `floor` rows and `least_share` of all."""
    each = rho / len(shape.domain)
    exact = counts.marginals([(name,) for name in shape.domain])
    measured = tuple(purse.measure(clique, table, each, fine=True) for clique, table in exact.items())
    total = noisy_total(measured)
    floor = max(floor, least_share * total)
    groupings: dict[str, Grouping] = {}
    coarse: dict[str, Floats] = {}
    for one in measured:
        (name,) = one.clique
        ordered = name in shape.ordered
        histogram = project_to_total(one.counts.astype(np.float64), total)
        groupings[name] = group_codes(histogram, floor=floor if ordered else RARE * one.sigma, ordered=ordered)
        coarse[name] = groupings[name].merged(histogram)
    return OneWay(measured, total, groupings, coarse)


def noisy_rows(counts: Counts, purse: Purse, rho: float) -> float:
    """Number of rows, at least 1, measured by itself for `rho`."""
    narrowest = min(counts.domain, key=counts.domain.__getitem__)
    rows = counts.marginals([(narrowest,)])[narrowest,].sum(keepdims=True)
    return max(1.0, float(purse.measure((), rows, rho, fine=True).counts[0]))


def noisy_total(one_way: Sequence[Measurement]) -> float:
    """Number of rows, at least 1, from noisy one-way counts: their sums, weighted by inverse variance."""
    weights = [1 / (measured.counts.size * measured.sigma**2) for measured in one_way]
    sums = [math.fsum(measured.counts) for measured in one_way]
    return max(1.0, float(np.average(sums, weights=weights)))
