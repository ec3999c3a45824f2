"""The noisy sum of clipped gradients, on a grid of integers: what DP-SGD releases in one step.

**What is private.** One unit holds at most `max_rows` rows (design.md invariant 5), and each row's gradient over all
parameters has L2 norm at most `bound`, so adding or removing a unit moves the exact sum by at most max_rows x bound.
The sum is rounded to a grid and gets OpenDP's discrete Gaussian: no noise comes from torch, whose generator is not
secure, and no noise is added in floating point. Rounding moves a coordinate by at most half a step in either table,
hence one step in the difference and sqrt(d) steps in L2. A sum of n such vectors in double precision errs by at most
n u (n bound) in L2 (u = 2^-53; Higham 2002, section 3.1): for two tables of MOST_ROWS rows 2.2e-4 bound, within SLACK.
What is left: a row's own gradient must not depend on which other rows are there, and it does in its last digits, where
a matrix product rounds otherwise for another number of rows. That is about 1e-15 of each gradient, far within SLACK,
unless it moves a row across the kink of a rectifier; this one caveat is not proven away.

**What composes.** A step is rho-zCDP with rho = sensitivity^2 / (2 scale^2), so steps add up in rho and with every
other charge in the ledger, at every order. The usual accountant of DP-SGD also counts amplification by Poisson
sampling. That is an RDP curve which lies below rho alpha only up to some order; beyond, it leaves every zCDP curve
(truncated CDP: Bun, Dwork, Rothblum and Steinke 2018). A ledger in rho would have to keep the largest valid
order of each entry and convert with orders below the smallest of them. It is not needed: at equal noise in the mean
gradient, sampling a part q and counting the amplification costs about what all rows at once cost without it (rho
q^2 T / (2 (q sigma)^2) against T / (2 sigma^2)); sampling only saves computing. So every step may see all rows, or a
part of them drawn without looking at them, and nothing is ever counted for the drawing. That also makes max_rows > 1
sound, where amplification for the several rows of a unit is not simply that of one.
"""

import math

import numpy as np
from numpy.typing import NDArray

from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import NoiseTap

SLACK = 1e-3  # of the bound, for the rounding of sums
MOST_ROWS = 1_000_000  # in one sum
STEPS = 1000  # grid steps in bound / sqrt(d): rounding then costs a thousandth of the bound in L2


def noisy_sum(
    exact: NDArray[np.float64], *, rows: int, bound: float, max_rows: int, rho: float, tap: NoiseTap
) -> NDArray[np.float64]:
    """The sum of `rows` vectors of L2 norm at most `bound` each, shape (d,), with noise that makes it `rho`-zCDP.

    `exact` must have been summed in double precision. Raises ValueError when it has more than MOST_ROWS rows, or is not
    finite.
    """
    if rows > MOST_ROWS or exact.dtype != np.float64 or not np.isfinite(exact).all():
        raise ValueError("the sum is not finite, not in double precision, or of too many rows to bound its error")
    grid = bound / (STEPS * math.sqrt(exact.size))
    sensitivity = max_rows * bound * (1 + SLACK) / grid + math.sqrt(exact.size)
    scale = sensitivity / math.sqrt(2 * rho)
    values = np.rint(exact / grid).astype(np.int64)
    noisy = discrete_gaussian(values, scale=scale, sensitivity=sensitivity, tap=tap)
    return np.multiply(noisy, grid, dtype=np.float64)
