"""MST (McKenna, Miklau and Sheldon 2021) from smartnoise-synth, with its corrections (issue 2, item 6).

Measure every attribute, choose a spanning tree of pairs by their distance from independence, measure those pairs,
and estimate. What differs from smartnoise-synth 1.0.8: integer counts with OpenDP's discrete Gaussian on the count
itself, private selection through OpenDP, a noisy total in place of the exact number of rows, merged codes whose
variance matches their value, outer products in place of compiled projections, an estimation without compile time, and
our own sampler.
"""

from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from noctule.counts import Clique, Counts
from noctule.engines.junction import junction_tree
from noctule.engines.markov import Effort, Evidence, Markov, fit
from noctule.engines.model import Model
from noctule.engines.oneway import OneWay, measure_one_way
from noctule.engines.purse import Purse
from noctule.engines.shape import Shape
from noctule.engines.tree import directed_steps, spanning_tree
from noctule.mechanisms.tap import NoiseTap

# Two seeds each on Adult and NIST: ONE_WAY .2 to .4, SELECTION .05 to .2, RARE 3 to 12 and SEEN 12 to 48 differ by no
# more than seeds do. On a made table of 10,000 rows SEEN below 24 is worse (pair TVD .142 at 6, .132 at 48).
ONE_WAY, SELECTION = 0.3, 0.1  # shares of rho; the pairs get the rest (MST: a third each)
SEEN = 24.0  # an ordered group holds this many standard deviations of a pair cell, so that its pairs are seen
EFFORT = Effort(iterations=2000, tolerance=1e-5)


class Mst:
    name = "mst"
    remembers = False

    def fit(self, counts: Counts, shape: Shape, *, nano_rho: int, max_rows: int, tap: NoiseTap) -> Model:
        """A tree model for exactly `nano_rho`; it asks for counts alone, so any number of rows will do."""
        synthesizer = _synthesizer()(Purse(nano_rho / 1e9, max_rows, tap), shape)
        synthesizer.MST(counts)
        fitted: Markov = synthesizer.synthesizer
        tables = dict(zip(fitted.tree.cliques, fitted.marginals, strict=True))
        steps = directed_steps(list(shape.domain), tables)
        return Model(dict(shape.domain), fitted.total, steps, synthesizer.first.groupings)


@cache
def _synthesizer() -> Any:
    from snsynth.mst.mst import MSTSynthesizer

    class CorrectedMst(MSTSynthesizer):
        """smartnoise-synth's MST, each step replaced by a corrected one on counts; it keeps neither rows nor their
        number. `data` is a `Counts` throughout, where smartnoise-synth has an mbi Dataset.
        """

        def __init__(self, purse: Purse, shape: Shape) -> None:
            super().__init__(epsilon=0.0, delta=0.0)  # unused: the budget is rho, in the purse
            self.purse, self.shape = purse, shape

        def MST(self, data: Counts, epsilon: float = 0.0, delta: float = 0.0) -> None:
            purse, attributes = self.purse, len(data.domain)
            selection = SELECTION * purse.rho if attributes > 2 else 0.0  # two attributes leave nothing to select
            one_way = ONE_WAY * purse.rho if attributes > 1 else purse.rho
            pair = purse.sigma((purse.rho - one_way - selection) / (attributes - 1)) if attributes > 1 else 0.0
            self.first = first = measure_one_way(data, self.shape, purse, one_way, floor=SEEN * pair)
            data = data.grouped(first.groups)
            evidence = Evidence(dict(data.domain))
            for measured in first.measurements:
                evidence.add(measured.clique, *first.coarse_noisy(measured))
            pairs = self.select(data, selection, first, first.total)
            for number, (clique, exact) in enumerate(data.marginals(pairs).items()):
                measured = purse.measure(clique, exact, purse.left / (len(pairs) - number), fine=False)
                evidence.add(clique, measured.counts, measured.sigma**2)
            self.synthesizer = fit(evidence, first.total, junction_tree(evidence.sizes, evidence.value), EFFORT)

        def select(
            self, data: Counts, rho: float, measurement_log: OneWay, total: float, cliques: Any = ()
        ) -> list[Clique]:
            """A spanning tree by noisy max on each pair's L1 distance from independence, all draws together for rho."""
            names, coarse = list(data.domain), measurement_log.coarse
            candidates = list(combinations(names, 2))
            if len(candidates) < 2:
                return candidates
            score = {
                (a, b): float(np.abs(exact - np.outer(coarse[a], coarse[b]) / total).sum())
                for (a, b), exact in data.marginals(candidates).items()
            }
            self.purse.spend(rho)
            return spanning_tree(names, score, rho=rho, sensitivity=self.purse.max_rows, tap=self.purse.tap)

    return CorrectedMst
