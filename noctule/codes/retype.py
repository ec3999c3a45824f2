"""Text cells as the type that a fit bought for their column: a fixed row-wise rule, so it costs nothing."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from noctule.arrow import is_text, pc, plain
from noctule.contract.columns import ModelledColumn
from noctule.contract.peek import DATE, INTEGER, MOMENT, NUMBER

READ = {"integer": INTEGER, "number": f"{INTEGER}|{NUMBER}", "date": DATE, "datetime": MOMENT}


def retyped(cells: pa.Array, column: ModelledColumn, kind: pa.DataType) -> pa.Array:
    """Text as `kind`, unreadable cells as null, where the type was bought: a snapshot taken before holds text.

    Any other column has its declared type since the snapshot was taken, and comes back as it is.
    """
    if column.domain_source != "dp_estimated" or not is_text(cells.type) or is_text(kind):
        return cells
    return _read(plain(cells), column.type, kind)


def _read(text: pa.Array, type: str, kind: pa.DataType) -> pa.Array:
    if type == "boolean":
        lower = pc.utf8_lower(text)
        return pc.if_else(pc.is_in(lower, pa.array(["true", "false"])), pc.equal(lower, "true"), None)
    kept = pc.if_else(pc.match_substring_regex(text, READ[type]), text, None)
    if type in ("integer", "number"):
        return kept.cast(kind)
    distinct = kept.dictionary_encode()
    moments = pa.array([_moment(cell, type) for cell in distinct.dictionary.to_pylist()], kind)
    return moments.take(distinct.indices)


def _moment(text: str, type: str) -> Any:
    """None for 30 February."""
    try:
        return date.fromisoformat(text) if type == "date" else datetime.fromisoformat(text)
    except ValueError:
        return None
