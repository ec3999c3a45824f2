"""Text cells to the declared types, column by column; a cell that would lose something is refused by place.

Accepted: integers and numbers in plain notation (`-12`, `0.5`, `1e3`; spaces around are ignored), booleans
`true`/`false` in any case and `1`/`0`, dates `2024-01-31`, datetimes `2024-01-31 23:59[:59[.123456]]` with `T` or
a space, without zone where the type has none and with `Z` or `+01:00` where it has one. Refused beyond what does
not parse: leading zeros, infinities and NaN, whole numbers too long for a double, decimals that would be rounded.
Text is kept to the letter, spaces too. A quoted cell of a text column is never null (`""` is the empty text);
in other columns quotes do not matter.
"""

import re

import pyarrow as pa

from noctule.arrow import is_text, pc
from noctule.contract.model import Source
from noctule.errors import DataError
from noctule.ingest.faults import first_bad, refusal

LEADING_ZERO = r"^[-+]?0[0-9]"
EXACT_IN_DOUBLE = 2.0**53


def typed(batch: pa.RecordBatch, schema: pa.Schema, source: Source, rows_before: int) -> pa.RecordBatch:
    """`batch` of strings, columns as in `schema`, as `schema`. Raises DataError with column and row number."""
    columns = [_converted(batch.column(field.name), field.type, source.nulls) for field in schema]
    if any(column is None for column in columns):
        raise _first_fault(batch, schema, source, rows_before)
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _converted(cells: pa.Array, kind: pa.DataType, nulls: tuple[str, ...]) -> pa.Array | None:
    """The cells as `kind`, or None when one does not fit."""
    if is_text(kind):
        return _cast(cells, kind)
    for candidate in (cells, pc.utf8_trim_whitespace(cells)):
        unset = pc.is_in(candidate, value_set=pa.array(nulls, pa.string()))
        candidate = pc.if_else(unset, pa.scalar(None, pa.string()), candidate)
        values = _cast(candidate, kind)
        if values is not None and _lossless(values, candidate):
            return values
    return None


def _cast(cells: pa.Array, kind: pa.DataType) -> pa.Array | None:
    try:
        return cells.cast(kind)
    except pa.ArrowInvalid:
        return None


def _lossless(values: pa.Array, cells: pa.Array) -> bool:
    if pa.types.is_integer(values.type):
        return values.cast(pa.string()).equals(cells)
    if pa.types.is_floating(values.type) and not _exact(values, cells):
        return False
    numeric = pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)
    return not (numeric and pc.any(pc.match_substring_regex(cells, LEADING_ZERO)).as_py())


def _exact(values: pa.Array, cells: pa.Array) -> bool:
    if not pc.all(pc.is_finite(values)).as_py() and values.null_count < len(values):
        return False
    large = pc.greater_equal(pc.abs(values), pa.scalar(EXACT_IN_DOUBLE, values.type))
    if not pc.any(large).as_py():
        return True
    return not pc.any(pc.match_substring_regex(cells.filter(large), r"^[-+]?[0-9]+$")).as_py()


def _first_fault(batch: pa.RecordBatch, schema: pa.Schema, source: Source, rows_before: int) -> DataError:
    faults: list[tuple[int, int]] = []
    for index, field in enumerate(schema):
        cells = batch.column(field.name)

        def sound(count: int, cells: pa.Array = cells, kind: pa.DataType = field.type) -> bool:
            return _converted(cells[:count], kind, source.nulls) is not None

        if not sound(len(cells)):
            faults.append((first_bad(len(cells), sound), index))
    row, index = min(faults)
    field = schema.field(index)
    what, fix = _reason(batch.column(field.name)[row].as_py(), field.type)
    return refusal(source, what, fix=fix, column=field.name, row=rows_before + row + 1)


def _reason(cell: str, kind: pa.DataType) -> tuple[str, str]:
    """What is wrong with the cell, and the fix, in words that hold nothing of it."""
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if pa.types.is_dictionary(kind):
        return f"{kind} holds too few different values", "declare a wider index, such as dictionary<int32, string>"
    if numeric and re.match(LEADING_ZERO, cell.strip()):
        return "leading zeros would be lost", "declare the column as a category of quoted text, or write plain numbers"
    if pa.types.is_floating(kind) and re.fullmatch(r"[-+]?[0-9]+", cell.strip()):
        fix = "declare arrow: decimal128(38, 0), or a category of quoted text"
        return f"a whole number is too long for {kind}", fix
    forms = "; a code for missing belongs in source.nulls, other codes beside numbers in the column's special"
    if numeric:
        return f"the cell is not a plain, finite number that {kind} holds without loss", f"correct the file{forms}"
    forms = {True: "true, false, 1 or 0", False: "ISO 8601, as 2024-01-31 or 2024-01-31T23:59:59"}[kind == pa.bool_()]
    zone = " with its zone (Z or +01:00)" if getattr(kind, "tz", None) else ""
    return f"the cell is not a {kind}", f"write {forms}{zone}; a code for missing belongs in source.nulls"
