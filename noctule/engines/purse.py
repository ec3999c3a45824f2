"""The budget of one fit, spent draw by draw to the last bit of it."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique
from noctule.engines.model import Measurement
from noctule.errors import UsageError
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.select import noisy_max
from noctule.mechanisms.tap import NoiseTap


@dataclass
class Purse:
    """`rho` of zCDP to spend on units of at most `max_rows` rows.

    All rows of a unit may share a cell, so adding or removing it moves a marginal by at most `max_rows`, in L1 as in
    L2 (design.md invariant 5). Raises UsageError when there is nothing to spend.
    """

    rho: float
    max_rows: int
    tap: NoiseTap
    spent: list[float] = field(default_factory=list[float])

    def __post_init__(self) -> None:
        if self.rho <= 0 or self.max_rows < 1:
            raise UsageError("a fit needs a positive budget and max_rows", fix="raise epsilon or delta")

    @property
    def left(self) -> float:
        return self.rho - math.fsum(self.spent)

    def spend(self, rho: float) -> None:
        self.spent.append(rho)

    def sigma(self, rho: float) -> float:
        """Parameter, in rows, of the noise of a marginal that costs `rho` = max_rows^2 / (2 sigma^2)."""
        return self.max_rows / math.sqrt(2 * rho)

    def measure(self, clique: Clique, exact: NDArray[np.int64], rho: float, *, fine: bool) -> Measurement:
        self.spend(rho)
        sigma = self.sigma(rho)
        noisy = discrete_gaussian(exact, scale=sigma, sensitivity=float(self.max_rows), tap=self.tap)
        return Measurement(clique, noisy, sigma, fine)

    def choose(self, scores: NDArray[np.float64], weight: float, rho: float) -> int:
        """Position of a high score. A score is a weight, at most `weight`, times an L1 distance from exact counts."""
        self.spend(rho)
        return noisy_max(scores, epsilon=math.sqrt(8 * rho), sensitivity=weight * self.max_rows, tap=self.tap)
