"""Intervals and verdicts."""

import math

import numpy as np
import pytest

from noctule.attacks.result import Z95, compared, judged, newcombe, wilson


def test_intervals_as_published() -> None:
    """Newcombe 1998: Statistics in Medicine 17, 873-890, table II, method 10; and 857-872 for a single share."""
    assert newcombe(56 / 70, 70, 48 / 80, 80, Z95) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert newcombe(0 / 10, 10, 0 / 20, 20, Z95) == pytest.approx((-0.1611, 0.2775), abs=1e-4)
    assert wilson(81 / 263, 263, Z95) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0.5, math.inf, Z95) == (0.5, 0.5)


def test_the_verdict_asks_for_more_than_the_interval() -> None:
    assert compared("a", "rows", 0.50, 1_000, 0.10, 1_000).verdict == "alarm"
    assert compared("a", "rows", 0.14, 1_000, 0.10, 1_000).verdict == "unclear"
    assert compared("a", "rows", 0.12, 1_000, 0.10, 1_000).verdict == "nothing found"
    assert compared("a", "rows", 0.01, 1_000, 0.50, 1_000).verdict == "nothing found"


def test_chance_alone_seldom_alarms() -> None:
    """4,000 pairs of equal shares; an alarm is three standard errors on one side, 0.13 % of them, so about 5. More
    than 16 (0.4 %) by chance: under 1e-4.
    """
    rng = np.random.default_rng(0)
    drawn = rng.binomial(2_000, 0.1, (4_000, 2)) / 2_000
    found = [compared("a", "rows", float(a), 2_000, float(b), 2_000) for a, b in drawn]
    assert sum(one.verdict == "alarm" for one in found) <= 16
    inside = np.mean([one.low <= 0 <= one.high for one in found])  # type: ignore[operator]
    assert inside == pytest.approx(0.95, abs=0.02)


def test_nothing_tried_is_not_nothing_found() -> None:
    none = np.zeros(0, np.bool_)
    found = judged("a", "rows", none, np.ones(5, np.bool_))
    assert found.verdict == "not measured" and found.rate is None and found.tries == 0
