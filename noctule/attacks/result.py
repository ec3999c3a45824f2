"""What an attack found, in figures and in a word."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["alarm", "unclear", "nothing found", "not measured"]
Scores = NDArray[np.floating[Any]] | NDArray[np.bool_]

Z95, Z_ALARM = 1.96, 3.0  # at 3, chance raises an alarm in about 1 of 100 nights of eight attacks


@dataclass(frozen=True)
class Attack:
    """Internal tier. `rate`: share of the `tries` that succeed; `control`: the same where there is nothing to remember.

    `low`, `high`: 95 % interval of rate - control. All None, with the reason in `sentence`, where not measured.
    """

    name: str
    rate: float | None
    control: float | None
    low: float | None
    high: float | None
    tries: int
    verdict: Verdict
    sentence: str


def judged(name: str, what: str, mine: Scores, theirs: Scores) -> Attack:
    """The attack's successes held against the control's, each a score in [0, 1] a try; `what` says what succeeds.

    The interval is Newcombe's hybrid of two Wilson intervals (Newcombe 1998, method 10); for scores between 0 and 1 it
    is wider than need be. Tries count as independent, which is only nearly so where a release repeats its rows.
    """
    if not len(mine) or not len(theirs):
        return not_measured(name, "there was nothing to try")
    return compared(name, what, float(mine.mean()), len(mine), float(theirs.mean()), len(theirs))


def compared(name: str, what: str, rate: float, tries: int, control: float, control_tries: float) -> Attack:
    """As `judged`, from the mean scores; `control_tries` is infinite where the control is known."""
    low, high = newcombe(rate, tries, control, control_tries, Z95)
    alarm = newcombe(rate, tries, control, control_tries, Z_ALARM)[0] > 0
    verdict: Verdict = "alarm" if alarm else "unclear" if low > 0 else "nothing found"
    figures = f"{rate:.2%}, control {control:.2%}, difference {low:+.2%} to {high:+.2%}"
    return Attack(name, rate, control, low, high, tries, verdict, f"{what}: {figures}")


def not_measured(name: str, why: str) -> Attack:
    return Attack(name, None, None, None, None, 0, "not measured", why)


def newcombe(a: float, a_tries: float, b: float, b_tries: float, z: float) -> tuple[float, float]:
    """Interval of a - b, at `z` standard errors of the normal distribution."""
    (a_low, a_high), (b_low, b_high) = wilson(a, a_tries, z), wilson(b, b_tries, z)
    return a - b - math.hypot(a - a_low, b_high - b), a - b + math.hypot(a_high - a, b - b_low)


def wilson(share: float, tries: float, z: float) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927)."""
    if math.isinf(tries):
        return share, share
    spread = z * math.sqrt(share * (1 - share) / tries + (z / tries) ** 2 / 4)
    middle, scale = share + z * z / (2 * tries), 1 + z * z / tries
    return (middle - spread) / scale, (middle + spread) / scale
