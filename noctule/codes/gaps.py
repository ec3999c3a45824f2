"""Cells that have no code of their own: null, or refused, by the contract's row-wise rules (design.md, invariant 1)."""

import numpy as np
from numpy.typing import NDArray

from noctule.contract.columns import CategoryColumn, ModelledColumn, TemplateColumn
from noctule.errors import DataError

MISSING, OUTSIDE, UNREADABLE = -1, -2, -3  # in place of a code, until `fill_gaps`


def fill_gaps(
    codes: NDArray[np.int32], size: int, column: ModelledColumn, table: str, rows_before: int = 0
) -> NDArray[np.int32]:
    """Put the null code (the last) where a gap is, in place. Raises DataError at the first gap the contract refuses."""
    gaps = codes < 0
    if not gaps.any():
        return codes
    refused = gaps if not column.nullable else (codes == OUTSIDE) & (getattr(column, "outside", None) == "refuse")
    if refused.any():
        row = int(np.argmax(refused))
        what, fix = _words(int(codes[row]), column)
        raise DataError(what, where=f"{table}: column {column.name!r}, row {rows_before + row + 1}", fix=fix)
    codes[gaps] = size - 1
    return codes


def _words(gap: int, column: ModelledColumn) -> tuple[str, str]:
    if gap == MISSING:
        return (
            "the cell is empty or NaN, and the column is not nullable",
            "declare nullable: true, or complete the source",
        )
    if gap == OUTSIDE:
        return "the value lies outside bounds", "widen bounds, or declare outside: clip"
    if isinstance(column, CategoryColumn):
        return "the value is not among categories", "add it to categories, or declare other: true or nullable: true"
    if isinstance(column, TemplateColumn):
        return "the cell does not follow format", "correct format or the source, or declare nullable: true"
    return "the cell is neither a number nor a special code", "declare it under special, or declare nullable: true"
