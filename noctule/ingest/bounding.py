"""Contribution bounding: at most `max_rows` rows a unit (design.md invariant 5).

Which rows stay is fixed by a keyed hash of each row's own content, unit included. The choice for one unit
depends on no other unit and not on the order of the file, so adding or removing a unit changes only that unit's
rows; and nobody without the vault's key can foresee it.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from noctule.arrow import is_text, pc, plain
from noctule.contract.model import Source, Unit
from noctule.ingest.faults import refusal
from noctule.ingest.parquet import stored

SEPARATOR = "\x1f"


def require_units(batch: pa.RecordBatch, unit: Unit, source: Source, rows_before: int) -> None:
    """Refuse a row that belongs to nobody: it could not be bounded. Raises DataError."""
    if unit.column is None:
        return
    column = batch.column(unit.column)
    nobody = pc.is_null(column)
    if is_text(column.type):
        nobody = pc.or_(nobody, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(plain(column)), ""), True))
    if pc.any(nobody).as_py():
        row = rows_before + pc.index(nobody, True).as_py() + 1
        fix = "give every row the unit it belongs to, or declare unit: row"
        raise refusal(source, "the unit is missing", fix=fix, column=unit.column, row=row)


def kept_rows(draft: Path, unit: Unit, key: bytes) -> NDArray[np.bool_] | None:
    """Mask over the rows of the draft file; None when every unit is within its bound."""
    if unit.column is None:
        return None
    codes = _codes(pq.read_table(draft, columns=[unit.column]).column(0))
    over = np.bincount(codes)[codes] > unit.max_rows
    if not over.any():
        return None
    rows = np.flatnonzero(over)
    hashes = _hashes(stored(draft), over, key)
    order = np.lexsort((hashes, codes[rows]))
    _, starts, counts = np.unique(codes[rows][order], return_index=True, return_counts=True)
    rank = np.arange(len(rows)) - np.repeat(starts, counts)
    kept = ~over
    kept[rows[order][rank < unit.max_rows]] = True
    return kept


def _codes(units: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number for each unit. A key that some rows pad with blanks is one key: it must not get its bound twice."""
    keys = plain(units)
    if is_text(keys.type):
        keys = pc.utf8_trim_whitespace(keys)
    encoded = keys.dictionary_encode().unify_dictionaries()
    return np.concatenate([chunk.indices.to_numpy() for chunk in encoded.chunks]).astype(np.int64)


def _hashes(batches: Iterable[pa.RecordBatch], wanted: NDArray[np.bool_], key: bytes) -> NDArray[np.uint64]:
    """Keyed BLAKE2b of each wanted row's content, 64 bits: equal rows tie, and are interchangeable."""
    hashes: list[NDArray[np.uint64]] = []
    start = 0
    separator = pa.scalar(SEPARATOR, pa.large_string())  # not at import: a scalar loads pandas
    for batch in batches:
        mine = batch.filter(pa.array(wanted[start : start + batch.num_rows]))
        start += batch.num_rows
        joined = pc.binary_join_element_wise(*[_text(column) for column in mine.columns], separator)
        digests = [hashlib.blake2b(row.encode(), key=key, digest_size=8).digest() for row in joined.to_pylist()]
        hashes.append(np.frombuffer(b"".join(digests), dtype=np.uint64))
    return np.concatenate(hashes)


def _text(column: pa.Array) -> pa.Array:
    column = plain(column)
    if pa.types.is_temporal(column.type):  # as a number: no table of time zones is needed
        column = column.cast(pa.int32() if pa.types.is_date32(column.type) else pa.int64())
    return column.cast(pa.large_string()).fill_null("\0")  # NUL is in no cell
