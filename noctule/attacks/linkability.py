"""Linkability: two halves of a person's record, found to belong together by way of the release."""

import numpy as np
from numpy.typing import NDArray

from noctule.attacks.nearest import nearest
from noctule.attacks.result import Attack, judged, not_measured
from noctule.attacks.trial import Trial

TARGETS = 2_000


def linkability(mine: Trial, theirs: Trial) -> Attack:
    """The attacker knows every second column from one source and the others from another, in anonymeter's manner.

    A target is linked when the same row of the release is the closest to both halves. At most 2,000 targets.
    """
    if len(mine.targets.columns) < 2:
        return not_measured("linkability", "one column cannot be split")
    found = [_linked(trial) for trial in (mine, theirs)]
    return judged("linkability", "targets whose two halves lead to one row", *found)


def _linked(trial: Trial) -> NDArray[np.bool_]:
    targets = trial.targets.sample(TARGETS, np.random.default_rng(0))
    columns = trial.targets.columns
    left, right = (nearest(targets.only(half), trial.release.only(half))[1] for half in (columns[::2], columns[1::2]))
    return left == right
