"""Singling out: a description, read off the release, that fits exactly one person."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from noctule.attacks.result import Attack, judged
from noctule.attacks.trial import Trial
from noctule.evaluation.records import Index, Records

GUESSES = 1_000
TRIED = 10 * GUESSES
ATTRIBUTES = 6

Mask = NDArray[np.bool_]
Condition = Callable[[Records, Index | slice], Mask]
Description = list[Condition]


def singling_out(mine: Trial, theirs: Trial) -> Attack:
    """Conjunctions of six attributes, in the manner of anonymeter (Giomi, Boenisch, Wehmeyer and Tasnádi 2023).

    A description takes the values of one row of the release: its categories, and "at least" or "at most" for numbers,
    away from the median. It is used when it fits that row alone in the release, and succeeds when it fits exactly one
    target. At most 1,000 descriptions. How many rows there are matters: both sides have as many.
    """
    found = [_singled_out(trial) for trial in (mine, theirs)]
    return judged("singling out", "descriptions that fit one target alone", *found)


def _singled_out(trial: Trial) -> Mask:
    rng = np.random.default_rng(0)
    fits: list[bool] = []
    for _ in range(TRIED):
        said = _description(trial.release, rng)
        if _fitting(said, trial.release) == 1:
            fits.append(_fitting(said, trial.targets) == 1)
        if len(fits) == GUESSES:
            break
    return np.array(fits, np.bool_)


def _fitting(said: Description, rows: Records) -> int:
    """How many rows the description fits."""
    first, *others = said
    left = np.flatnonzero(first(rows, slice(None)))
    for condition in others:
        left = left[condition(rows, left)]
    return len(left)


def _description(release: Records, rng: np.random.Generator) -> Description:
    row = int(rng.integers(release.rows))
    many = len(release.owners)
    chosen = rng.choice(many, min(ATTRIBUTES, many), replace=False)
    return [_condition(release, int(attribute), row) for attribute in chosen]


def _condition(release: Records, attribute: int, row: int) -> Condition:
    if attribute < len(release.codes):
        code = release.codes[attribute, row]
        return lambda rows, at: rows.codes[attribute, at] == code
    number = attribute - len(release.codes)
    value = release.numbers[number, row]
    if np.isnan(value):
        return lambda rows, at: np.isnan(rows.numbers[number, at])
    if value > release.medians[number]:
        return lambda rows, at: rows.numbers[number, at] >= value
    return lambda rows, at: rows.numbers[number, at] <= value
