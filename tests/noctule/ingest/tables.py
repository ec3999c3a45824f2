"""Tables of every type that a contract can declare."""

import datetime as dt
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
MOMENT = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
    pa.float32(): st.floats(allow_nan=False, allow_infinity=False, width=32),
    pa.decimal128(12, 3): st.decimals(-99999, 99999, places=3),
    pa.bool_(): st.booleans(),
    pa.date32(): st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    pa.timestamp("us"): MOMENT,
    pa.timestamp("s"): MOMENT.map(lambda moment: moment.replace(microsecond=0)),
    pa.timestamp("us", "Europe/Berlin"): MOMENT.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
    pa.string(): TEXT,
    pa.large_string(): TEXT,
    pa.dictionary(pa.int32(), pa.string()): TEXT,
    pa.dictionary(pa.int16(), pa.large_string()): TEXT,
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """One column of each type, rows of values and nulls."""
    size = draw(st.integers(1, 5))
    columns = [draw(st.lists(st.none() | values, min_size=size, max_size=size)) for values in VALUES.values()]
    arrays = [pa.array(column, kind) for kind, column in zip(VALUES, columns, strict=True)]
    return pa.Table.from_arrays(arrays, names=[f"c{i}" for i in range(len(arrays))])
