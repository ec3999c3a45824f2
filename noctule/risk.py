"""What a guarantee means against an attacker: the best test of whether one person is in the table.

A test wrongly accuses a share of the people who are not in the table (its false-positive rate) and finds a share of
those who are (its true-positive rate). A guarantee bounds the second by the first: Wasserman and Zhou, "A Statistical
Framework for Differential Privacy" (2010); Dong, Roth and Su, "Gaussian Differential Privacy" (2022, arXiv 1905.02383).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

NORMAL = NormalDist()


@dataclass(frozen=True)
class Attack:
    """The best attack that a guarantee leaves possible."""

    advantage: float  # the greatest found(accused) - accused
    found: Callable[[float], float]  # share found of who is in the table, by share accused (in (0, 1)) of who is not


def worst(epsilon: float, delta: float) -> Attack:
    """On the worst mechanism that (epsilon, delta) allows: Dong, Roth, Su 2022, Section 2, f of (epsilon, delta)."""
    odds = math.exp(-min(epsilon, 700.0))  # beyond 700 nothing changes but the range of floating point

    def found(accused: float) -> float:
        return min(delta + accused / odds, 1 - odds * (1 - delta - accused), 1.0)

    return Attack(1 - 2 * (1 - delta) * odds / (1 + odds), found)


def gaussian(mu: float) -> Attack:
    """On Gaussian noise of standard deviation sensitivity / mu: Dong, Roth, Su 2022, Section 2, G of mu."""
    return Attack(math.erf(mu / math.sqrt(8)), lambda accused: _below(NORMAL.inv_cdf(accused) + mu))


def zcdp(rho: float) -> Attack:
    """On any rho-zCDP mechanism: the Rényi divergences of order a, in both directions, are at most a * rho, for a > 1.

    A test turns the two distributions of a release into two coins, of chances `found` and `accused`, and raises no
    divergence, so the coins meet every one of those bounds (data processing: Balle et al., "Hypothesis Testing
    Interpretations and Rényi Differential Privacy", 2020; Zhu, Dong, Wang, "Optimal Accounting of Differential Privacy
    via Characteristic Function", 2022, Appendix F). No more follows from zCDP alone (Riess et al. 2026, arXiv
    2602.04562). Each order gives a sound bound, so a finite grid of orders costs tightness, never privacy.

    The coins that meet the bounds are a convex set, symmetric in swapping the two kinds of error, so the advantage is
    greatest where both errors are equal. Of the orders there, 1 (in the limit) is the strictest: the Kullback-Leibler
    divergence is t tanh(t / 2) for errors of odds exp(-t).
    """
    if rho == 0:
        return Attack(0.0, lambda accused: accused)
    orders = 1 + _ORDERS / math.sqrt(rho)

    def allowed(found: float, accused: float) -> bool:
        return _within(found, accused, orders, rho) and _within(accused, found, orders, rho)

    loss = _first_beyond(lambda t: t * math.tanh(t / 2) <= rho, 0.0, rho + 2)
    return Attack(math.tanh(loss / 2), lambda accused: _first_beyond(lambda p: allowed(p, accused), accused, 1.0))


def gaussian_mu(epsilon: float, delta: float) -> float:
    """The mu of the Gaussian mechanism that is just (epsilon, delta)-DP: Balle, Wang 2018, Theorem 8."""

    def kept(mu: float) -> bool:
        near, far = mu / 2 - epsilon / mu, mu / 2 + epsilon / mu
        tail = _below(-far) / NORMAL.pdf(far) if far < 30 else 1 / far  # Mills' ratio; exp(epsilon) would overflow
        return _below(near) - NORMAL.pdf(near) * tail <= delta

    high = 1.0
    while kept(high):
        high *= 2
    return _first_beyond(kept, 0.0, high)


def posterior(prior: float, loss: float) -> float:
    """What a belief of `prior` in a person's presence grows to where the privacy loss of a release is `loss`."""
    return prior / (prior + (1 - prior) * math.exp(-loss))


def loss_worst(epsilon: float) -> float:
    """The privacy loss of any (epsilon, delta)-DP release, passed with probability at most 2 delta.

    Where S is the set of releases of a loss above t, P(S) <= e^epsilon P'(S) + delta <= e^(epsilon - t) P(S) + delta,
    so P(S) <= delta / (1 - e^(epsilon - t)). At t = epsilon that says nothing: (epsilon, delta) does not mean that
    the loss is at most epsilon outside of delta.
    """
    return epsilon + math.log(2)


def loss_gaussian(mu: float, failure: float) -> float:
    """That of Gaussian noise, passed with probability `failure`: the loss is normal, of mean mu^2 / 2 and variance
    mu^2 (Balle and Wang 2018, Lemma 3)."""
    return mu * mu / 2 - mu * NORMAL.inv_cdf(failure)


def loss_zcdp(rho: float, failure: float) -> float:
    """That of any rho-zCDP release, passed with probability at most `failure`: Bun and Steinke 2016, Lemma 3.5."""
    return rho + 2 * math.sqrt(rho * math.log(1 / failure))


# (order - 1) sqrt(rho), from near 0 to beyond what matters where one in a thousand is accused. With four times as many,
# no bound falls by 1e-4 of itself.
_ORDERS = np.logspace(-4, 1, 500)


def _within(one: float, other: float, orders: np.ndarray, rho: float) -> bool:
    """Whether the Rényi divergences of a coin `one` from a coin `other` are at most order * rho, or nearly so.

    The slack is far above the rounding errors, so that these never make a bound too small.
    """
    heads = orders * math.log(one) + (1 - orders) * math.log(other)
    tails = orders * math.log1p(-one) + (1 - orders) * math.log1p(-other)
    moments = np.logaddexp(heads, tails)  # (order - 1) * divergence
    return bool(np.all(moments <= orders * (orders - 1) * rho * (1 + 1e-9) + 1e-13))


def _first_beyond(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The least float above which `holds`, true at low and monotone, is known to fail; `high` if it never does."""
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high


def _below(x: float) -> float:
    """The standard normal distribution function, to full relative precision in its lower tail."""
    return math.erfc(-x / math.sqrt(2)) / 2
