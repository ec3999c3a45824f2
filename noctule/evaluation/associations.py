"""Whether the columns that go together in the table do so in the release. Internal tier."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts import Clique, batches
from noctule.counts.marginals import marginals
from noctule.evaluation.halves import Halves, taken
from noctule.evaluation.records import Records

MOST_ROWS = 20_000  # of a side, for rank correlations: each is then within 0.014 of its value for all rows (95 %)

Matrix = NDArray[np.float64]


def associations(
    real: Codes, synthetic: Codes, domain: dict[str, int], ours: Records, theirs: Records, parts: Halves
) -> dict[str, Any]:
    """Mean differences of the strength of pairs, at equal sizes, each beside that of fresh real rows (`halves`).

    `cramers_v`, `worst_pair`, `worst_difference`: over all pairs of attributes, on codes. `spearman`: over all pairs
    of numbers and times, on at most 20,000 rows of a side; None where there is none.
    """
    targets, rest, release = (
        cramers_v(side, domain)
        for side in (taken(real, parts.targets), taken(real, parts.rest), taken(synthetic, parts.release))
    )
    apart = {pair: abs(release[pair] - targets[pair]) for pair in targets}
    worst = max(apart, key=lambda pair: apart[pair], default=None)
    ranks = [
        spearman(side.take(rows[:MOST_ROWS]))
        for side, rows in ((ours, parts.targets), (ours, parts.rest), (theirs, parts.release))
    ]
    return {
        "cramers_v": _mean(np.array(list(apart.values()))),
        "cramers_v_fresh_rows": _mean(np.array([abs(rest[pair] - targets[pair]) for pair in targets])),
        "worst_pair": None if worst is None else list(worst),
        "worst_difference": None if worst is None else apart[worst],
        "spearman": _mean(np.abs(ranks[2] - ranks[0])),
        "spearman_fresh_rows": _mean(np.abs(ranks[1] - ranks[0])),
    }


def cramers_v(codes: Codes, domain: dict[str, int]) -> dict[Clique, float]:
    """Cramér's V of every pair of attributes, in [0, 1] (Cramér 1946); 0 where one of them has a single value.

    Its bias upwards in sparse tables is not corrected: tables of equal size share it.
    """
    found: dict[Clique, float] = {}
    for cliques in batches(combinations(domain, 2), domain):
        found |= {clique: _v(counts) for clique, counts in marginals(codes, cliques, domain).items()}
    return found


def _v(counts: NDArray[np.int64]) -> float:
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    least = min(counts.shape) - 1
    if least < 1:
        return 0.0
    total = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    chi2 = (np.square(counts - expected) / expected).sum()
    return float(np.sqrt(chi2 / (total * least)))


def spearman(rows: Records) -> Matrix:
    """Rank correlation of each pair of numbers over the rows that have both, shape (pairs,); NaN where undefined."""
    import pandas as pd

    matrix = pd.DataFrame(rows.numbers.T).corr("spearman").to_numpy()
    return matrix[np.triu_indices(len(matrix), k=1)]


def _mean(differences: Matrix) -> float | None:
    defined = differences[~np.isnan(differences)]
    return float(defined.mean()) if len(defined) else None
