"""What earlier fits of the same table found, carried into the next one: post-processing, free of charge.

Between two refits a cell of n of the N rows of a table of C cells is taken to move by a Gaussian of standard deviation

    tau = sqrt(2 pi) d (n + N / C) / 2

independent of the others: half in proportion to its rows, half as if all cells were alike, so that what was rare is
not believed rare for ever. The mean total variation distance of the table is then d, the assumed drift: the mean of
|x| is sqrt(2 / pi) tau, and half its sum over the cells is d N. An old count thus has the variance of its noise and
tau² for each refit since, and a table counted again is one count, by inverse variance, cell by cell: the filter of
Kalman (1960) for a random walk. Its standard deviation holds as far as the assumed drift does.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique
from noctule.engines.model import Grouping, Measurement, Model

Floats = NDArray[np.float64]

ALARM = 4.0  # standard deviations of chi-square beyond which the assumed drift is not believed
HALVINGS = 20  # in the search for the drift instead


@dataclass(frozen=True)
class Prior:
    """`measurements`: of earlier fits, as of the last one; `groupings`: of every attribute in them; `total`: rows then;
    `drift`: assumed mean TVD of a table between two refits, public."""

    measurements: tuple[Measurement, ...]
    groupings: dict[str, Grouping]
    total: float
    drift: float

    @classmethod
    def of(cls, model: Model, drift: float, attributes: Iterable[str] | None = None) -> "Prior":
        """All that a model measured, or only of `attributes`: those whose codes still mean the same."""
        known = set(model.domain if attributes is None else attributes)
        kept = tuple(one for one in model.measurements if known.issuperset(one.clique))
        return cls(kept, {name: model.groupings[name] for name in known}, model.total, drift)


class Knowledge:
    """All that one fit may use: what it inherited, and what it has measured so far.

    `total`: rows tonight; `drift`: of the inherited tables, at least the assumed one.
    """

    def __init__(self, prior: Prior | None, total: float) -> None:
        self.total = total
        self.drift = prior.drift if prior else 0.0
        inherited = prior.measurements if prior else ()
        self.old = {(one.clique, one.fine): _scaled(one, total / prior.total) for one in inherited} if prior else {}
        self.new: dict[tuple[Clique, bool], list[Measurement]] = defaultdict(list)

    def learn(self, measured: Iterable[Measurement]) -> None:
        """Take in tonight's measurements, and how far they lie from the inherited ones of the same tables."""
        for one in measured:
            self.new[one.clique, one.fine].append(one)
        repeats = [(self.old[table], combined(new)) for table, new in self.new.items() if table in self.old]
        self.drift = found_drift(repeats, self.total, self.drift)

    def forget(self, sigma: float) -> None:
        """Drop every inherited table whose cells are not known better than to `sigma` rows (root mean square)."""
        self.old = {
            table: one
            for table, one in self.old.items()
            if np.mean(np.square(aged(one, self.total, self.drift).sigma)) < sigma**2
        }

    def measurements(self) -> tuple[Measurement, ...]:
        """One for each table known, tonight's first."""
        old = {table: aged(one, self.total, self.drift) for table, one in self.old.items()}
        tonight = [combined([*new, *([old.pop(table)] if table in old else [])]) for table, new in self.new.items()]
        return (*tonight, *old.values())


def aged(old: Measurement, total: float, drift: float) -> Measurement:
    """`old` one refit later, in a table of `total` rows, under a mean TVD of `drift`; see the module."""
    move = math.sqrt(2 * math.pi) * drift * (np.maximum(old.counts, 0) + total / old.counts.size) / 2
    return replace(old, sigma=np.hypot(old.sigma, move)) if drift else old


def combined(measured: Sequence[Measurement]) -> Measurement:
    """Measurements of one table as one, the mean by inverse variance; a single one is returned as it is."""
    if len(measured) == 1:
        return measured[0]
    weights = [np.broadcast_to(one.sigma, one.counts.shape) ** -2.0 for one in measured]
    weight = np.sum(weights, axis=0)
    counts = np.sum([one.counts * each for one, each in zip(measured, weights, strict=True)], axis=0) / weight
    return replace(measured[0], counts=counts, sigma=weight**-0.5)


def found_drift(repeats: Sequence[tuple[Measurement, Measurement]], total: float, assumed: float) -> float:
    """The least drift, `assumed` or more, that explains how far tables counted again (old, new) lie apart; at most 1.

    Squared differences over their variance sum to chi-square, of as many degrees of freedom as cells. It is noisy
    answers that are compared, so this is free.
    """
    cells = sum(old.counts.size for old, _ in repeats)
    bearable = cells + ALARM * math.sqrt(2 * cells)

    def bears(drift: float) -> bool:
        return bearable >= sum(
            float(np.sum((new.counts - old.counts) ** 2 / (aged(old, total, drift).sigma ** 2 + new.sigma**2)))
            for old, new in repeats
        )

    low, high = assumed, 1.0
    if bears(low):
        return low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if bears(middle) else (middle, high)
    return high


def _scaled(old: Measurement, growth: float) -> Measurement:
    """`old`, were the table `growth` times as many rows."""
    return replace(old, counts=old.counts * growth, sigma=old.sigma * growth)
