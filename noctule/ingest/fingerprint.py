"""The content of a table in one fixed form of bytes, whatever file, batch sizes or library version it came by."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.arrow import is_text


def canonical(batch: pa.RecordBatch) -> Iterator[Any]:
    """Buffers to hash, column by column: which cells are set, then the cells; what lies under a null counts as zero."""
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        yield np.packbits(valid)
        yield from _text(column) if is_text(column.type) else [_fixed(column, valid)]


def _text(column: pa.Array) -> Iterator[Any]:
    column = column.fill_null("")
    width = np.int64 if pa.types.is_large_string(column.type) else np.int32
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, dtype=width)[column.offset : column.offset + len(column) + 1].astype(np.int64)
    yield np.diff(ends)
    yield memoryview(data or b"")[ends[0] : ends[-1]]


def _fixed(column: pa.Array, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    width = column.type.bit_width // 8
    cells = np.frombuffer(column.buffers()[1], dtype=np.uint8)
    cells = cells[column.offset * width : (column.offset + len(column)) * width].reshape(-1, width).copy()
    cells[~valid] = 0
    return cells
