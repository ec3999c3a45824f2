"""The discrete Gaussian on integer counts, by OpenDP: noise on the value itself, never added in floats."""

import numpy as np
from numpy.typing import NDArray

from noctule.mechanisms.opendp import opendp
from noctule.mechanisms.tap import Draw, NoiseTap


def discrete_gaussian(
    values: NDArray[np.int64], *, scale: float, sensitivity: float, tap: NoiseTap
) -> NDArray[np.int64]:
    """The counts plus independent discrete Gaussian noise of parameter `scale` (in counts) per cell; same shape.

    `sensitivity` is the L2 sensitivity of the whole array to one unit (design.md invariant 5). The cost is
    rho = sensitivity^2 / (2 scale^2) zCDP (Canonne, Kamath and Steinke 2020, Theorem 4), written to the tap.
    Raises ValueError when scale or sensitivity is not positive and finite, or values are not integers.
    """
    _require_positive(scale, sensitivity)
    if values.dtype.kind not in "iu":
        raise ValueError("the discrete Gaussian takes integer counts")
    dp = opendp()
    space = dp.vector_domain(dp.atom_domain(T=dp.i64)), dp.l2_distance(T=float)
    measurement = space >> dp.m.then_gaussian(scale=scale)
    tap.record(Draw("discrete_gaussian", sensitivity, scale, sensitivity**2 / (2 * scale**2)))
    return np.array(measurement(values.ravel().tolist()), dtype=np.int64).reshape(values.shape)


def _require_positive(*numbers: float) -> None:
    if not all(np.isfinite(number) and number > 0 for number in numbers):
        raise ValueError("scale and sensitivity must be positive and finite")
