"""Rare people: whether the release has a row beside them where the table has none."""

import numpy as np
from numpy.typing import NDArray

from noctule.attacks.nearest import nearest
from noctule.attacks.result import Attack, judged
from noctule.attacks.trial import Trial
from noctule.evaluation.records import Index, Records

MOST, SHARE = 500, 0.05  # of the targets
BINS = 10


def outliers(mine: Trial, theirs: Trial) -> Attack:
    """The 500 rarest targets (5 % at most) that are nearer, by half, to the release than to any other target.

    Copies of a few people are hidden among all rows; they show among the people whom an attacker would choose.
    """
    found = [_betrayed(trial) for trial in (mine, theirs)]
    return judged("rare people", "rare targets that the release has a row beside", *found)


def _betrayed(trial: Trial) -> NDArray[np.bool_]:
    rare = rarest(trial.targets, min(MOST, int(SHARE * trial.targets.rows)))
    chosen = trial.targets.take(rare)
    alone, _ = nearest(chosen, trial.targets, own=rare)
    return nearest(chosen, trial.release)[0] < alone / 2


def rarest(rows: Records, count: int) -> Index:
    """The rows whose values are rarest, each column by itself: the largest sum of -log of the values' shares."""
    surprise = np.zeros(rows.rows)
    for codes in (*rows.codes, *rows.binned(BINS)):
        counts = np.bincount(codes)
        surprise -= np.log(counts[codes] / rows.rows)
    return np.argsort(-surprise, kind="stable")[:count]
