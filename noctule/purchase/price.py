"""What a refit costs, and which part of it each column's purchase gets: public, from the contract alone.

The shares were set on public data (Adult, NIST) and by formula: see `docs/contract.md`, "What a purchase costs".
"""

from dataclasses import dataclass

import numpy as np

from noctule.codes.codec import column_codec
from noctule.codes.grid_axis import GridAxis
from noctule.codes.numeric import TextNumberCodec
from noctule.codes.scalar import ScalarCodec
from noctule.contract import Contract
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import ModelledColumn, NumericColumn, OpenColumn
from noctule.mechanisms.accounting import rho_of

ATTO = 10**18
DELTA_PART = 1000  # one part of delta buys all thresholded releases of a refit; a year of nights uses a third of it
ATOMS, ALL_ATOMS = 0.008, 0.04  # share of rho for one column's atoms, and at most for those of all columns
OPEN, ALL_OPEN = 0.01, 0.15  # the same for columns whose whole domain is bought
LEAST = 20  # nano-rho; its smallest draw is a tenth of it


@dataclass(frozen=True)
class Charge:
    """A refit is (atto_delta / 10^18)-approximately (nano_rho / 10^9)-zCDP (Bun and Steinke 2016, Definition 8.1)."""

    nano_rho: int
    atto_delta: int

    @property
    def delta(self) -> float:
        return self.atto_delta / ATTO


def charge(contract: Contract) -> Charge:
    """What (epsilon, delta) of the contract allows: a thresholded release's delta is taken off before rho is drawn.

    A mechanism that is d-approximately rho-zCDP is (epsilon, d + (1 - d) d')-DP when rho-zCDP implies (epsilon, d').
    """
    privacy = contract.privacy
    atto = round(privacy.delta * ATTO) // DELTA_PART if any(map(thresholded, shopping(contract))) else 0
    return Charge(rho_of(privacy.epsilon, privacy.delta - atto / ATTO), atto)


def shopping(contract: Contract) -> list[NumericColumn | OpenColumn]:
    """The columns that something is bought for, in contract order."""
    return [c for c in contract.modelled if isinstance(c, OpenColumn) or (isinstance(c, NumericColumn) and _coarse(c))]


def thresholded(column: ModelledColumn) -> bool:
    """Whether single values of the column are released by a threshold: of dates, only years are bought."""
    return not (isinstance(column, OpenColumn) and column.type in ("date", "datetime"))


def shares(contract: Contract, nano_rho: int) -> dict[str, int]:
    """Column name -> nano-rho of its purchase, out of the refit's `nano_rho`."""
    bought = shopping(contract)
    open_ones = sum(isinstance(column, OpenColumn) for column in bought)
    atoms = min(ATOMS, ALL_ATOMS / max(len(bought) - open_ones, 1))
    whole = min(OPEN, ALL_OPEN / max(open_ones, 1))
    return {c.name: int(nano_rho * (whole if isinstance(c, OpenColumn) else atoms)) for c in bought}


def affordable(contract: Contract) -> bool:
    """Whether each purchase gets so much that its parts are not rounded to nothing."""
    return all(nano_rho >= LEAST for nano_rho in shares(contract, charge(contract).nano_rho).values())


def _coarse(column: NumericColumn) -> bool:
    """Atoms are to be found, and a bin holds more than one value, so that an atom could hide in it."""
    if column.atoms != "auto":
        return False
    codec = column_codec(column, arrow_type(column))
    assert isinstance(codec, ScalarCodec | TextNumberCodec)
    return not isinstance(codec.axis, GridAxis) or bool((np.diff(codec.axis.free) > 1).any())
