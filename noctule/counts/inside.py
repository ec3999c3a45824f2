"""Codes are what their domain says, or nothing is counted."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.errors import DataError


def require_inside(codes: Mapping[str, NDArray[np.integer[Any]]], domain: Mapping[str, int]) -> None:
    """Refuse codes that the domain does not know, or columns of unequal length. Raises DataError."""
    for attribute, size in domain.items():
        column = codes[attribute]
        if column.size and (column.min() < 0 or column.max() >= size):
            raise foreign(attribute, size)
    if len({codes[attribute].size for attribute in domain}) > 1:
        raise DataError("attributes hold different numbers of rows", fix="encode the whole table at once")


def foreign(attribute: str, size: int) -> DataError:
    """The error for a code, or a null, that is not in the attribute's domain."""
    return DataError(
        f"attribute {attribute!r} holds a code outside its domain of {size}",
        fix="encode the table with the codec of this contract",
    )
