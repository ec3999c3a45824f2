"""Atoms: single values of a binned column that stand out of their bin, such as 0 in a gain or 40 in weekly hours."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError

from noctule.codes.codec import column_codec
from noctule.codes.grid_axis import GridAxis
from noctule.codes.numeric import TextNumberCodec, numeric_axis
from noctule.codes.scalar import ScalarCodec
from noctule.contract.columns import NumericColumn
from noctule.errors import ContractError
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.cells import Cells, frequent_numbers, numbers
from noctule.purchase.heavy import Spend, heavy

BINS = 0.15  # of the column's rho buys the counts of its bins, which tell an atom from one of many like it
SHARE = 0.015  # of the rows hold an atom; the noise makes a value of 2 % sure to be over it
ABOVE = 2.0  # times the average of the other values in its bin, and
SURE = 2.0  # standard deviations of the noise beyond


def find_atoms(column: NumericColumn, kind: pa.DataType, cells: Cells, spend: Spend, tap: NoiseTap) -> NumericColumn:
    """The column with its atoms listed, rising. Two draws, for exactly `spend`."""
    bare = column.model_copy(update={"atoms": ()})
    codec = column_codec(bare, kind)
    assert isinstance(codec, ScalarCodec | TextNumberCodec)
    axis, bins_rho = codec.axis, int(BINS * spend.nano_rho)
    for_bins, for_values = spend._replace(nano_rho=bins_rho), spend._replace(nano_rho=spend.nano_rho - bins_rho)

    def blocks() -> Iterator[NDArray[Any]]:
        return (numbers(block, bare, kind) for block in cells(column.name))

    found = heavy(lambda floor: frequent_numbers(blocks, floor), for_values, tap)
    bins = np.zeros(axis.size, np.int64)
    for block in blocks():
        bins += np.bincount(axis.code(block), minlength=axis.size)
    noisy = discrete_gaussian(bins, scale=for_bins.scale, sensitivity=float(spend.max_rows), tap=tap)
    if not found:
        return bare
    values, rows = np.array([value for value, _ in found]), np.array([rows for _, rows in found])
    held = np.diff(axis.free) if isinstance(axis, GridAxis) else np.full(axis.size, np.inf)
    bin, total = axis.code(values), max(float(noisy.sum()), 1.0)
    kept = standing_out(rows, noisy[bin], held[bin], total, for_values.scale, for_bins.scale)
    return with_atoms(bare, kind, values[kept])


def standing_out(
    rows: NDArray[np.int64],
    around: NDArray[np.int64],
    held: NDArray[Any],
    total: float,
    rows_noise: float,
    around_noise: float,
) -> NDArray[np.bool_]:
    """Which values are atoms, out of noisy counts alone.

    `rows` hold each, `around` are the rows in its bin (it included), `held` is how many values the bin has; the noises
    are standard deviations.
    """
    others = np.maximum(around - rows, 0) / np.maximum(held - 1, 1)
    noise = np.hypot(rows_noise, ABOVE * around_noise / np.maximum(held - 1, 1))
    return (held > 1) & (rows >= SHARE * total) & (rows >= ABOVE * others + SURE * noise)


def with_atoms(column: NumericColumn, kind: pa.DataType, values: NDArray[Any]) -> NumericColumn:
    """The column with those of `values` (as the axis holds them) that its Arrow type can tell from their neighbours."""
    for value in values:
        try:
            listed = {**column.model_dump(), "atoms": (*column.points, _number(value, column, kind))}
            wider = NumericColumn.model_validate(listed)
            numeric_axis(wider, kind)
        except (ContractError, ValidationError):
            continue
        column = wider
    return column


def _number(value: Any, column: NumericColumn, kind: pa.DataType) -> int | float:
    if pa.types.is_decimal(kind):
        return float(f"{int(value)}e-{kind.scale}")
    return int(value) if column.type == "integer" else float(str(value)) + 0.0  # the shortest text of its own width
