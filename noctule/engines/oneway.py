"""The first look of a fit: every attribute's own counts, the number of rows, and groups of codes to go on with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Counts
from noctule.engines.grouping import group_codes, grouping, project_to_total
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
        return {name: one.group for name, one in self.groupings.items()}

    def coarse_noisy(self, measured: Measurement) -> tuple[Floats, Floats]:
        """Noisy counts of the groups of one attribute, and their variance: the sum over their codes."""
        groups = self.groupings[measured.clique[0]]
        return groups.merged(measured.counts), groups.merged(np.broadcast_to(measured.sigma, groups.group.shape) ** 2)


def measure_one_way(
    counts: Counts, shape: Shape, purse: Purse, rho: float, *, floor: float, least_share: float = 0.0
) -> OneWay:
    """Every attribute, measured for `rho` in all; an ordered group is to hold `floor` rows and `least_share` of all."""
    measured = draw_one_way(counts, shape, purse, rho)
    total, _ = noisy_total(measured)
    return first_look(measured, shape, total, floor=max(floor, least_share * total))


def draw_one_way(counts: Counts, shape: Shape, purse: Purse, rho: float) -> tuple[Measurement, ...]:
    """Every attribute's fine codes, measured for `rho` in all, alike."""
    each = rho / len(shape.domain)
    exact = counts.marginals([(name,) for name in shape.domain])
    return tuple(purse.measure(clique, table, each, fine=True) for clique, table in exact.items())


def first_look(
    measured: Sequence[Measurement],
    shape: Shape,
    total: float,
    *,
    floor: float,
    keep: Mapping[str, NDArray[np.int32]] | None = None,
) -> OneWay:
    """What the one-way measurements tell; an ordered group is to hold `floor` rows. `keep`: groups that are given."""
    groupings: dict[str, Grouping] = {}
    coarse: dict[str, Floats] = {}
    for one in measured:
        (name,) = one.clique
        histogram = project_to_total(one.counts.astype(np.float64), total)
        if keep and name in keep:
            groupings[name] = grouping(keep[name], histogram)
        else:
            ordered = name in shape.ordered
            least = floor if ordered else RARE * float(np.mean(one.sigma))
            groupings[name] = group_codes(histogram, floor=least, ordered=ordered)
        coarse[name] = groupings[name].merged(histogram)
    return OneWay(tuple(measured), total, groupings, coarse)


def noisy_rows(counts: Counts, purse: Purse, rho: float) -> float:
    """Number of rows, at least 1, measured by itself for `rho`."""
    narrowest = min(counts.domain, key=counts.domain.__getitem__)
    rows = counts.marginals([(narrowest,)])[narrowest,].sum(keepdims=True)
    return max(1.0, float(purse.measure((), rows, rho, fine=True).counts[0]))


def noisy_total(one_way: Sequence[Measurement]) -> tuple[float, float]:
    """Number of rows, at least 1, and its standard deviation, from noisy one-way counts drawn in one night.

    Their sums are weighted by inverse variance.
    """
    weights = [1 / (one.counts.size * float(one.sigma) ** 2) for one in one_way]
    sums = [math.fsum(one.counts) for one in one_way]
    return max(1.0, float(np.average(sums, weights=weights))), math.fsum(weights) ** -0.5
