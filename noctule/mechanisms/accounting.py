"""Money: zCDP rho in integer nano-rho, and what it is worth as (epsilon, delta).

The conversion is that of Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020,
arXiv 2004.00010), Proposition 12 and Corollary 13: a rho-zCDP mechanism is (epsilon, delta)-DP for

    delta = min over alpha > 1 of  exp((alpha - 1)(alpha rho - epsilon)) / (alpha - 1) * (1 - 1/alpha)^alpha

Each alpha gives a sound bound, so a search that ends early costs tightness, never privacy.
"""

import math
from functools import lru_cache

from noctule.errors import UsageError

NANO = 10**9
MAX_NANO_RHO = 2**63 - 1  # what a database's INTEGER holds; rounding down to it is sound

# Floating point leaves about 1e-14 in log(delta). Asking for this much more keeps both roundings on the safe side;
# it moves epsilon by less than 1e-11.
_LOG_SLACK = 1e-12


@lru_cache(maxsize=4096)
def rho_of(epsilon: float, delta: float) -> int:
    """The largest nano-rho whose zCDP guarantee implies (epsilon, delta)-DP: rounded down, monotone in both.

    Raises UsageError unless epsilon is finite and >= 0, and 0 < delta < 1.
    """
    _require_sound(epsilon, delta)
    if epsilon > 1e11:  # worth more than MAX_NANO_RHO at any delta, and near the end of floating point
        return MAX_NANO_RHO
    low, high = 0, 1
    while high < MAX_NANO_RHO and _implies(high, epsilon, delta):
        low, high = high, min(2 * high, MAX_NANO_RHO)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _implies(middle, epsilon, delta) else (low, middle)
    return low


@lru_cache(maxsize=4096)
def epsilon_of(nano_rho: int, delta: float) -> float:
    """The smallest epsilon (a float, rounded up) for which nano-rho zCDP implies (epsilon, delta)-DP.

    `rho_of(epsilon_of(n, delta), delta) >= n` and `epsilon_of(rho_of(e, delta), delta) <= e`.
    Raises UsageError if nano_rho is negative, or delta is not inside (0, 1).
    """
    _require_sound(0.0, delta)
    if nano_rho < 0:
        raise UsageError("rho is negative", fix="give rho in nano-rho, an integer >= 0")
    if _implies(nano_rho, 0.0, delta):
        return 0.0
    low, high = 0.0, 1.0
    while not _implies(nano_rho, high, delta):
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:  # until low and high are neighbouring floats
        low, high = (low, middle) if _implies(nano_rho, middle, delta) else (middle, high)
    return high


def _require_sound(epsilon: float, delta: float) -> None:
    if not (math.isfinite(epsilon) and epsilon >= 0):
        raise UsageError("epsilon is not a finite number >= 0", fix="give an epsilon such as 1.0")
    if not 0 < delta < 1:
        raise UsageError(
            "delta is not between 0 and 1", fix="give a delta such as 1e-6, far below 1 / number of people"
        )


def _implies(nano_rho: int, epsilon: float, delta: float) -> bool:
    return nano_rho == 0 or _log_delta(nano_rho / NANO, epsilon) <= math.log(delta) - _LOG_SLACK


def _log_delta(rho: float, epsilon: float) -> float:
    """log of the delta above at its best alpha, for rho > 0. Written in a = alpha - 1, which keeps digits near 1."""

    def slope(a: float) -> float:  # derivative of `value`, rising from -inf, so its root is the minimum
        return (2 * a + 1) * rho - epsilon - math.log1p(1 / a)

    def value(a: float) -> float:
        return a * ((a + 1) * rho - epsilon) - math.log(a) - (a + 1) * math.log1p(1 / a)

    low, high = 0.0, (epsilon + 1) / (2 * rho) + 1  # slope(high) >= 1 + 3 rho - log 2 > 0
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high or middle < 1e-300:
            break
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return min(value(high), 0.0)
