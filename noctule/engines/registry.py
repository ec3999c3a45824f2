"""Which synthesizers are offered, and why the others are not."""

from collections.abc import Collection
from typing import Protocol

from noctule.codes import Codes
from noctule.engines.model import Model
from noctule.errors import UsageError
from noctule.mechanisms.tap import NoiseTap


class Engine(Protocol):
    """A DP synthesizer. `fit` spends exactly `nano_rho`, every draw through the tap."""

    name: str

    def fit(
        self,
        codes: Codes,
        domain: dict[str, int],
        *,
        nano_rho: int,
        max_rows: int,
        tap: NoiseTap,
        ordered: Collection[str] = (),
    ) -> Model:
        """A model of `codes` (attribute -> (rows,) codes below `domain[attribute]`) for `nano_rho` nano-rho of zCDP.

        One unit holds at most `max_rows` rows (design.md invariant 5). `ordered` names the attributes whose
        neighbouring codes are neighbouring values, so that an engine may merge them.
        """
        ...


_LATER = ("adaptive", "aim", "dp-ctgan")

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
    """The engine of that name. Raises UsageError for one that comes later, is refused, or is unknown."""
    if name == "mst":
        from noctule.engines.mst import Mst

        return Mst()
    if name in _LATER:
        raise UsageError(f"engine {name!r} is not built yet: it comes next", where="engine.name", fix="use mst")
    if name in _REFUSED:
        raise UsageError(f"engine {name!r} is refused: {_REFUSED[name]}", where="engine.name", fix="use mst")
    raise UsageError(f"there is no engine {name!r}", where="engine.name", fix="use mst, the one offered now")
