"""Distance to the closest record."""

import math

import numpy as np

from noctule.attacks.nearest import nearest
from noctule.attacks.result import Attack, compared, not_measured
from noctule.attacks.trial import Trial

QUERIES = 5_000


def closest(mine: Trial, theirs: Trial) -> Attack:
    """Whether rows lie nearer to targets in the attack than in the control, pair by pair; a tie counts half.

    With a control it is the release's own rows, nearer to the table than to the control; without, rows of the release
    and of the other half, in random pairs. References are whole and of equal size, so that the control is 1/2 exactly:
    cutting the table alone, as SDMetrics does, hides copies. At most 5,000 rows ask. A few copies are not seen here.

    Rows that share their closest target decide together: n wins, c of them by each target, count as n^2 / sum(c^2).
    """
    rows = min(mine.release.rows, theirs.release.rows, QUERIES)
    if not rows:
        return not_measured("closest record", "there was nothing to try")
    asking = [trial.release.sample(rows, np.random.default_rng(0)) for trial in (mine, theirs)]
    found = [nearest(one, trial.targets) for one, trial in zip(asking, (mine, theirs), strict=True)]
    (near, this), (far, other) = found
    wins = (near < far) + 0.5 * (near == far)
    deciding = np.bincount(np.where(near < far, this, mine.targets.rows + other))
    tries = max(1, round(rows**2 / int((deciding**2).sum())))
    return compared("closest record", "rows nearer to a target", float(wins.mean()), tries, 0.5, math.inf)
