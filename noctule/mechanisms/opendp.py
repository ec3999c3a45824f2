"""The one door to OpenDP: its `contrib` features are enabled here and nowhere else."""

from functools import cache
from types import SimpleNamespace
from typing import Any


@cache
def opendp() -> Any:
    """The part of `opendp.prelude` that Noctule uses, imported on first use, with the `contrib` features enabled.

    The prelude itself imports scikit-learn, over a CPU second. The discrete Gaussian and noisy max are `contrib`: their
    proofs are published, their review is not finished. OpenDP draws from the operating system's secure source; it has
    no seed.
    """
    from opendp import domains, measurements, measures, metrics, mod, typing

    mod.enable_features("contrib")
    names = vars(typing) | vars(domains) | vars(metrics) | vars(measures)
    return SimpleNamespace(**names | {"m": measurements})
