"""Whether the noise can be foretold, from noise itself: every primitive is drawn from before a fit reads a row.

A seeded source shows in one of two ways. Drawn twice, with the global seeds of Python and numpy set alike before both,
it gives the same: a generator made anew for each call, or a global one. Or it gives what an earlier fit noted: a
generator made once with a fixed seed, which a fresh process begins again; the second fit finds it, not the first.

A false alarm needs two equal probes of one primitive. With `SCALE` the likeliest integer noise has a probability of at
most 2^-20, and equal pairs of NUMBERS of them at most 2^-160; noisy max draws one of PLACES at random CALLS times:
2^-100. Against a million earlier fits that is 2^-80, below 10^-24.

No draw here sees a row, so none is charged and none reaches the tap of a fit.
"""

import hashlib
import json
import random
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import numpy as np

from noctule.errors import CertificateError
from noctule.mechanisms import gaussian, select, sparse_vector, threshold
from noctule.mechanisms.tap import NoiseTap

SCALE, NUMBERS = 2.0**20, 8
PLACES, CALLS = 1024, 10
SEED = 1


def _gaussian() -> list[int]:
    zeros = np.zeros(NUMBERS, np.int64)
    return gaussian.discrete_gaussian(zeros, scale=SCALE, sensitivity=1.0, tap=NoiseTap()).tolist()


def _noisy_max() -> list[int]:
    level = np.zeros(PLACES)
    return [select.noisy_max(level, epsilon=1.0, sensitivity=1.0, tap=NoiseTap()) for _ in range(CALLS)]


def _laplace() -> list[int]:
    return [sparse_vector.discrete_laplace(SCALE) for _ in range(NUMBERS)]


def _threshold() -> list[list[int]]:
    high = np.full(NUMBERS, 2**40)  # far above the threshold, so that every noisy count comes out
    return sorted(map(list, threshold.thresholded(high, scale=SCALE, delta=1e-9, max_rows=1, tap=NoiseTap()).items()))


PRIMITIVES: dict[str, Callable[[], Any]] = {
    "discrete_gaussian": _gaussian,
    "discrete_laplace": _laplace,
    "gaussian_threshold": _threshold,
    "noisy_max": _noisy_max,
}
"""Every way in which noise is drawn; `sparse_vector` at the tap is discrete Laplace noise."""


def probe(earlier: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Facts of the noise for a receipt: library, its version, and a digest of the noise that each primitive gave.

    `earlier`: what earlier fits noted. Raises CertificateError when a primitive repeats itself, or one of them.
    """
    with _seeds_set_aside() as set_seeds:
        set_seeds()
        first = {name: _digest(draw()) for name, draw in PRIMITIVES.items()}
        set_seeds()
        second = {name: _digest(draw()) for name, draw in PRIMITIVES.items()}
    known = {(name, digest) for noted in earlier for name, digest in noted.get("probe", {}).items()}
    if seeded := [name for name in first if first[name] == second[name] or (name, first[name]) in known]:
        raise CertificateError(
            f"the noise of {', '.join(seeded)} repeats itself, so it can be foretold; nothing was read or charged",
            where="noise",
            fix="take out the seed; noise must come from the operating system's secure source",
        )
    return {"library": "opendp", "version": version("opendp"), "probe": first}


@contextmanager
def _seeds_set_aside() -> Generator[Callable[[], None]]:
    """A function that sets both global generators to a fixed state; afterwards they go on as if nothing had been."""
    before = random.getstate(), np.random.get_state()

    def set_seeds() -> None:
        random.seed(SEED)
        np.random.seed(SEED)

    try:
        yield set_seeds
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def _digest(noise: Any) -> str:
    return hashlib.sha256(json.dumps(noise).encode()).hexdigest()
