"""Share of a release's rows that keep every public rule of the contract. Tier `released`: no raw row is read."""

import numpy as np
import pyarrow as pa

from noctule.arrow import is_text, pc, plain
from noctule.contract import Contract
from noctule.contract.columns import Column, DerivedColumn, IdentifierColumn
from noctule.evaluation.rules import Mask, as_mask, as_numpy, value_rule
from noctule.release.schema import stored_schema


def validity(table: pa.Table, contract: Contract) -> float:
    """Share of rows in which every column keeps its rules, in [0, 1].

    The rules: the column's exact Arrow type, as Parquet gives it back; nulls only where declared; categories (with
    the `other` label); bounds, step grid and atoms; special codes; the template and the bounds of its parts; the map
    of a derived column; a surrogate that is the number of its row, from 1. Columns missing, surplus, out of order or
    of another type break every row, and so the share is 0, as it is for a table without rows.
    """
    schema = stored_schema(contract)
    if table.num_rows == 0 or table.schema.names != schema.names or table.schema.types != schema.types:
        return 0.0
    valid = start = 0
    for batch in table.to_batches():
        kept: Mask = np.ones(batch.num_rows, np.bool_)
        for name in schema.names:
            kept &= column_validity(batch, contract, name, start)
        valid += int(kept.sum())
        start += batch.num_rows
    return valid / table.num_rows


def column_validity(batch: pa.RecordBatch, contract: Contract, name: str, start: int = 0) -> Mask:
    """Which rows keep the rules of one column; shape (rows,). The batch begins at row `start` of the release."""
    column, values = contract.column(name), batch.column(name)
    match column:
        case DerivedColumn():
            return _derived(values, batch.column(column.source), column)
        case IdentifierColumn():
            return as_numpy(values) == np.arange(start + 1, start + len(values) + 1)
        case _:
            return np.where(as_mask(values.is_null()), getattr(column, "nullable", False), _by_value(values, column))


def _by_value(values: pa.Array, column: Column) -> Mask:
    """Rules on a value by itself. Text repeats, so they are run once on each distinct text."""
    if not pa.types.is_dictionary(values.type):
        if not is_text(values.type):
            return value_rule(values, column)
        values = values.dictionary_encode()
    if not len(values.dictionary):
        return np.zeros(len(values), np.bool_)
    good = value_rule(values.dictionary.cast(pa.string()), column)
    return good[values.indices.fill_null(0).to_numpy(zero_copy_only=False)]


def _derived(values: pa.Array, source: pa.Array, column: DerivedColumn) -> Mask:
    """Whether each value is what the public map makes of its source; null where the map has no entry."""
    given, source = (plain(array) for array in (values, source))
    keys = pa.array(list(column.map), pa.string())
    try:
        keys = keys.cast(source.type)
    except pa.ArrowInvalid:  # some key is no value of the source: none of its cells can have it
        source = source.cast(pa.string())
    images = pa.array(list(column.map.values())).cast(given.type, safe=False)
    expected = images.take(pc.index_in(source, keys))
    both_null = as_mask(pc.and_(given.is_null(), expected.is_null()))
    return as_mask(pc.equal(given, expected)) | (both_null & column.nullable)
