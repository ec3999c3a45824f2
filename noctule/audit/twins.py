"""Two copies of one process must draw different noise: a seed shows, and so does any generator in memory."""

import json
import os
from collections.abc import Callable

import numpy as np

from noctule.engines.purse import Purse
from noctule.mechanisms import dp_sgd, sparse_vector, threshold
from noctule.mechanisms.tap import NoiseTap

# Every draw below is of so much noise that two are equal by chance with a probability below 1e-30.
VALUES, WIDE = 64, 1e-8  # numbers in a draw; rho of a draw, so that its noise spreads over thousands


def seeded() -> list[str]:
    """The kinds of noise that came out alike in two forks of this process."""
    return [kind for kind, draw in DRAWS.items() if _forked(draw) == _forked(draw)]


def _forked(draw: Callable[[], list[float]]) -> bytes:
    """What `draw` gives in a copy of this process, which ends at once; the copy runs nothing else of ours."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, json.dumps(draw()).encode())  # far below what a pipe holds
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        drawn = said.read()
    os.waitpid(child, 0)
    if not drawn:
        raise RuntimeError("a fork could not draw noise")
    return drawn


def _purse() -> Purse:
    return Purse(1.0, 1, NoiseTap())


def _counts() -> list[float]:
    return _purse().measure((), np.full(VALUES, 10**6), WIDE, fine=True).counts.tolist()


def _choices() -> list[float]:
    return [_purse().choose(np.zeros(VALUES), 1.0, WIDE) for _ in range(VALUES)]


def _gradients() -> list[float]:
    return dp_sgd.noisy_sum(np.zeros(VALUES), rows=1, bound=1.0, max_rows=1, rho=WIDE, tap=NoiseTap()).tolist()


def _thresholds() -> list[float]:
    heavy = np.full(VALUES, 10**9, np.int64)
    return list(threshold.thresholded(heavy, scale=1e4, delta=1e-6, max_rows=1, tap=NoiseTap()).values())


def _questions() -> list[float]:
    return [sparse_vector.discrete_laplace(1e6) for _ in range(VALUES)]


DRAWS: dict[str, Callable[[], list[float]]] = {
    "discrete Gaussian": _counts,
    "noisy max": _choices,
    "noisy gradients": _gradients,
    "thresholded release": _thresholds,
    "discrete Laplace": _questions,
}
