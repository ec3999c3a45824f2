"""Public rules on the values of one column, over Arrow arrays. Nulls are judged elsewhere; here either way."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.arrow import pc
from noctule.codes.moment import time_axis
from noctule.codes.parts import template_parts
from noctule.contract.columns import CategoryColumn, Column, NumericColumn, TemplateColumn, TimeColumn

Mask = NDArray[np.bool_]

_INTEGER_TEXT = r"^-?[0-9]{1,18}$"
_NUMBER_TEXT = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$"


def value_rule(values: pa.Array, column: Column) -> Mask:
    """Which values the column's contract allows; shape (rows,)."""
    match column:
        case CategoryColumn():
            return _category(values, column)
        case NumericColumn() if column.special:
            return as_mask(pc.is_in(values, pa.array(list(column.special)))) | _number_text(values, column)
        case NumericColumn():
            return _number(values, column)
        case TimeColumn():
            return _time(values, column)
        case TemplateColumn():
            return _template(values, column)
        case _:  # a boolean's type, or a fake's text, is all there is to keep
            return np.ones(len(values), np.bool_)


def _category(values: pa.Array, column: CategoryColumn) -> Mask:
    label = column.other_label
    allowed = pa.array([*column.categories, *([] if label is None else [label])])
    return as_mask(pc.is_in(values.cast(allowed.type, safe=False), allowed))


def _number(values: pa.Array, column: NumericColumn) -> Mask:
    return _integer(values, column) if column.type == "integer" else _real(values, column)


def _integer(values: pa.Array, column: NumericColumn) -> Mask:
    whole = as_numpy(values)
    low, high, step = int(column.bounds[0]), int(column.bounds[1]), int(column.step or 1)
    in_bounds = (whole >= low) & (whole <= high)
    # Remainders, not differences: `whole - low` may pass the integer range, a remainder never does.
    on_grid = whole.astype(np.uint64 if whole.dtype.kind == "u" else np.int64) % step == low % step
    return in_bounds & (on_grid | np.isin(whole, column.points))


def _real(values: pa.Array, column: NumericColumn) -> Mask:
    low, high = column.bounds
    wide = as_numpy(values.cast(pa.float64(), safe=False))
    slack = _spacing(values.type) * max(abs(low), abs(high))
    in_bounds = (wide >= low - slack) & (wide <= high + slack)
    if column.step is None:
        return in_bounds
    places = (wide - low) / column.step
    on_grid = np.abs(places - np.round(places)) <= max(1e-6, slack / column.step)
    at_atom = np.isclose(wide[:, None], np.array(column.points, np.float64), rtol=0, atol=slack).any(axis=1)
    return in_bounds & (on_grid | at_atom)


def _spacing(kind: pa.DataType) -> float:
    """Relative spacing of the stored type: a bound such as 0.1 is not a float32, its nearest neighbour is."""
    bits = {pa.float16(): 10, pa.float32(): 23}.get(kind, 51)
    return 2.0**-bits


def _number_text(values: pa.Array, column: NumericColumn) -> Mask:
    """Numbers beside special codes are text, written as plain decimals of the column's type."""
    pattern, kind = (_INTEGER_TEXT, pa.int64()) if column.type == "integer" else (_NUMBER_TEXT, pa.float64())
    readable = pc.match_substring_regex(values, pattern)
    numbers = pc.if_else(readable, values, None).cast(kind)
    return as_mask(readable) & _number(numbers, column)


def _time(values: pa.Array, column: TimeColumn) -> Mask:
    counts = values.cast(pa.int32() if pa.types.is_date32(values.type) else pa.int64())
    return ~time_axis(column, values.type).outside(as_numpy(counts))


def _template(values: pa.Array, column: TemplateColumn) -> Mask:
    good: Mask = np.ones(len(values), np.bool_)
    for name, numbers in template_parts(values, column).items():
        low, high = column.parts[name].bounds
        good &= as_mask(pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high)))
    return good


def as_mask(values: pa.Array) -> Mask:
    """Arrow booleans as numpy, null as False."""
    return values.fill_null(False).to_numpy(zero_copy_only=False)


def as_numpy(values: pa.Array) -> NDArray[Any]:
    """Arrow numbers as numpy of the same type; null as 0, which a mask elsewhere overrules."""
    return values.fill_null(0).to_numpy(zero_copy_only=False)
