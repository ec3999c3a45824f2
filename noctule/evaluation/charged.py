"""The fidelity score that a gate may use: a DP mean TVD over a public workload, paid from the night's budget."""

from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np

from noctule.counts import Clique, Counts, batches
from noctule.errors import NoctuleError
from noctule.mechanisms.accounting import NANO
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import NoiseTap


@dataclass(frozen=True)
class ChargedScore:
    """Tier `charged`. `tvd2` in [0, 1] (0 is perfect), plus or minus `error95` of noise, over `pairs` cliques."""

    tvd2: float
    error95: float
    pairs: int


def workload(domain: dict[str, int]) -> list[Clique]:
    """The public workload: every pair of attributes, or the one attribute of a table that has no pair."""
    return list(combinations(domain, 2)) or [tuple(domain)]


def charged_tvd2(
    real: Counts, synthetic: Counts, *, rows: float, nano_rho: int, max_rows: int, tap: NoiseTap
) -> ChargedScore:
    """DP mean 2-way TVD between the real rows and one synthetic sample of `round(rows)` rows.

    S = sum over the workload of the L1 distance between the integer histograms of both sides. `rows` is the model's
    noisy total and the sample is drawn from the model, so both are public and fixed. A unit has at most `max_rows`
    rows, and a row stands in one cell of each histogram: by the triangle inequality, adding or removing one unit
    (design.md invariant 5) moves S by at most max_rows * pairs. S takes one discrete Gaussian draw of
    scale = sensitivity / sqrt(2 rho) (Canonne, Kamath, Steinke 2020, Thm. 4), and
    tvd2 = S_noisy / (2 * pairs * rows), clamped to [0, 1]; error95 = 1.96 * scale / (2 * pairs * rows), noise alone.

    The exact number of real rows n never enters but through S. Where n differs from r = round(rows), the score is
    1/2 * sum |counts_real - counts_synthetic| / r: it charges the missing or surplus rows as misfit too, and lies
    within |n - r| / (2 r) of the mean TVD of the shares (0.1 % when the noisy total is 0.2 % off).

    Raises NoctuleError when the sample does not have round(rows) rows, or nothing was allotted to pay with.
    """
    total = round(rows)
    if total < 1 or nano_rho <= 0:
        fix = "score a model of at least one row, with a share of rho above 0"
        raise NoctuleError("there are no rows to score, or no budget was allotted", where="charged score", fix=fix)
    pairs = len(workload(real.domain))
    distance = total_distance(real, synthetic, total)
    sensitivity = float(max_rows * pairs)  # design.md invariant 5
    scale = sensitivity / sqrt(2 * nano_rho / NANO)
    noisy = discrete_gaussian(np.array([distance], np.int64), scale=scale, sensitivity=sensitivity, tap=tap)[0]
    most = 2 * pairs * total  # S of two tables of `total` rows that share no cell
    return ChargedScore(tvd2=min(max(float(noisy) / most, 0.0), 1.0), error95=1.96 * scale / most, pairs=pairs)


def total_distance(real: Counts, synthetic: Counts, total: int) -> int:
    """S: the L1 distance between the histograms of both sides in rows, summed over the workload. Raw until noised.

    Raises NoctuleError when `synthetic` does not have `total` rows.
    """
    distance = 0
    for cliques in batches(workload(real.domain), real.domain):
        ours, theirs = real.marginals(cliques), synthetic.marginals(cliques)
        if (sampled := int(theirs[cliques[0]].sum())) != total:
            what = f"the synthetic sample has {sampled} rows, the model's noisy total is {total}"
            raise NoctuleError(what, where="charged score", fix="sample round(model.total) rows for the score")
        distance += sum(int(np.abs(ours[clique] - theirs[clique]).sum()) for clique in cliques)
    return distance
