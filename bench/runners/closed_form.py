"""The one-shot family of docs/engine.md, on our first look and our model: all scored once, shares by a closed form.

After SWIFT of google/dpsynth: how far every candidate lies from the model of one-way marginals is told with Gaussian
noise, all in one event; then sets and their budgets are chosen together, without another draw. No clique tree limits
the choice here, since a mixture needs none. Kept for the comparison; no contract can choose it.
"""

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique, Counts
from noctule.engines.adaptive import FIRST, LAST, SELECT, TOTAL, Plan, _first_look, _Fit
from noctule.engines.model import Measurement, Model
from noctule.engines.oneway import draw_one_way, noisy_rows, noisy_total
from noctule.engines.prior import Knowledge
from noctule.engines.purse import Purse
from noctule.engines.shape import Shape
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import NoiseTap

SCORES = 2 * SELECT  # of what is left after the one-way marginals; dpsynth's share
TOLD = 0.8  # of a triple by its best pair: .3 buys too many triples, 1 almost none
HALF_NORMAL = math.sqrt(2 / math.pi)  # mean of |x| for a standard normal x


class ClosedForm:
    name = "closed-form"

    def fit(self, counts: Counts, shape: Shape, *, nano_rho: int, max_rows: int, tap: NoiseTap) -> Model:
        purse = Purse(nano_rho / 1e9, max_rows, tap)
        plan = Plan.of(shape, purse, noisy_rows(counts, purse, TOTAL * purse.rho))
        later = purse.sigma((1 - SCORES) * (purse.left - plan.one_way) / plan.tables)
        drawn = draw_one_way(counts, shape, purse, plan.one_way)
        knowledge = Knowledge(None, *noisy_total(drawn))
        knowledge.learn(drawn)
        first = _first_look(knowledge, shape, None, later)
        return _OneShot(counts.grouped(first.groups), shape, purse, first, knowledge, plan.members).run(plan.tables)


class _OneShot(_Fit):
    def run(self, tables: int) -> Model:
        candidates = self._candidates()
        exact = self.counts.marginals(candidates)
        shares = allocated(self._scores(exact), {c: table.size for c, table in exact.items()}, self.purse)
        measured: list[Measurement] = []
        for number, (clique, share) in enumerate(shares.items()):
            rho = self.purse.left if number == len(shares) - 1 else share
            measured.append(self.purse.measure(clique, exact[clique], rho, fine=False))
        self.knowledge.learn(measured)
        for effort in (FIRST, *LAST):
            self.misfit = self.mixture.fit(self._evidence(), effort)
            if self.misfit <= effort.settled:
                break
        return self._model()

    def _scores(self, exact: Mapping[Clique, NDArray[np.int64]]) -> dict[Clique, float]:
        """L1 distances from the model, in whole rows: each moves by at most max_rows, so all by sqrt(m) of it in L2."""
        distances = [
            np.abs(table - np.rint(self.mixture.predict(self._at(clique))).astype(np.int64)).sum()
            for clique, table in exact.items()
        ]
        rho, sensitivity = SCORES * self.purse.left, self.purse.max_rows * math.sqrt(len(exact))
        self.purse.spend(rho)
        scale = sensitivity / math.sqrt(2 * rho)
        noisy = discrete_gaussian(np.array(distances), scale=scale, sensitivity=sensitivity, tap=self.purse.tap)
        return dict(zip(exact, noisy.astype(float), strict=True))


def allocated(scores: Mapping[Clique, float], cells: Mapping[Clique, int], purse: Purse) -> dict[Clique, float]:
    """Rho of each marginal to measure: what maximises the sum of gains less the L1 norm of all noise.

    With y = cells^(2/3) the best shares are y / sum(y); sets enter by falling gain / y while the sum grows. A triple
    gains its score less TOLD of its best pair's.
    """
    budget = 2 * purse.left / purse.max_rows**2
    gain = dict(scores)
    for clique in scores:
        if len(clique) > 2:
            gain[clique] -= TOLD * max(scores[pair] for pair in combinations(clique, 2))
    y = {c: (cells[c] * HALF_NORMAL) ** (2 / 3) for c in scores}
    chosen: list[Clique] = []
    best = total = reward = 0.0
    for clique in sorted(gain, key=lambda c: gain[c] / y[c], reverse=True):
        value = reward + gain[clique] - (total + y[clique]) ** 1.5 / math.sqrt(budget)
        if chosen and value <= best:
            break
        chosen.append(clique)
        best, reward, total = value, reward + gain[clique], total + y[clique]
    return {c: purse.left * y[c] / total for c in chosen}
