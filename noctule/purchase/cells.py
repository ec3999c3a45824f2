"""Raw cells of one column, in blocks: streamed, since a purchase reads a column a few times and keeps no row of it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.arrow import is_text, pc, plain
from noctule.codes.parts import number_pattern
from noctule.codes.storage import as_declared, read
from noctule.codes.text import plain_text
from noctule.contract.columns import NumericColumn
from noctule.ingest.reads import Rows

Cells = Callable[[str], Iterator[pa.Array]]
"""Column name -> its cells, block after block; may be called again."""

BUCKETS = 1 << 20


def of_rows(rows: Rows) -> Cells:
    def cells(name: str) -> Iterator[pa.Array]:
        return (batch.column(0) for batch in rows.batches(columns=[name]))

    return cells


def numbers(array: pa.Array, column: NumericColumn, kind: pa.DataType) -> NDArray[Any]:
    """The numbers among the cells as the column's rules read them: clipped to the bounds, or dropped beyond them.

    Of the dtype that `column`'s axis works in; decimals are ticks of their last digit.
    """
    if is_text(kind):
        trimmed = pc.utf8_trim_whitespace(plain_text(array, column.name))
        readable = pc.match_substring_regex(trimmed, f"^(?:{number_pattern(column)})$")
        array, kind = trimmed.filter(pc.fill_null(readable, False)).cast(pa.float64()), pa.float64()
    x, missing = read(as_declared(array, kind, column.name))
    x = x[~missing]
    low, high = (bound * 10**kind.scale if pa.types.is_decimal(kind) else bound for bound in column.bounds)
    if column.outside == "clip":
        return np.clip(x, *np.array([low, high], x.dtype)) if len(x) else x
    return x[(x >= low) & (x <= high)]


def frequent_numbers(
    blocks: Callable[[], Iterator[NDArray[Any]]], floor: int
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Every number that more than `floor` rows hold, and its count. Reads the blocks twice, within bounded memory:
    a value can be that frequent only where its bucket of hashes is."""
    seen = np.zeros(BUCKETS, np.int64)
    for block in blocks():
        seen += np.bincount(_bucket(block), minlength=BUCKETS)
    full = seen > floor
    found = [np.unique(block[full[_bucket(block)]], return_counts=True) for block in blocks()]
    if not found:
        return np.zeros(0), np.zeros(0, np.int64)
    values, place = np.unique(np.concatenate([values for values, _ in found]), return_inverse=True)
    counts = np.zeros(len(values), np.int64)
    np.add.at(counts, place, np.concatenate([counts for _, counts in found]))
    return values[counts > floor], counts[counts > floor]


def _bucket(x: NDArray[Any]) -> NDArray[np.uint64]:
    """A bucket of each number; equal numbers share it (0.0 and -0.0 too)."""
    bits = (x.astype(np.float64) + 0.0).view(np.uint64) if x.dtype.kind == "f" else x.astype(np.uint64)
    return (bits * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(44)


def frequent_texts(blocks: Iterator[pa.Array], floor: int) -> tuple[list[Any], NDArray[np.int64]]:
    """Every value (null aside) that more than `floor` rows hold, and its count."""
    counted = [pc.value_counts(plain(block).drop_null()) for block in blocks]
    if not counted:
        return [], np.zeros(0, np.int64)
    table = pa.table(
        {
            "value": pa.chunked_array([block.field("values") for block in counted]),
            "rows": pa.chunked_array([block.field("counts") for block in counted]),
        }
    )
    summed = table.group_by("value").aggregate([("rows", "sum")])
    kept = summed.filter(pc.greater(summed["rows_sum"], floor))
    return kept["value"].to_pylist(), kept["rows_sum"].to_numpy().astype(np.int64)
