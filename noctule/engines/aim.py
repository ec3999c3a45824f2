"""AIM (McKenna, Mullins, Sheldon and Miklau 2022) from smartnoise-synth, with its corrections (issue 3).

Measure every attribute, then round by round select the marginal that the model explains worst, measure it, and
estimate again. What differs from smartnoise-synth 1.0.8: integer counts with OpenDP's discrete Gaussian on the count
itself, private selection through OpenDP, one-way marginals paid from a share of their own (there, few rounds for many
columns overspent), a size limit on the junction tree (there, on the sum of measured cliques), merged codes, all
candidates' projections from one sweep of the tree, and an estimation that starts where the last round's ended.
"""

import logging
import math
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from noctule.counts import Clique, Counts
from noctule.engines.junction import affordable, cells, extended, junction_tree
from noctule.engines.markov import Effort, Evidence, Markov, fit
from noctule.engines.model import Model
from noctule.engines.oneway import measure_one_way
from noctule.engines.purse import Purse
from noctule.engines.shape import Shape
from noctule.engines.tree import directed_steps
from noctule.mechanisms.tap import NoiseTap

log = logging.getLogger(__name__)

ONE_WAY = 0.2  # of rho, for all one-way marginals of fine codes; the rounds get the rest
SELECT = 0.1  # of a round's rho, for its selection, as in AIM
ROUNDS = 16  # for each attribute: what the first round's share is cut for; AIM's rule then makes later rounds larger
SEEN = 16.0  # an ordered group of codes holds this many standard deviations of a pair's cell: see mst.py
MODEL_CELLS = 131_072  # of the junction tree (1 MiB); smartnoise-synth allows 80 MB
QUICK = Effort(iterations=50, tolerance=1e-3)  # of an estimate between rounds
SETTLED = Effort(iterations=300, tolerance=1e-4)  # of the last


class Aim:
    name = "aim"
    remembers = False

    def fit(self, counts: Counts, shape: Shape, *, nano_rho: int, max_rows: int, tap: NoiseTap) -> Model:
        """A junction-tree model for exactly `nano_rho`; it asks for counts alone, so any number of rows will do."""
        synthesizer = _synthesizer()(Purse(nano_rho / 1e9, max_rows, tap), shape)
        synthesizer.AIM(counts, list(combinations(shape.domain, 2)))
        fitted: Markov = synthesizer.synthesizer
        return Model(
            dict(shape.domain),
            fitted.total,
            directed_steps(list(shape.domain), dict(zip(fitted.tree.cliques, fitted.marginals, strict=True))),
            synthesizer.first.groupings,
            measurements=tuple(synthesizer.measurements),
        )


@cache
def _synthesizer() -> Any:
    from snsynth.aim.aim import AIMSynthesizer, compile_workload

    class CorrectedAim(AIMSynthesizer):
        """smartnoise-synth's AIM, each step replaced by a corrected one on counts; it keeps neither rows nor their
        number. `data` is a `Counts` throughout, where smartnoise-synth has an mbi Dataset."""

        def __init__(self, purse: Purse, shape: Shape) -> None:
            super().__init__(epsilon=0.0, delta=0.0)  # unused: the budget is rho, in the purse
            self.purse, self.shape = purse, shape

        def AIM(self, data: Counts, workload: list[Clique]) -> None:
            purse = self.purse
            rounds = (1 - ONE_WAY) * purse.rho if workload else 0.0
            pair = purse.sigma(rounds / (len(data.domain) - 1)) if rounds else 0.0  # if the rest were for a tree
            first = measure_one_way(data, self.shape, purse, purse.rho - rounds, floor=SEEN * pair)
            self.first, self.measurements = first, list(first.measurements)
            data = data.grouped(first.groups)
            sizes = dict(data.domain)
            evidence = Evidence(sizes)
            for measured in first.measurements:
                evidence.add(measured.clique, *first.coarse_noisy(measured))
            model = fit(evidence, first.total, junction_tree(sizes, evidence.value), QUICK)
            candidates: Any = compile_workload(workload)
            answers = data.marginals(candidates)
            cost = purse.left / (ROUNDS * len(sizes))  # rho of one round
            last = not candidates
            while not last:
                last = purse.left < 2 * cost
                cost = purse.left if last else cost
                share = 1 - (purse.left - cost) / purse.rho
                room = affordable(model.tree, sizes, candidates, share * MODEL_CELLS)
                sigma = purse.sigma((1 - SELECT) * cost)
                weights = {clique: candidates[clique] for clique in room}
                clique = self._worst_approximated(weights, answers, model, math.sqrt(8 * SELECT * cost), sigma)
                spend = purse.left if last else (1 - SELECT) * cost  # the last round ends the budget exactly
                measured = purse.measure(clique, answers[clique], spend, fine=False)
                self.measurements.append(measured)
                evidence.add(clique, measured.counts, measured.sigma**2)
                grown = extended(model.tree, room[clique], sizes), junction_tree(sizes, evidence.value)
                tree = min(grown, key=lambda tree: cells(sizes, tree.cliques))
                model = fit(evidence, first.total, tree, QUICK, model)
                moved = float(np.abs(model.project(clique) - self.expected[clique]).sum())
                log.debug("%s, %d cells, %.3f of rho left", clique, measured.counts.size, purse.left / purse.rho)
                if moved <= math.sqrt(2 / math.pi) * sigma * measured.counts.size:
                    cost *= 4  # sigma halves: the model explains what this noise lets us see
            log.info("%d marginals measured", len(self.measurements))
            self.synthesizer = fit(evidence, first.total, model.tree, SETTLED, model)

        def _worst_approximated(
            self, candidates: dict[Clique, float], answers: Any, model: Markov, eps: float, sigma: float
        ) -> Clique:
            """Noisy max of weight x (L1 distance of model and data - the L1 norm that noise alone would have)."""
            self.expected = model.pairs() | {(name,): model.project((name,)) for name in model.sizes}
            noise = math.sqrt(2 / math.pi) * sigma
            distance = [float(np.abs(answers[clique] - self.expected[clique]).sum()) for clique in candidates]
            noisy = [noise * answers[clique].size for clique in candidates]
            weights = np.array(list(candidates.values()), np.float64)
            scores = weights * (np.array(distance) - noisy)
            return list(candidates)[self.purse.choose(scores, float(weights.max()), eps**2 / 8)]

    return CorrectedAim
