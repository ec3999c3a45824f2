"""Attribute inference: one value of a person, guessed from all the others by way of the release."""

import numpy as np
from numpy.typing import NDArray

from noctule.attacks.nearest import nearest
from noctule.attacks.result import Attack, judged, not_measured
from noctule.attacks.trial import Trial
from noctule.evaluation.records import Index, Records

TARGETS = 2_000
TOLERANCE = 0.01  # of a number's public width


def inference(mine: Trial, theirs: Trial) -> Attack:
    """The closest row of the release by the known columns tells the secret one, in anonymeter's manner.

    Every column is the secret of its share of at most 2,000 targets. What holds for everybody (most gains are 0) is
    guessed right in the control as well; only the difference speaks of persons.
    """
    if len(mine.targets.columns) < 2:
        return not_measured("inference", "there is no column to guess from")
    found = [_guessed(trial) for trial in (mine, theirs)]
    return judged("inference", "secrets guessed from the other columns", *found)


def _guessed(trial: Trial) -> NDArray[np.bool_]:
    targets = trial.targets.sample(TARGETS, np.random.default_rng(0))
    columns = trial.targets.columns
    right: list[NDArray[np.bool_]] = []
    for at, secret in enumerate(columns):
        known = [column for column in columns if column != secret]
        asked = targets.take(np.arange(at, targets.rows, len(columns)))
        _, row = nearest(asked.only(known), trial.release.only(known))
        right.append(_same(asked.only([secret]), trial.release.only([secret]), row))
    return np.concatenate(right)


def _same(asked: Records, release: Records, row: Index) -> NDArray[np.bool_]:
    """Whether the release's rows hold the secret; null counts as a value, and every part of a template must be met."""
    codes = (asked.codes == release.codes[:, row]).all(axis=0)
    return codes & (np.abs(asked.places - release.places[:, row]) <= TOLERANCE).all(axis=0)
