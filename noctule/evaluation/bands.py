"""Error bars that cost nothing: from the noisy counts a model keeps, how far the rows may be from them and from a
release. Tier `released`: nothing here but the model and its sample.

The noise on a count is known, so a band of the count is. How far a release is from the rows is not: the model was
fitted to the noisy counts y, so it lies nearer to them than the rows do, but smooths them, so it lies nearer to the
rows than they do. Cell by cell, the rows x are drawn between both: x ~ N(w y + (1 - w) s, w sigma^2), no lower than
0, which is the posterior of x given y when x was N(s, sigma^2 w / (1 - w)) around the release s. With

    rho = mean over the cells of (y - s)^2 / sigma^2

    w = max(0.4, 1 - rho, 1 - 1 / rho)          for the estimate
    w = min(1, max(least, 1 - rho, 2/3 rho))    for the bound; least = 0.85 for one attribute, 0.5 for more

A release that followed the noise (rho near 0) is given none of the smoothing. What the noise cannot explain (rho
above 1) is misfit: with w = 1 - 1 / rho the draws have its mean square, sigma^2 (rho - 1), and from rho = 1.5 the
bound rests on y alone (w = 1: a flat prior). The counts of one attribute are followed closely, since its codes are
opened by them; those of several are smoothed by each other. 0.4, 0.5 and 0.85 are a calibration, on Adult and made
tables: how often the bounds hold, and how wide they are, is measured by `python -m bench.bands`.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique, Counts
from noctule.engines.model import Measurement, Model
from noctule.engines.prior import combined

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVEL = 0.95
TYPICAL, ALONE, JOINT = 0.4, 0.85, 0.5  # least weight of the noisy counts: estimate, bounds of one and of several
UPPER = 0.975  # quantile of the draws: where the release plainly misses, LEVEL itself leaves no room
DRAWS = 200


@dataclass(frozen=True)
class Band:
    """One measured table: its noisy counts, and its distance from a release.

    `counts`: in rows, shape (sizes of the clique), of fine codes when `fine`, else of groups; may be negative.
    The count of the rows lies within `error` of it, and is no lower than 0, for 95 % of the cells; within `error_all`
    in all cells at once for 95 % of the tables. Each is one number; or, where measurements of several nights were
    combined, one a cell, which holds under the drift that was assumed between them. `tvd`: total variation distance
    of the release's and the rows' shares of these cells, estimated; it is at most `tvd_bound` for 95 % of the tables.
    """

    clique: Clique
    fine: bool
    counts: NDArray[np.int64]
    error: int | Integers
    error_all: int | Integers
    tvd: float
    tvd_bound: float

    @property
    def low(self) -> NDArray[np.int64]:
        return np.maximum(self.counts - self.error, 0)

    @property
    def high(self) -> NDArray[np.int64]:
        return np.maximum(self.counts + self.error, 0)


def bands(model: Model, release: Counts) -> tuple[Band, ...]:
    """One band for each table measured, in the model's order; `release`: the synthetic rows, over the model's domain.

    Repeated measurements of a table count as one. The same arguments give the same bands.
    """
    tables: dict[tuple[Clique, bool], list[Measurement]] = defaultdict(list)
    for measured in model.measurements:
        tables[measured.clique, measured.fine].append(measured)
    coarse = release.grouped({name: grouping.group for name, grouping in model.groupings.items()})
    released = {
        fine: counts.marginals([clique for clique, at in tables if at == fine])
        for fine, counts in ((True, release), (False, coarse))
    }
    rng = np.random.default_rng(0)  # post-processing: a fixed seed, so that a release can be written again
    return tuple(_band(repeats, model.total, released[fine][clique], rng) for (clique, fine), repeats in tables.items())


def _band(repeats: list[Measurement], total: float, released: NDArray[np.int64], rng: np.random.Generator) -> Band:
    one = combined(repeats)
    counts, sigma = one.counts.astype(np.float64), one.sigma
    tvd, bound = distance(counts, total * _shares(released.astype(np.float64)), sigma, rng)
    error, error_all = half_width(sigma), half_width(sigma, counts.size)
    return Band(one.clique, one.fine, np.rint(counts).astype(np.int64), error, error_all, tvd, bound)


def half_width(sigma: float | Floats, cells: int = 1) -> int | Integers:
    """Rows e such that noise of `sigma` stays within e in each of `cells` cells at once, for LEVEL of tables.

    The quantile of the Gaussian (Bonferroni over the cells), rounded up: exact counts are integers, so that this also
    covers the rounding of a mean of repeats, and the discrete Gaussian (Canonne, Kamath and Steinke 2020) at any sigma.
    """
    width = np.ceil(NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * cells)) * sigma).astype(np.int64)
    return int(width) if width.ndim == 0 else width


def distance(noisy: Floats, released: Floats, sigma: float | Floats, rng: np.random.Generator) -> tuple[float, float]:
    """Estimate, and upper bound at LEVEL, of the TVD between `released` and the rows behind `noisy`; same shape, rows.

    The median and the UPPER quantile over draws of the rows given both; see the module.
    """
    if noisy.size == 1:
        return 0.0, 0.0
    rho = float(np.mean((noisy - released) ** 2 / np.square(sigma)))
    typical = max(TYPICAL, 1 - rho, 1 - 1 / max(rho, 1e-9))
    cautious = min(1.0, max(ALONE if noisy.ndim == 1 else JOINT, 1 - rho, 2 * rho / 3))
    noise = [rng.standard_normal(noisy.shape) for _ in range(DRAWS)]
    estimate = np.median([_drawn(noisy, released, sigma, typical, z) for z in noise])
    bound = np.quantile([_drawn(noisy, released, sigma, cautious, z) for z in noise], UPPER)
    return float(estimate), float(max(bound, estimate))


def _drawn(noisy: Floats, released: Floats, sigma: float | Floats, weight: float, noise: Floats) -> float:
    rows = np.maximum(weight * noisy + (1 - weight) * released + math.sqrt(weight) * sigma * noise, 0)
    return float(np.abs(_shares(rows) - _shares(released)).sum() / 2)


def _shares(rows: Floats) -> Floats:
    return rows / max(float(rows.sum()), 1e-9)


def pair_bounds(attributes: Sequence[str], tables: Iterable[Band]) -> dict[Clique, Band | None]:
    """For each pair of attributes the band that bounds it best: its own, else one that contains it, else None.

    Sums over cells bring two tables no farther apart, so the bound of a table of three is one of its pairs.
    """
    found: dict[Clique, Band | None] = dict.fromkeys(combinations(attributes, 2))
    order = {name: at for at, name in enumerate(attributes)}
    for band in sorted(tables, key=lambda band: (len(band.clique), band.tvd_bound)):
        for pair in combinations(sorted(band.clique, key=order.__getitem__), 2):
            found[pair] = found[pair] or band
    return found
