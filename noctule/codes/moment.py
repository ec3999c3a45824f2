"""Dates and points in time: counts of days, or of the timestamp's unit, on a grid."""

import math
from datetime import UTC, date, datetime
from fractions import Fraction

import numpy as np
import pyarrow as pa

from noctule.arrow import pc
from noctule.codes.axis import Axis, unusable
from noctule.codes.grid_axis import grid_axis
from noctule.contract.columns import TimeColumn

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_axis(column: TimeColumn, kind: pa.DataType) -> Axis:
    """Bins of equal duration between the bounds, both included.

    A plain date as the bound of a datetime column is its midnight. A bound without a time zone is wall
    time in the column's own zone; one with a time zone needs a column with one (ContractError).
    """
    if pa.types.is_date(kind):
        low, high = (_day(bound) for bound in column.bounds)
        return grid_axis(column.name, np.dtype(np.int32), low=low, high=high, bins=column.bins)
    low, high = (_ticks(column.name, bound, kind) for bound in column.bounds)
    return grid_axis(column.name, np.dtype(np.int64), low=math.ceil(low), high=math.floor(high), bins=column.bins)


def _day(bound: date | datetime) -> int:
    return bound.toordinal() - _EPOCH.toordinal()


def _ticks(name: str, bound: date | datetime, kind: pa.DataType) -> Fraction:
    """The bound as a count of the timestamp's unit since 1970, exactly."""
    if not isinstance(bound, datetime):
        bound = datetime(bound.year, bound.month, bound.day)  # noqa: DTZ001 (naive on purpose: see time_axis)
    if bound.tzinfo is None and kind.tz is not None:
        wall = pa.scalar(bound, pa.timestamp("us"))
        local = pc.assume_timezone(wall, kind.tz, ambiguous="earliest", nonexistent="earliest")
        microseconds = local.cast(pa.int64()).as_py()
    elif bound.tzinfo is not None and kind.tz is None:
        raise unusable(name, "bounds carry a time zone, the column has none", "declare arrow: timestamp[us, UTC]")
    else:
        since = (bound if bound.tzinfo else bound.replace(tzinfo=UTC)) - _EPOCH
        microseconds = (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds
    return Fraction(microseconds * _PER_SECOND[kind.unit], 10**6)
