"""Which synthesizers are offered, and why the others are not."""

from importlib import import_module
from typing import Protocol

from noctule.counts.source import Counts
from noctule.engines.model import Model
from noctule.engines.prior import Prior
from noctule.engines.shape import Shape
from noctule.errors import UsageError
from noctule.mechanisms.tap import NoiseTap


class Engine(Protocol):
    """A DP synthesizer. `fit` spends exactly `nano_rho`, every draw through the tap."""

    name: str
    remembers: bool  # whether a fit makes use of `prior`; if not, it takes none

    def fit(
        self,
        counts: Counts,
        shape: Shape,
        *,
        nano_rho: int,
        max_rows: int,
        tap: NoiseTap,
        prior: Prior | None = None,
    ) -> Model:
        """A model of the rows behind `counts`, whose domain is that of `shape`, for `nano_rho` nano-rho of zCDP.

        One unit holds at most `max_rows` rows (design.md invariant 5). `prior`: what earlier fits measured. Raises
        DataError on a foreign code, UsageError when the budget is not positive.
        """
        ...


_OFFERED = {
    "adaptive": "noctule.engines.adaptive:Adaptive",
    "mst": "noctule.engines.mst:Mst",
    "aim": "noctule.engines.aim:Aim",
    "dp-ctgan": "noctule.engines.dp_ctgan:DpCtgan",
}

_REFUSED = {
    "mwem": "it reads its domain from the private minimum and maximum and keeps the exact histogram in its model",
    "dpgan": "its batches are not the Poisson samples its accountant assumes, and training overshoots epsilon",
    "dpctgan": "smartnoise's own uses exact category frequencies, overshoots epsilon and keeps the raw rows",
    "patectgan": "it gives no DP at all: one network is trained on all real rows, and sampling reads raw rows again",
    "pategan": "its teachers' votes are drowned in noise, its accounting has known bugs, and audits found leaks",
    "pacsynth": "its wrapper keeps the raw table, and it did not finish on 15 columns",
    "quail": "it releases an accuracy computed on private rows without noise and keeps the raw frame",
}


def engine(name: str) -> Engine:
    """The engine of that name; its module is loaded here. Raises UsageError for one that is refused or unknown."""
    if name in _OFFERED:
        module, _, kind = _OFFERED[name].partition(":")
        return getattr(import_module(module), kind)()
    fix = f"use one of {', '.join(_OFFERED)}"
    if name in _REFUSED:
        raise UsageError(f"engine {name!r} is refused: {_REFUSED[name]}", where="engine.name", fix=fix)
    raise UsageError(f"there is no engine {name!r}", where="engine.name", fix=fix)
