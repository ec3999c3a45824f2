"""The pandas frames and metadata that SDMetrics reads: the same public view of a raw table and of a release."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from noctule.arrow import pc, plain
from noctule.codes.parts import template_parts
from noctule.contract import Contract
from noctule.contract.columns import (
    BooleanColumn,
    CategoryColumn,
    Column,
    DerivedColumn,
    ModelledColumn,
    NumericColumn,
    TemplateColumn,
    TimeColumn,
    as_text,
)

NULL = "(null)"  # SDMetrics drops nulls from shapes; as a value of its own, a wrong share of nulls is seen


@dataclass(frozen=True)
class Series:
    """One column of the frame: its name there, the contract column it shows, SDMetrics' type, the values."""

    name: str
    column: str
    sdtype: str
    values: pa.Array


def compared(contract: Contract) -> list[str]:
    """The columns worth comparing: modelled and derived ones. Dropped and fake columns carry nothing of the table."""
    return [column.name for column in contract.columns if isinstance(column, ModelledColumn | DerivedColumn)]


def sample(table: pa.Table, rows: int, seed: int) -> pa.Table:
    """`rows` of the table without replacement, in their order; all of it when it has no more."""
    if table.num_rows <= rows:
        return table
    return table.take(np.sort(np.random.default_rng(seed).choice(table.num_rows, rows, replace=False)))


def view(table: pa.Table, contract: Contract, names: list[str] | None = None) -> list[Series]:
    """The compared columns, or those of `names`, by the contract's fixed row-wise rules, as a release would hold them.

    Undeclared categories become `other`, numbers beyond their bounds are clipped (or null, by `outside`), special
    codes beside numbers are left out, a template gives one series a part.
    """
    found: list[Series] = []
    for name in compared(contract) if names is None else names:
        column, values = contract.column(name), table[name].combine_chunks()
        found += [Series(label, name, sdtype, v) for label, sdtype, v in _series(plain(values), column)]
    return found


def frame(series: list[Series]) -> Any:
    import pandas as pd

    return pd.DataFrame({one.name: one.values.to_pandas() for one in series})


def sdmetrics_metadata(series: list[Series]) -> dict[str, Any]:
    """SDMetrics' metadata of one table named `table`."""
    return {"tables": {"table": {"columns": {one.name: {"sdtype": one.sdtype} for one in series}}}}


def _series(values: pa.Array, column: Column) -> list[tuple[str, str, pa.Array]]:
    match column:
        case NumericColumn():
            numbers = _readable(values) if column.special else values
            return [(column.name, "numerical", _bounded(numbers, column))]
        case CategoryColumn():
            return [(column.name, "categorical", _labels(values, column))]
        case BooleanColumn():
            return [(column.name, "boolean", _text(values))]
        case TimeColumn():
            return [(column.name, "datetime", values.cast(pa.timestamp("us"), safe=False))]
        case TemplateColumn():
            parts = template_parts(values, column).items()
            return [(f"{column.name}.{part}", "numerical", v.cast(pa.float64(), safe=False)) for part, v in parts]
        case DerivedColumn() if _is_number(values.type):
            return [(column.name, "numerical", values.cast(pa.float64(), safe=False))]
        case _:
            return [(column.name, "categorical", _text(values))]


def _readable(values: pa.Array) -> pa.Array:
    """Numbers written as text; special codes and nulls as null."""
    import pandas as pd

    return pa.array(pd.to_numeric(values.to_pandas(), errors="coerce"), pa.float64(), from_pandas=True)


def _bounded(values: pa.Array, column: NumericColumn) -> pa.Array:
    low, high = (float(bound) for bound in column.bounds)
    wide = values.cast(pa.float64(), safe=False)
    if column.outside == "null":
        return pc.if_else(pc.and_(pc.greater_equal(wide, low), pc.less_equal(wide, high)), wide, None)
    return pc.max_element_wise(pc.min_element_wise(wide, high, skip_nulls=False), low, skip_nulls=False)


def _labels(values: pa.Array, column: CategoryColumn) -> pa.Array:
    declared = pa.array([as_text(category) for category in column.categories])
    text = values.cast(pa.string())
    other = None if column.other_label is None else as_text(column.other_label)
    known = pc.or_(pc.is_in(text, declared), text.is_null())
    return pc.if_else(known, text, other).fill_null(NULL)


def _text(values: pa.Array) -> pa.Array:
    return values.cast(pa.string()).fill_null(NULL)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
