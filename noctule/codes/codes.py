"""The table as small integers over the contract's domain, and what every column's codec offers."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Codes = dict[str, NDArray[np.int32]]
"""Attribute name -> codes in [0, size), all of equal length (rows)."""


@dataclass(frozen=True)
class Attribute:
    """One coded variable: codes 0..size-1.

    `ordered` says that the codes of bins, which come first, rise with the value. The codes of atoms,
    of special values and of null (always the last, only when the column is nullable) follow them.
    """

    name: str
    size: int
    column: str
    ordered: bool


class ColumnCodec(Protocol):
    """One modelled column. A pure function of the contract, hence public."""

    @property
    def attributes(self) -> tuple[Attribute, ...]: ...

    def encode(self, array: pa.Array) -> Codes:
        """Codes of each cell; the first attribute marks cells without one by the gaps of `gaps.py`."""
        ...

    def decode(self, codes: Codes, rng: np.random.Generator) -> pa.Array:
        """One cell per row, of the column's Arrow type or a dictionary of it."""
        ...

    def values(self) -> pa.Array | None:
        """Every value that `decode` can give, null aside; None when they are too many to list."""
        ...
