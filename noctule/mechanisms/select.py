"""Private selection of the best of several candidates, by OpenDP's noisy max."""

import numpy as np
from numpy.typing import NDArray

from noctule.mechanisms.opendp import opendp
from noctule.mechanisms.tap import Draw, NoiseTap


def noisy_max(scores: NDArray[np.float64], *, epsilon: float, sensitivity: float, tap: NoiseTap) -> int:
    """Index of a high score: the exponential mechanism, P(i) proportional to exp(epsilon scores[i] / (2 sensitivity)).

    `sensitivity` is how much one unit can change any single score (design.md invariant 5). Gumbel noise of scale
    2 sensitivity / epsilon makes it epsilon-DP with bounded range, hence rho = epsilon^2 / 8 zCDP (Cesar and Rogers
    2021, Lemma 3.2), written to the tap. Raises ValueError when there is no score, a score is not finite, or
    epsilon or sensitivity is not positive and finite.
    """
    if not (np.isfinite([epsilon, sensitivity]).all() and epsilon > 0 and sensitivity > 0):
        raise ValueError("epsilon and sensitivity must be positive and finite")
    if scores.ndim != 1 or not scores.size or not np.isfinite(scores).all():
        raise ValueError("scores must be a non-empty vector of finite numbers")
    dp = opendp()
    space = dp.vector_domain(dp.atom_domain(T=float, nan=False)), dp.linf_distance(T=float)
    scale = 2 * sensitivity / epsilon
    measurement = space >> dp.m.then_noisy_max(dp.zero_concentrated_divergence(), scale=scale)
    tap.record(Draw("noisy_max", sensitivity, scale, epsilon**2 / 8))
    return int(measurement(scores.tolist()))
