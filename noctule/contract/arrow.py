"""Arrow types of a contract's columns: the schema of the source, and of the release."""

import re

import pyarrow as pa

from noctule.arrow import is_text, plain_type
from noctule.contract.columns import (
    BooleanColumn,
    CategoryColumn,
    Column,
    DerivedColumn,
    NumericColumn,
    OpenColumn,
    TimeColumn,
)
from noctule.contract.model import Contract
from noctule.errors import ContractError


def source_schema(contract: Contract) -> pa.Schema:
    """Schema of the snapshot: every declared column, in contract order."""
    return pa.schema([pa.field(column.name, arrow_type(column)) for column in contract.columns])


def release_schema(contract: Contract) -> pa.Schema:
    """Schema of the release: the source's, less the dropped columns. Surrogates are int64."""
    kept = [column for column in contract.columns if getattr(column, "release", "keep") != "drop"]
    return pa.schema(
        [
            pa.field(
                column.name,
                pa.int64() if getattr(column, "release", "") == "surrogate" else arrow_type(column),
                metadata=_words(column),
            )
            for column in kept
        ]
    )


def _words(column: Column) -> dict[str | bytes, str | bytes] | None:
    """A column's field metadata: its description and who gave it, and the unit of its numbers."""
    known = {"description": column.description, "unit": getattr(column, "unit", "")}
    if column.told is not None:
        known |= {"description_source": column.told.source, "description_status": column.told.status}
        known["description_cost"] = column.told.cost
    return {name: text for name, text in known.items() if text} or None


def arrow_type(column: Column) -> pa.DataType:
    """The exact Arrow type: `arrow:` when given, else the default of the column's kind.

    Raises ContractError when `arrow:` is not a known type or cannot hold the column.
    """
    if column.arrow is None:
        return _default(column)
    try:
        given = _parse(column.arrow)
    except (ValueError, TypeError) as problem:
        fault = problem.__class__.__name__
    else:
        if _holds(given, column):
            return given
        fault = "does not fit the column's type"
    raise ContractError(
        f"arrow type of column {column.name!r} is not usable ({fault})",
        where=f"columns.{column.name}.arrow",
        fix="write an Arrow type such as int32, float, large_string, date32, timestamp[us, UTC], decimal128(10, 2) "
        "or dictionary<int32, string>, or leave the key out",
    )


def _default(column: Column) -> pa.DataType:
    match column:
        case NumericColumn():
            if column.special:
                return pa.string()
            return pa.int64() if column.type == "integer" else pa.float64()
        case CategoryColumn():
            return pa.int64() if isinstance(column.categories[0], int) else pa.string()
        case BooleanColumn():
            return pa.bool_()
        case OpenColumn():
            kinds = {"integer": pa.int64(), "number": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("us")}
            return kinds.get(column.type, pa.string())
        case TimeColumn():
            return pa.date32() if column.type == "date" else pa.timestamp("us")
        case DerivedColumn():
            kinds = {type(value) for value in column.map.values()}
            if kinds == {bool}:
                return pa.bool_()
            if kinds == {str}:
                return pa.string()
            return pa.int64() if kinds == {int} else pa.float64()
        case _:
            return pa.string()


def _parse(text: str) -> pa.DataType:
    if match := re.fullmatch(r"timestamp\[(s|ms|us|ns)(?:, *(?:tz=)?(\S+))?\]", text):
        return pa.timestamp(match[1], tz=match[2])
    if match := re.fullmatch(r"decimal128\((\d+), *(-?\d+)\)", text):
        return pa.decimal128(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"dictionary<(\w+), *(\w+)>", text):
        return pa.dictionary(pa.type_for_alias(match[1]), pa.type_for_alias(match[2]))
    return pa.type_for_alias(text)


def _holds(given: pa.DataType, column: Column) -> bool:
    """Whether values of the column can be stored as `given`; text may be plain, large or dictionary."""
    if getattr(column, "role", None) is not None and getattr(column, "release", "") != "fake":
        return True  # read, but never released as it is: a key may be a number
    plain = plain_type(given)
    default = _default(column)
    if isinstance(column, OpenColumn) and column.type in ("category", "unknown"):
        return is_text(given) or pa.types.is_integer(given)
    if pa.types.is_string(default):
        return is_text(given)
    if plain is not given:
        return False
    if pa.types.is_integer(default):
        return pa.types.is_integer(given)
    if pa.types.is_floating(default):
        return pa.types.is_floating(given) or pa.types.is_decimal(given)
    if pa.types.is_timestamp(default):
        return pa.types.is_timestamp(given)
    return given == default
