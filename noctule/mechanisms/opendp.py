"""The one door to OpenDP: its `contrib` features are enabled here and nowhere else."""

from functools import cache
from typing import Any


@cache
def opendp() -> Any:
    """`opendp.prelude`, imported on first use, with the vetted-in-progress (`contrib`) features enabled.

    The discrete Gaussian and noisy max are `contrib`: their proofs are published, their review is not finished.
    OpenDP draws from the operating system's secure source; it has no seed.
    """
    from opendp import prelude

    library: Any = prelude
    library.enable_features("contrib")
    return library
