"""Lower bounds on epsilon, from how well a score tells canaries that are in the data from those that are not.

Each bound holds with a stated chance of error: if a mechanism is (epsilon, delta)-DP, the bound exceeds epsilon with at
most that chance. None is a proof of privacy: another attack may see more (docs/audit.md).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from noctule.mechanisms.accounting import NANO, epsilon_of
from noctule.risk import gaussian_mu, zcdp

Floats = NDArray[np.float64]

NORMAL = NormalDist()
MOST = 60.0  # of epsilon; more is not looked for
THRESHOLDS = 33  # that are tried on a quarter of the runs, at even quantiles of the scores


@dataclass(frozen=True)
class Trials:
    """`present`: (runs, canaries), a fair coin each, independent of all else; `scores`: the same shape, larger for
    canaries that seem to be in."""

    present: NDArray[np.bool_]
    scores: Floats

    def split(self) -> tuple["Trials", "Trials"]:
        """A quarter of the runs, and the others, which are independent of it: thresholds are chosen on the quarter."""
        at = max(1, len(self.present) // 4)
        return Trials(self.present[:at], self.scores[:at]), Trials(self.present[at:], self.scores[at:])

    def rates(self, threshold: float, error: float) -> "Rates":
        """Bounds on the two rates of the test "score >= threshold", both true but for a chance of `error`."""
        above = self.scores >= threshold
        accused, missed = above & ~self.present, ~above & self.present
        absent, present = int((~self.present).sum()), int(self.present.sum())
        return Rates(at_most(int(accused.sum()), absent, error / 2), at_most(int(missed.sum()), present, error / 2))

    def spread(self) -> float:
        """The variance of a run's mean score over that of independent canaries: 1 if those of a run are independent."""
        means = [self.scores[side].mean() if side.any() else 0.0 for side in (self.present, ~self.present)]
        noise = self.scores - np.where(self.present, *means)
        return float(noise.mean(axis=1).var() * noise.shape[1] / noise.var()) if noise.any() else 1.0


@dataclass(frozen=True)
class Rates:
    """Upper bounds: share accused of the canaries that are not in, share missed of those that are."""

    accused: float
    missed: float

    def epsilon(self, delta: float) -> float:
        """What (epsilon, delta)-DP needs at least for such rates: Kairouz, Oh, Viswanath 2015, Theorem 2.1."""
        pairs = ((self.accused, self.missed), (self.missed, self.accused))
        return max(0.0, *(math.log(max(1 - delta - b, 1e-300) / a) for a, b in pairs))

    @property
    def mu(self) -> float:
        """The mu of the Gaussian mechanism with just these rates: Dong, Roth, Su 2022, Section 2."""
        return max(0.0, NORMAL.inv_cdf(1 - min(self.accused, 1 - 1e-12)) - NORMAL.inv_cdf(min(self.missed, 1 - 1e-12)))

    @property
    def rho(self) -> float:
        """The least rho at which some rho-zCDP mechanism has these rates (`noctule.risk.zcdp`)."""
        if self.accused + self.missed >= 1:
            return 0.0
        return _largest(lambda rho: zcdp(rho).found(self.accused) < 1 - self.missed, 2 * MOST, 1e-4)


@dataclass(frozen=True)
class Bounds:
    """Lower bounds on epsilon at one delta.

    `clopper_pearson`: no assumption on the mechanism. `zcdp`: for a mechanism that promises zCDP, as ours do, none
    either; rates are turned into rho, and rho into epsilon as the ledger does. `gaussian`: the whole trade-off is that
    of Gaussian noise, as it is for noisy counts. `one_run`: no assumption, and canaries of a run may hang together.
    `mu`: of the Gaussian fit.
    """

    clopper_pearson: float
    zcdp: float
    gaussian: float
    one_run: float
    mu: float

    @property
    def best(self) -> float:
        """Where the noise is Gaussian."""
        return max(self.sure, self.gaussian)

    @property
    def sure(self) -> float:
        """Whatever the noise is."""
        return max(self.clopper_pearson, self.zcdp, self.one_run)


CHOOSING = 0.3  # chance of error by which thresholds are told apart that are alike at the error asked for: few trials
SHARES = {"mu": 0.8, "clopper_pearson": 0.1, "one_run": 0.1}  # of the chance of error; `zcdp` and `gaussian` share mu's


def lower_bounds(trials: Trials, delta: float, error: float) -> Bounds:
    """All bounds, together right but for a chance of `error`. Thresholds come from a quarter of the runs alone.

    Canaries of one run count as independent: exact where each cell has noise of its own, an approximation where a
    model mixes cells (`spread` tells how good). `one_run` does without.
    """
    first, second = trials.split()
    candidates = np.unique(np.quantile(first.scores, np.linspace(0, 1, THRESHOLDS + 2)[1:-1]))

    def chosen(kind: str, worth: Callable[[Rates], float]) -> Rates:
        errors = (SHARES[kind] * error, CHOOSING)
        tried = {float(at): [worth(first.rates(float(at), one)) for one in errors] for at in candidates}
        return second.rates(max(tried, key=tried.__getitem__), SHARES[kind] * error)

    by_mu = chosen("mu", lambda rates: rates.mu)
    return Bounds(
        clopper_pearson=chosen("clopper_pearson", lambda rates: rates.epsilon(delta)).epsilon(delta),
        zcdp=epsilon_of(int(by_mu.rho * NANO), delta),
        gaussian=epsilon_of_mu(by_mu.mu, delta),
        one_run=_one_run(first, second, delta, SHARES["one_run"] * error),
        mu=by_mu.mu,
    )


def at_most(found: int, of: int, error: float) -> float:
    """A chance that is no larger, but for a chance of `error`: Clopper and Pearson 1934, one-sided."""
    from scipy.stats import beta

    return 1.0 if found >= of else float(beta.isf(error, found + 1, of - found))


def at_least(found: int, of: int, error: float) -> float:
    """A chance that is no smaller, but for a chance of `error`."""
    return 1 - at_most(of - found, of, error)


def epsilon_of_mu(mu: float, delta: float) -> float:
    """The least epsilon at which Gaussian noise of this mu is (epsilon, delta)-DP: Balle, Wang 2018, Theorem 8."""
    return _largest(lambda epsilon: gaussian_mu(epsilon, delta) < mu, MOST, 1e-6)


def one_run(canaries: int, guesses: int, right: int, delta: float, error: float) -> float:
    """The bound of Steinke, Nasr, Jagielski 2023, Theorem 5.2: `right` of `guesses` on `canaries` fair coins.

    Several runs on data of their own are one run of a mechanism on all of it, which is (epsilon, delta)-DP as each is.
    """
    return _largest(lambda epsilon: _chance(canaries, guesses, right, epsilon, delta) <= error, MOST, 1e-4)


def _chance(canaries: int, guesses: int, right: int, epsilon: float, delta: float) -> float:
    """At most how likely so many right guesses are under (epsilon, delta)-DP."""
    from scipy.stats import binom

    if not right:
        return 1.0
    coin = 1 / (1 + math.exp(-epsilon))
    near = np.arange(1, right + 1)
    missing = binom.pmf(right - near, guesses, coin).cumsum()  # P[right > Binomial >= right - i]
    return min(1.0, float(binom.sf(right - 1, guesses, coin) + 2 * canaries * delta * np.max(missing / near)))


def _one_run(first: Trials, second: Trials, delta: float, error: float) -> float:
    """Guesses on the highest and the lowest scores; how many, `first` says."""

    def bound(trials: Trials, share: float) -> float:
        low, high = np.quantile(first.scores, [share, 1 - share])
        yes, no = trials.scores >= high, trials.scores < low
        right = int((yes & trials.present).sum() + (no & ~trials.present).sum())
        return one_run(trials.scores.size, int(yes.sum() + no.sum()), right, delta, error)

    shares = (0.5, 0.3, 0.1, 0.03, 0.01)
    return bound(second, max(shares, key=lambda share: bound(first, share)))


def _largest(holds: Callable[[float], bool], high: float, precision: float) -> float:
    """About the largest number below `high` for which `holds`, true up to some point: rounded down."""
    low = 0.0
    while high - low > precision:
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
