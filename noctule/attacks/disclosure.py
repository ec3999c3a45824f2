"""Disclosure by matching: the declared targets of people whose other columns stand in the release."""

import numpy as np
from numpy.typing import NDArray

from noctule.attacks.result import Attack, judged, not_measured
from noctule.attacks.trial import Trial
from noctule.evaluation.records import Records, hashed

BINS = 10  # SDMetrics' own


def disclosure(mine: Trial, theirs: Trial, targets: list[str]) -> Attack:
    """SDMetrics' DisclosureProtection with its method `zero_cap` (1 minus its `cap_protection`), on all rows.

    The correct attribution probability (Elliot 2014): of the release's rows that share a target's other columns, with
    numbers in ten equal bins of their public bounds, the share that have its sensitive ones; 0 where none matches.
    """
    known = [column for column in mine.targets.columns if column not in targets]
    if not targets or not known:
        return not_measured("disclosure", "the contract declares no target, or nothing beside it")
    found = [attributed(trial, known, targets) for trial in (mine, theirs)]
    return judged("disclosure", f"probability of {', '.join(targets)} where all else matches", *found)


def attributed(trial: Trial, known: list[str], sensitive: list[str]) -> NDArray[np.float64]:
    """The probability for each target, shape (targets,)."""
    keys, whole = ([_binned(rows.only(columns)) for rows in (trial.release, trial.targets)]
                   for columns in (known, known + sensitive))  # fmt: skip
    matches, right = (_count(*pair) for pair in (keys, whole))
    return right / np.maximum(matches, 1)


def _binned(rows: Records) -> NDArray[np.uint64]:
    return hashed([*rows.codes, *rows.binned(BINS)], rows.rows)


def _count(release: NDArray[np.uint64], targets: NDArray[np.uint64]) -> NDArray[np.int64]:
    """How many rows of the release have each target's key."""
    keys, counts = np.unique(release, return_counts=True)
    at = np.minimum(np.searchsorted(keys, targets), len(keys) - 1)
    return np.where(keys[at] == targets, counts[at], 0)
