"""Numbers between Arrow arrays and numpy: integers, floats, decimals (as ticks), dates and timestamps (as counts)."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.errors import DataError


def read(array: pa.Array) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The numbers, and where they are missing (null or NaN; the number there is 0)."""
    missing: NDArray[np.bool_] = array.is_null().to_numpy(zero_copy_only=False)
    kind = array.type
    if pa.types.is_decimal(kind):
        return np.where(missing, 0, _ticks(array)), missing
    if pa.types.is_temporal(kind):
        array = array.cast(pa.int32() if pa.types.is_date32(kind) else pa.int64())
    x: NDArray[Any] = array.fill_null(0).to_numpy(zero_copy_only=False)
    if pa.types.is_floating(kind):
        missing = missing | np.isnan(x)
        x = np.where(missing, x.dtype.type(0), x)
    return x, missing


def store(x: NDArray[Any], missing: NDArray[np.bool_], kind: pa.DataType) -> pa.Array:
    """The inverse of `read`, of exactly the type `kind`."""
    if pa.types.is_decimal(kind):
        words = np.column_stack([x, x >> 63]).astype(np.int64)  # two's complement, 128 bits, low word first
        valid = pa.array(~missing).buffers()[1]
        return pa.Array.from_buffers(kind, len(x), [valid, pa.py_buffer(words)])
    return pa.array(x, mask=missing if missing.any() else None).cast(kind)


def _ticks(array: pa.Array) -> NDArray[np.int64]:
    """Unscaled values of a decimal128 array; those beyond int64 saturate, and so lie outside any bounds we accept."""
    if not len(array):
        return np.zeros(0, np.int64)
    words = np.frombuffer(array.buffers()[1], np.int64).reshape(-1, 2)[array.offset : array.offset + len(array)]
    low, high = words[:, 0], words[:, 1]
    limits = np.iinfo(np.int64)
    return np.where(high == low >> 63, low, np.where(high < 0, limits.min, limits.max))


def as_declared(array: pa.Array, kind: pa.DataType, name: str) -> pa.Array:
    """The array as the contract's type; another width of the same kind of number will do. Raises DataError."""
    if array.type == kind:
        return array
    try:
        if _related(array.type, kind):
            return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass  # its message holds the cell: raise a new error below, outside this block
    raise DataError(
        f"column {name!r} has Arrow type {array.type}, which does not pass for {kind}",
        where=f"column {name!r}",
        fix="declare the source's type with arrow:, or correct the source",
    )


def _related(given: pa.DataType, kind: pa.DataType) -> bool:
    if pa.types.is_null(given):
        return True
    if pa.types.is_timestamp(given) and pa.types.is_timestamp(kind):
        return (given.tz is None) == (kind.tz is None)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.types.is_integer(given) or pa.types.is_floating(given) or pa.types.is_decimal(given)
    same = (pa.types.is_integer, pa.types.is_date, pa.types.is_boolean)
    return any(test(given) and test(kind) for test in same)
