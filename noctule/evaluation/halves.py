"""What a faithful release would score: one half of the raw rows, held against the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes

SEED = 0


@dataclass(frozen=True)
class Halves:
    """Row numbers of three sets of equal size: `targets` and `rest` part the raw rows, `release` is of the release.

    A metric of the release is taken against `targets`, and so is that of `rest`: fresh rows of the same people, the
    ceiling (or floor) that no release of so many rows is expected to pass. A release of as many rows as the whole
    table has less noise from the sampling of rows than these halves.
    """

    targets: NDArray[np.int64]
    rest: NDArray[np.int64]
    release: NDArray[np.int64]


def halves(raw_rows: int, release_rows: int) -> Halves:
    """Drawn with a fixed seed, each in random order."""
    rng = np.random.default_rng(SEED)
    rows = min(raw_rows // 2, release_rows)
    raw = rng.permutation(raw_rows)
    return Halves(raw[:rows], raw[rows : 2 * rows], rng.permutation(release_rows)[:rows])


def taken(codes: Codes, rows: NDArray[np.int64]) -> Codes:
    return {name: column[rows] for name, column in codes.items()}
