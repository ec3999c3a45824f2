"""Noise of numpy in the place of OpenDP's, as a careless change would bring it in."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from noctule.mechanisms.opendp import opendp

Source = Callable[[], Any]
"""Gives a numpy Generator, or the module numpy.random, for one draw."""


class Planted:
    """A measurement of a list of counts, of one count or, with `choice`, of scores; its noise comes from `source`."""

    def __init__(self, source: Source, scale: float, *, choice: bool) -> None:
        self._source, self._scale, self._choice = source, scale, choice

    def __rrshift__(self, space: Any) -> "Planted":
        return self

    def __call__(self, given: Any) -> Any:
        noise = self._source().normal(0, self._scale, np.size(given))
        if self._choice:
            return int(np.argmax(given + noise))
        noisy = (np.rint(noise) + given).astype(np.int64)
        return noisy.tolist() if isinstance(given, list) else int(noisy[0])


def door(source: Source) -> Callable[[], Any]:
    """What stands for `noctule.mechanisms.opendp.opendp` in one of the mechanisms."""
    planted = SimpleNamespace(
        then_gaussian=lambda scale: Planted(source, scale, choice=False),
        then_laplace=lambda scale: Planted(source, scale, choice=False),
        then_noisy_max=lambda _, scale: Planted(source, scale, choice=True),
    )
    return lambda: SimpleNamespace(**vars(opendp()) | {"m": planted})
