"""The default engine: measure every attribute, then batches of the marginals the model explains worst; a mixture of
products carries it all. docs/engine.md has the proof of privacy, what was tried, and the figures.

Select, measure, estimate as in MWEM (Hardt, Ligett and McSherry 2012) and AIM (McKenna et al. 2022), with three
differences: several marginals a round, chosen by peeling; codes grouped by what the noise lets us see; and a model
that needs no clique tree, so that any set of marginals is fitted in the same time and memory.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from noctule.codes.forbidden import Forbidden
from noctule.counts import Clique, Counts
from noctule.engines.mixture import Effort, Evidence, Mixture
from noctule.engines.model import COMPONENT, Measurement, Model, Step
from noctule.engines.oneway import OneWay, draw_one_way, first_look, noisy_rows, noisy_total
from noctule.engines.prior import Knowledge, Prior
from noctule.engines.purse import Purse
from noctule.engines.shape import Shape
from noctule.mechanisms.tap import NoiseTap

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

TOTAL = 0.01  # of rho, for the number of rows, by which the rest is split
SELECT = 0.05  # of a round's rho, for its selections; the marginals selected get the rest
ROUNDS = 4
THREE_WAY = 0.6  # of a round's marginals may have three attributes
SEEN = 12.0  # an ordered group holds this many standard deviations of a cell, so that its marginals are seen
MOST_CELLS = 4000  # of a three-way marginal
USELESS = 5.0  # an inherited cell known no better than to so many standard deviations of a later one is dropped
IMPOSSIBLE = 0.1  # standard deviation of a count that the contract says is nothing, in that of a first count

MEMBERS, COMPONENTS = (2, 8), 100  # fewest and most members; components of each
FIRST, ROUND = Effort(60), Effort(60)
LAST = (Effort(250), Effort(100, last=0.01))


class Adaptive:
    name = "adaptive"
    remembers = True

    def fit(
        self,
        counts: Counts,
        shape: Shape,
        *,
        nano_rho: int,
        max_rows: int,
        tap: NoiseTap,
        prior: Prior | None = None,
    ) -> Model:
        """A mixture for exactly `nano_rho`; it asks for counts alone, so any number of rows will do.

        The plan is that of a fit that remembers nothing: with smaller shares for what is known, errors were no smaller.
        """
        purse = Purse(nano_rho / 1e9, max_rows, tap)
        rows = noisy_rows(counts, purse, TOTAL * purse.rho)
        plan = Plan.of(shape, purse, rows)
        later = purse.sigma((1 - SELECT) * (purse.left - plan.one_way) / plan.tables) if plan.tables else 0.0
        drawn = draw_one_way(counts, shape, purse, plan.one_way)
        knowledge = Knowledge(prior, *noisy_total(drawn))
        knowledge.learn(drawn)
        knowledge.forget(USELESS * later)
        first = _first_look(knowledge, shape, prior, later)
        return _Fit(counts.grouped(first.groups), shape, purse, first, knowledge, plan.members).run(plan.tables)


@dataclass(frozen=True)
class Plan:
    """`one_way`: rho of all one-way marginals; `tables`: how many marginals of two or three attributes to measure;
    `members`: of the mixture."""

    one_way: float
    tables: int
    members: int

    @classmethod
    def of(cls, shape: Shape, purse: Purse, rows: float) -> "Plan":
        """By the TVD that noise would leave in the mean one-way marginal if all of rho went there.

        The more, the larger the share that the one-way marginals need, the fewer others can be seen, and the more
        members it takes to even out what a fit makes of noise: few members and many tables take about as long as the
        reverse. The numbers were set on five tables at epsilon 0.1 to 10 (docs/engine.md); a factor of 1.5 in any
        changes little.
        """
        sizes = list(shape.domain.values())
        pairs = math.comb(len(sizes), 2)
        if not pairs:
            return cls(purse.left, 0, MEMBERS[0])
        sigma = purse.sigma(purse.left / len(sizes))
        noise = float(np.mean(sizes)) * sigma / math.sqrt(2 * math.pi) / rows  # mean |x| of a Gaussian, halved
        share = min(max(0.25 + 0.1 * math.log2(noise / 0.008), 0.2), 0.65)
        tables = min(max(1.0, 3 * math.sqrt(0.008 / noise)) * len(sizes), pairs)
        members = min(max(MEMBERS[1] * math.sqrt(noise / 0.008), MEMBERS[0]), MEMBERS[1])
        return cls(share * purse.left, round(tables), round(members))


def _first_look(knowledge: Knowledge, shape: Shape, prior: Prior | None, later: float) -> OneWay:
    """Groups are those of the inherited tables, so that new ones add to them; without any, as `later` noise allows."""
    one_way = [one for one in knowledge.measurements() if one.fine]
    kept = {name for clique, fine in knowledge.old if not fine for name in clique}
    keep = {name: prior.groupings[name].group for name in kept} if prior else {}
    return first_look(one_way, shape, knowledge.total, floor=SEEN * later, keep=keep)


class _Fit:
    """What grows from round to round: the measurements, and the mixture that explains them."""

    def __init__(
        self, counts: Counts, shape: Shape, purse: Purse, first: OneWay, knowledge: Knowledge, members: int
    ) -> None:
        self.counts, self.shape, self.purse, self.first, self.knowledge = counts, shape, purse, first, knowledge
        self.axes = {name: axis for axis, name in enumerate(shape.domain)}
        self.impossible = self._impossible()
        start = [first.coarse[name] for name in self.axes]
        rng = np.random.default_rng()  # where the members start: any start will do, all that follows is paid for
        sizes = [table.size for table in start]
        self.mixture = Mixture(sizes, first.total, start, rng, members=members, components=COMPONENTS)
        self.misfit = self.mixture.fit(self._evidence(), FIRST)

    def run(self, tables: int) -> Model:
        candidates = self._candidates()
        exact = self.counts.marginals(candidates)
        closed: set[Clique] = set()
        rounds = min(ROUNDS, tables)
        for left in range(rounds, 0, -1):
            batch = math.ceil(tables / left)
            after = self.purse.left * (left - 1) / left  # what this round leaves to the next ones
            open_ = [clique for clique in candidates if clique not in closed] or candidates  # all known: measure again
            chosen = self._select({clique: exact[clique] for clique in open_}, batch, self.purse.left - after)
            self._measure({clique: exact[clique] for clique in chosen}, after)
            closed.update(*(_covered(clique) for clique in chosen))
            tables -= batch
            self.misfit = self.mixture.fit(self._evidence(), ROUND)
            log.info("%d marginals measured, %d rounds left, misfit %.2f", len(chosen), left - 1, self.misfit)
        for effort in LAST:
            if self.misfit > effort.settled:
                self.misfit = self.mixture.fit(self._evidence(), effort)
        return self._model()

    def _evidence(self) -> list[Evidence]:
        """All that is known of the groups: today's counts, what earlier fits left, and what the contract forbids."""
        one_way = [Evidence(self._at(one.clique), *self.first.coarse_noisy(one)) for one in self.first.measurements]
        tables = [
            Evidence(self._at(one.clique), one.counts.astype(np.float64), np.square(one.sigma))
            for one in self.knowledge.measurements()
            if not one.fine
        ]
        return one_way + self.impossible + tables

    def _impossible(self) -> list[Evidence]:
        """What the contract forbids, as counts of nothing where it forbids whole groups; the sampler does the rest."""
        variance = (IMPOSSIBLE * self.first.measurements[0].sigma) ** 2
        known: list[Evidence] = []
        for one in self.shape.forbidden:
            clique = tuple(sorted(one.masks, key=self.axes.__getitem__))
            if len(clique) <= 3:
                masks = {name: self.first.groupings[name].wholly(mask) for name, mask in one.masks.items()}
                cells = Forbidden(masks).cells(clique)
                known.append(Evidence(self._at(clique), np.zeros(cells.shape), np.where(cells, variance, np.inf)))
        return known

    def _candidates(self) -> list[Clique]:
        """All pairs, and every pair with a target while the three together have few cells."""
        pairs = list(combinations(self.axes, 2))
        triples = {
            tuple(sorted((*pair, target), key=self.axes.__getitem__))
            for target in self.shape.targets
            for pair in pairs
            if target not in pair
        }
        sizes = self.counts.domain
        return pairs + sorted(clique for clique in triples if math.prod(sizes[n] for n in clique) <= MOST_CELLS)

    def _select(self, exact: Mapping[Clique, NDArray[np.int64]], batch: int, rho: float) -> list[Clique]:
        """The `batch` cliques that the model explains worst, by peeling: a draw each, without those it covers.

        A score is the L1 distance of model and rows, less the L1 norm that the noise of measuring alone would have.
        """
        sigma = self.purse.sigma((1 - SELECT) * rho / batch)
        known = {one.clique: one.sigma for one in self.knowledge.measurements() if not one.fine}
        score: dict[Clique, float] = {}
        for clique, table in exact.items():
            sigmas = (sigma**-2 + np.broadcast_to(known.get(clique, np.inf), table.shape) ** -2.0) ** -0.5  # after it
            wrong = np.abs(table - self.mixture.predict(self._at(clique))).sum()
            score[clique] = float(wrong - math.sqrt(2 / math.pi) * sigmas.sum())
        chosen: list[Clique] = []
        triples = math.ceil(THREE_WAY * batch)
        while score and len(chosen) < batch:
            best = self._worst(score, SELECT * rho / batch)
            chosen.append(best)
            triples -= len(best) == 3
            covered = _covered(best)
            score = {c: s for c, s in score.items() if c not in covered and (len(c) < 3 or triples > 0)}
        return chosen

    def _worst(self, score: Mapping[Clique, float], rho: float) -> Clique:
        """A clique of high score, for `rho`; one alone is no choice and costs nothing."""
        position = self.purse.choose(np.array(list(score.values())), 1.0, rho) if len(score) > 1 else 0
        return list(score)[position]

    def _measure(self, exact: Mapping[Clique, NDArray[np.int64]], after: float) -> None:
        """Each marginal for the same rho, until `after` is left: in the last round exactly nothing."""
        measured: list[Measurement] = []
        for number, (clique, table) in enumerate(exact.items()):
            rho = (self.purse.left - after) / (len(exact) - number)
            measured.append(self.purse.measure(clique, table, rho, fine=False))
        self.knowledge.learn(measured)

    def _at(self, clique: Clique) -> tuple[int, ...]:
        return tuple(self.axes[name] for name in clique)

    def _model(self) -> Model:
        components = self.mixture.components().astype(np.float64)
        steps = [Step(COMPONENT, (), np.full(len(components), 1 / len(components)))]
        for name, columns in zip(self.axes, self.mixture.columns, strict=True):
            table = components[:, columns]
            steps.append(Step(name, (COMPONENT,), table / table.sum(axis=1, keepdims=True)))
        return Model(
            dict(self.shape.domain),
            self.first.total,
            tuple(steps),
            self.first.groupings,
            latent={COMPONENT: len(components)},
            measurements=self.knowledge.measurements(),
        )


def _covered(clique: Clique) -> set[Clique]:
    """A clique, and its pairs, which a measurement of it contains."""
    return {clique, *combinations(clique, 2)} if len(clique) > 2 else {clique}
