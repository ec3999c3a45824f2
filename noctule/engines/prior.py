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
Table = tuple[Clique, bool]  # and whether of fine codes

ALARM = 4.0  # standard deviations of chi-square beyond which the assumed drift is not believed
HALVINGS = 20  # in the search for the drift instead
OTHER = 0.5  # a drift from which on it is another table, of which nothing is known


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
        known = set(model.domain).intersection(model.domain if attributes is None else attributes)
        kept = tuple(one for one in model.measurements if known.issuperset(one.clique))
        return cls(kept, {name: model.groupings[name] for name in known}, model.total, drift)


class Knowledge:
    """All that one fit may use: what it inherited, and what it has measured so far.

    `total`: noisy number of rows tonight, and `error` its standard deviation; `drift`: of the inherited tables, the
    assumed one or more. The total is counted afresh each night, so tables that grow by themselves do no harm.
    """

    def __init__(self, prior: Prior | None, total: float, error: float) -> None:
        self.total = total
        self.drift = prior.drift if prior else 0.0
        self.old: dict[Table, Measurement] = {}
        if prior:
            for one in prior.measurements:
                self.old[one.clique, one.fine] = _regrown(one, prior.total, total, error)
        self.new: dict[Table, list[Measurement]] = defaultdict(list)

    def learn(self, measured: Iterable[Measurement]) -> None:
        """Take in tonight's measurements, and how far they lie from the inherited ones of the same tables."""
        for one in measured:
            self.new[one.clique, one.fine].append(one)
        repeats = [(self.old[table], combined(new)) for table, new in self.new.items() if table in self.old]
        self.drift = found_drift(repeats, self.total, self.drift)
        if self.drift >= OTHER:
            self.old = {}

    def forget(self, sigma: float) -> None:
        """Drop inherited tables of groups whose cells are not known to `sigma` rows (root mean square).

        Those of one attribute are counted every night, and so never stand alone.
        """
        self.old = {
            table: one
            for table, one in self.old.items()
            if one.fine or np.mean(np.square(aged(one, self.total, self.drift).sigma)) < sigma**2
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
    weights = [1 / np.square(one.sigma) for one in measured]
    weight = sum(weights)
    counts = sum(one.counts * each for one, each in zip(measured, weights, strict=True)) / weight
    sigma = np.sqrt(1 / weight)
    return replace(measured[0], counts=counts, sigma=sigma if np.ndim(sigma) else float(sigma))


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


def _regrown(old: Measurement, before: float, total: float, error: float) -> Measurement:
    """`old`, of a table of `before` rows, were it one of `total` rows; `error` is that of either number of rows."""
    growth, doubt = total / before, math.sqrt(2) * error / total
    counts = old.counts * growth
    return replace(old, counts=counts, sigma=np.hypot(old.sigma * growth, doubt * np.maximum(counts, 0)))
