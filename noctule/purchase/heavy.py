"""Heavy values of one column, by a thresholded release: one draw, whatever the column's type and range."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noctule.mechanisms.accounting import NANO
from noctule.mechanisms.tap import NoiseTap
from noctule.mechanisms.threshold import threshold, thresholded

FLOOR = 0.25  # of the noise, in rows: rarer values are not looked at, so that few get noise of their own


class Spend(NamedTuple):
    """What one draw may cost: rho, and the delta of a thresholded one. A unit has `max_rows` rows."""

    nano_rho: int
    delta: float
    max_rows: int

    @property
    def scale(self) -> float:
        """sigma of one histogram in rows. All rows of a unit may share a cell, so its L2 sensitivity is max_rows
        (design.md invariant 5); rho = sensitivity^2 / (2 sigma^2)."""
        return self.max_rows / math.sqrt(2 * self.nano_rho / NANO)

    @property
    def floor(self) -> int:
        return int(FLOOR * self.scale)

    @property
    def least(self) -> int:
        """The fewest noisy rows with which a value is released: public."""
        return self.floor + threshold(self.scale, self.delta, self.max_rows)


def heavy(
    frequent: Callable[[int], tuple[Any, NDArray[np.int64]]], spend: Spend, tap: NoiseTap
) -> list[tuple[Any, int]]:
    """(value, noisy rows) of the values that about `spend.least` rows hold or more.

    `frequent(floor)` gives the values of more than `floor` rows with their counts. What is released on is the excess
    max(count - floor, 0): a function of each count that changes by no more than the count does, and by 1 in no more
    cells, so every sensitivity of the histogram is one of the excess (design.md invariant 5), and a value in no row has
    none. The floor is public; added back, it costs its own few rows of power.
    """
    values, counts = frequent(spend.floor)
    found = thresholded(counts - spend.floor, scale=spend.scale, delta=spend.delta, max_rows=spend.max_rows, tap=tap)
    return sorted((values[at], noisy + spend.floor) for at, noisy in found.items())
