"""MST (McKenna, Miklau and Sheldon 2021) from smartnoise-synth, with its corrections (issue 2, item 6).

Measure every attribute, choose a spanning tree of pairs by their distance from independence, measure those pairs,
and estimate with mbi. What differs from smartnoise-synth 1.0.8: integer counts with OpenDP's discrete Gaussian on
the count itself, private selection through OpenDP, a noisy total in place of the exact number of rows, merged codes
whose query matches their value, outer products in place of compiled projections, and our own sampler.
"""

import math
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique, Counts
from noctule.engines.estimate import estimate
from noctule.engines.grouping import group_codes, project_to_total
from noctule.engines.model import Grouping, Model
from noctule.engines.shape import Shape
from noctule.engines.tree import directed_steps, spanning_tree
from noctule.errors import UsageError
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import NoiseTap

Floats = NDArray[np.float64]

# Two seeds each on Adult and NIST: ONE_WAY .2 to .4, SELECTION .05 to .2, RARE 3 to 12 and SEEN 12 to 48 differ by no
# more than seeds do. On a made table of 10,000 rows SEEN below 24 is worse (pair TVD .142 at 6, .132 at 48).
ONE_WAY, SELECTION = 0.3, 0.1  # shares of rho; the pairs get the rest (MST: a third each)
RARE = 3.0  # an unordered code below this many standard deviations joins the rare group, as in MST
SEEN = 24.0  # an ordered group holds this many standard deviations of a pair cell, so that its pairs are seen


@dataclass(frozen=True)
class Plan:
    """How `rho` is split for `attributes` attributes, and the noise each part leads to, in rows."""

    rho: float
    attributes: int
    max_rows: int

    def __post_init__(self) -> None:
        if self.rho <= 0 or self.max_rows < 1 or self.attributes < 1:
            raise UsageError("a fit needs a positive budget, max_rows and attributes", fix="raise epsilon or delta")

    @property
    def selection(self) -> float:
        """rho of all selections together; two attributes leave nothing to select."""
        return SELECTION * self.rho if self.attributes > 2 else 0.0

    @property
    def one_way(self) -> float:
        return ONE_WAY * self.rho if self.attributes > 1 else self.rho

    @property
    def two_way(self) -> float:
        return self.rho - self.one_way - self.selection

    @property
    def pair_noise(self) -> float:
        """Standard deviation of one cell of one pair, in rows."""
        return self.scale(self.two_way / (self.attributes - 1)) if self.attributes > 1 else 0.0

    def scale(self, rho: float) -> float:
        """sigma of one table when `rho` pays for all: sensitivity is max_rows, as all rows of a unit may share a cell
        (design.md invariant 5); rho = sensitivity^2 / (2 sigma^2)."""
        return self.max_rows / math.sqrt(2 * rho)


class Mst:
    name = "mst"

    def fit(self, counts: Counts, shape: Shape, *, nano_rho: int, max_rows: int, tap: NoiseTap) -> Model:
        """A tree model for exactly `nano_rho`; it asks for counts alone, so any number of rows will do."""
        synthesizer = _synthesizer()(Plan(nano_rho / 1e9, len(shape.domain), max_rows), tap, shape.ordered)
        synthesizer.MST(counts)
        steps = directed_steps(list(shape.domain), synthesizer.synthesizer)
        return Model(dict(shape.domain), synthesizer.total, steps, synthesizer.groupings)


@cache
def _synthesizer() -> Any:
    import mbi as untyped
    from snsynth.mst.mst import MSTSynthesizer

    mbi: Any = untyped

    class CorrectedMst(MSTSynthesizer):
        """smartnoise-synth's MST, each step replaced by a corrected one on counts; it keeps neither rows nor their
        number. `data` is a `Counts` throughout, where smartnoise-synth has an mbi Dataset.
        """

        def __init__(self, plan: Plan, tap: NoiseTap, ordered: frozenset[str]) -> None:
            super().__init__(epsilon=0.0, delta=0.0)  # unused: the budget is rho, in the plan
            self.plan, self.tap, self.ordered = plan, tap, ordered

        def MST(self, data: Counts, epsilon: float = 0.0, delta: float = 0.0) -> None:
            columns = [(name,) for name in data.domain]
            one_way = self.measure(data, columns, self.plan.scale(self.plan.one_way))
            self.total = noisy_total(one_way)
            data, one_way, _ = self.compress_domain(data, one_way)
            pairs = self.select(data, self.plan.selection, one_way, self.total)
            two_way = self.measure(data, pairs, self.plan.scale(self.plan.two_way)) if pairs else []
            self.synthesizer = estimate(mbi.Domain.fromdict(data.domain), [*one_way, *two_way], self.total)

        def measure(self, data: Counts, cliques: list[Clique], sigma: float, weights: Any = None) -> list[Any]:
            """Noisy integer counts of each clique; all of them together cost what `sigma` says."""
            scale, sensitivity = sigma * math.sqrt(len(cliques)), float(self.plan.max_rows)
            exact = data.marginals(cliques)
            return [
                mbi.LinearMeasurement(
                    discrete_gaussian(exact[clique].ravel(), scale=scale, sensitivity=sensitivity, tap=self.tap),
                    clique,
                    scale,
                )
                for clique in cliques
            ]

        def compress_domain(self, data: Counts, measurements: list[Any]) -> Any:
            """Codes gathered into groups, in data and measurements; `groupings` keeps the way back."""
            self.groupings: dict[str, Grouping] = {}
            self.coarse: dict[str, Floats] = {}
            merged: list[Any] = []
            for measured in measurements:
                (name,) = measured.clique
                histogram = project_to_total(measured.noisy_measurement, self.total)
                grouping = self.groupings[name] = self._grouping(name, histogram, measured.stddev)
                self.coarse[name] = grouping.merged(histogram)
                # A group of m codes has noise m sigma^2: value and query are scaled alike, so that sigma holds again.
                weight = 1 / np.sqrt(np.bincount(grouping.group))
                value = grouping.merged(measured.noisy_measurement) * weight
                query = partial(_weighted, weight=weight)
                merged.append(mbi.LinearMeasurement(value, measured.clique, measured.stddev, query))
            return data.grouped({name: grouping.group for name, grouping in self.groupings.items()}), merged, None

        def _grouping(self, name: str, histogram: Floats, sigma: float) -> Grouping:
            if name in self.ordered:
                return group_codes(histogram, floor=SEEN * self.plan.pair_noise, ordered=True)
            return group_codes(histogram, floor=RARE * sigma, ordered=False)

        def select(
            self, data: Counts, rho: float, measurement_log: list[Any], total: float, cliques: Any = ()
        ) -> list[Clique]:
            """A spanning tree by noisy max on each pair's L1 distance from independence, all draws together for rho."""
            names = list(data.domain)
            candidates = list(combinations(names, 2))
            if len(candidates) < 2:
                return candidates
            score = {
                (a, b): float(np.abs(exact - np.outer(self.coarse[a], self.coarse[b]) / total).sum())
                for (a, b), exact in data.marginals(candidates).items()
            }
            return spanning_tree(names, score, rho=rho, sensitivity=self.plan.max_rows, tap=self.tap)

    return CorrectedMst


def noisy_total(one_way: list[Any]) -> float:
    """Number of rows, at least 1, from noisy one-way counts: their sums, weighted by inverse variance.

    A sum over c cells has variance c sigma^2, with the same sigma for all.
    """
    weights = [1 / measured.noisy_measurement.size for measured in one_way]
    sums = [float(measured.noisy_measurement.sum()) for measured in one_way]
    return max(1.0, float(np.average(sums, weights=weights)))


def _weighted(factor: Any, weight: Floats) -> Any:
    return factor.datavector() * weight
