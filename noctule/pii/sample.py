"""The cells of one column that detection looks at: evenly spaced over all rows, never the first ones."""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from noctule.arrow import is_text, pc, plain
from noctule.pii.cardinality import distinct_share

CELLS = 200
LONGEST = 1000  # characters of a cell that are looked at


@dataclass(frozen=True, repr=False)
class Sample:
    """`cells` as text (at most CELLS), and `present` non-null values of which a share `distinct` differ."""

    kind: Literal["text", "integer", "real", "time", "other"]
    cells: list[str]
    present: int
    distinct: float


def sample(column: pa.ChunkedArray) -> Sample:
    """Evenly spaced non-null cells of a column of any type; distinct values are counted over the whole column."""
    values = plain(column).drop_null()
    kind = _kind(values)
    spaced = (place * len(values) // CELLS for place in range(CELLS)) if len(values) > CELLS else range(len(values))
    cells = [] if kind == "other" else [_text(values[place].as_py())[:LONGEST] for place in spaced]
    return Sample(kind, [cell for cell in cells if cell.strip()], len(values), distinct_share(values))


def _kind(values: pa.ChunkedArray) -> Literal["text", "integer", "real", "time", "other"]:
    kind = values.type
    if is_text(kind):
        return "text"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind):  # a key beside nulls often comes as whole floats
        whole = len(values) > 0 and pc.all(pc.equal(pc.floor(values), values)).as_py()
        return "integer" if whole else "real"
    if pa.types.is_decimal(kind):
        return "integer" if kind.scale == 0 else "real"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "time"
    return "other"


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
