"""The pandas frame that Great Expectations reads: the columns that a rule names, and no other."""

from typing import Any

import pyarrow as pa

from noctule.arrow import pc, plain_type
from noctule.codes.parts import number_pattern, template_parts
from noctule.contract import Contract
from noctule.contract.columns import NumericColumn, PiiColumn, TemplateColumn


def frame(contract: Contract, table: pa.Table) -> Any:
    """A pandas frame of `table`: text stays object, integers stay exact beside nulls, times are naive UTC.

    Numbers inside text (a template's parts, numbers beside special codes) stand in columns of their own,
    named as `Rule.frame_column`. A column that does not have its declared type goes in as it is: its rules
    then fail or raise, and both block.
    """
    import pandas as pd

    found: dict[str, Any] = {}
    for name in table.column_names:
        values = _plain(table[name])
        if isinstance(contract.column(name), PiiColumn):  # only its nulls are checked: the cells stay out
            values = pc.if_else(values.is_valid(), 1, None)
        found[name] = _series(values)
        if pa.types.is_string(values.type):
            for part, numbers in _numbers(contract, name, values).items():
                found[f"{name}\x1f{part}"] = _series(numbers)
    return pd.DataFrame(found, copy=False)


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = plain_type(values.type)
    if pa.types.is_large_string(kind):
        kind = pa.string()
    elif pa.types.is_decimal(kind):
        kind = pa.float64()
    elif pa.types.is_date(kind):
        kind = pa.timestamp("s")
    elif pa.types.is_timestamp(kind):
        kind = pa.timestamp(kind.unit)
    return values if kind == values.type else values.cast(kind, safe=False)


def _numbers(contract: Contract, name: str, values: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    column = contract.column(name)
    if isinstance(column, TemplateColumn):
        return template_parts(values, column)
    if isinstance(column, NumericColumn) and column.special:
        trimmed = pc.utf8_trim_whitespace(values)
        readable = pc.match_substring_regex(trimmed, f"^(?:{number_pattern(column)})$")
        return {"number": pc.if_else(readable, trimmed, None).cast(pa.float64())}
    return {}


def _series(values: pa.ChunkedArray) -> Any:
    import pandas as pd

    nullable = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.uint8(): pd.UInt8Dtype(),
        pa.uint16(): pd.UInt16Dtype(),
        pa.uint32(): pd.UInt32Dtype(),
        pa.uint64(): pd.UInt64Dtype(),
    }
    return values.to_pandas(types_mapper=nullable.get if values.null_count else None)
