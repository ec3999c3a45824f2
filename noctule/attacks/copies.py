"""Rows of the release that stand in the table: to the last digit, or nearly."""

import numpy as np
from numpy.typing import NDArray

from noctule.attacks.result import Attack, judged
from noctule.attacks.trial import Trial, trials
from noctule.evaluation.records import Records, hashed

QUERIES = 5_000
TOLERANCE = 0.01  # SDMetrics' own


def exact_copies(real: Records, control: Records | None, release: Records) -> Attack:
    """Every row of the release is looked up in the table, by hash: O(rows), and no row is left out.

    With a control, the table is cut to its size, and the same rows are looked up there. Without, the rows of the table
    stand in for rows that it does not hold: how many have a twin among the others.
    """
    what = "rows of the release that stand in the table"
    if control is None:
        ours = real.row_keys()
        _, which, counts = np.unique(ours, return_inverse=True, return_counts=True)
        return judged("exact copies", what, np.isin(release.row_keys(), ours), counts[which] > 1)
    sides = trials(real, control, release, max(real.rows, control.rows, release.rows))
    return judged("exact copies", what, *(np.isin(one.release.row_keys(), one.targets.row_keys()) for one in sides))


def near_copies(mine: Trial, theirs: Trial) -> Attack:
    """SDMetrics' NewRowSynthesis, turned round (1 minus its score): numbers may be 1 % off, nulls match nulls.

    At most 5,000 rows of the release, against all targets.
    """
    found = [matched(_queries(trial.release), trial.targets) for trial in (mine, theirs)]
    return judged("near copies", "rows of the release within 1 % of a target", *found)


def _queries(release: Records) -> Records:
    return release.sample(QUERIES, np.random.default_rng(0))


def matched(queries: Records, targets: Records) -> NDArray[np.bool_]:
    """Which queries have a target with their categories, nulls, and numbers within TOLERANCE of the query's number."""
    ours, theirs = (_alike(one) for one in (queries, targets))
    order = np.argsort(theirs, kind="stable")
    first, last = (np.searchsorted(theirs[order], ours, side) for side in ("left", "right"))
    numbers = np.nan_to_num(targets.numbers[:, order])
    found = last > first
    for query in np.flatnonzero(found):
        number = np.nan_to_num(queries.numbers[:, query, None])
        gaps = np.abs(numbers[:, first[query] : last[query]] - number)
        found[query] = (gaps <= TOLERANCE * np.abs(number)).all(axis=0).any()
    return found


def _alike(rows: Records) -> NDArray[np.uint64]:
    """A hash of the categories and of which numbers are null."""
    return hashed([*rows.codes, *np.isnan(rows.numbers)], rows.rows)
