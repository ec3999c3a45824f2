"""The noise tap: every draw of noise on raw counts passes here, and their sum must equal the charge.

The tap trusts the sensitivity it is told, so it catches a forgotten or doubled draw and a budget that was not
split, not a wrong sensitivity (research: privacy.md section 4).
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from noctule.errors import LedgerError


@dataclass(frozen=True)
class Draw:
    """One use of a mechanism. `rho` is its zCDP cost; `sensitivity` and `scale` are those it was drawn with.

    `delta` is not 0 where the mechanism is only delta-approximately rho-zCDP (Bun and Steinke 2016, Definition 8.1).
    """

    mechanism: str
    sensitivity: float
    scale: float
    rho: float
    delta: float = 0.0


@dataclass
class NoiseTap:
    """The draws of one charge, in order."""

    draws: list[Draw] = field(default_factory=list[Draw])

    def record(self, draw: Draw) -> None:
        """Note a draw before its noise is drawn, so that a crash in between over-counts. Raises LedgerError."""
        if not (math.isfinite(draw.rho) and draw.rho >= 0 and 0 <= draw.delta < 1):
            raise LedgerError(
                f"a draw of {draw.mechanism} has no finite privacy cost", fix="report this; nothing may be released"
            )
        self.draws.append(draw)

    @property
    def nano_rho(self) -> int:
        """Sum of all draws in nano-rho, rounded up; a thousandth of a nano-rho is float noise, not money."""
        return math.ceil(math.fsum(draw.rho for draw in self.draws) * 1e9 - 1e-3)

    @property
    def delta(self) -> float:
        """Sum of the draws' approximate parts, which add up as rho does (Bun and Steinke 2016, Lemma 8.2)."""
        return math.fsum(draw.delta for draw in self.draws)

    def events(self) -> list[dict[str, Any]]:
        """The draws as plain JSON, for the receipt and the ledger."""
        return [asdict(draw) for draw in self.draws]

    def require_equal(self, nano_rho: int, atto_delta: int = 0) -> None:
        """Refuse unless the draws sum to exactly `nano_rho`, and to no more than `atto_delta`. Raises LedgerError."""
        if self.nano_rho != nano_rho:
            raise LedgerError(
                f"the noise drawn costs {self.nano_rho} nano-rho, the charge was {nano_rho}",
                fix="do not release this fit: an engine splits its budget wrongly; report it with the receipt's draws",
            )
        if self.delta > atto_delta * 1e-18 * (1 + 1e-9):  # float noise, not money
            raise LedgerError(
                f"the draws may fail with probability {self.delta:.3g}, the charge allows {atto_delta * 1e-18:.3g}",
                fix="do not release this fit: a thresholded draw was given the wrong delta; report it",
            )
