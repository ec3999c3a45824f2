"""Domains read off the rows, as lines of a drafted contract. NOT private: a person must replace or approve each."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

from noctule.arrow import is_text, pc, plain_type
from noctule.contract.outward import outward
from noctule.contract.peek import narrowed
from noctule.contract.strict_yaml import scalar
from noctule.sealed import sealed

FEW = 20  # a value that fewer units hold is rare, and left out
FEW_INTEGERS = 12  # at most so many distinct integers are proposed as categories
NEAR_UNIQUE = 0.9
REVIEW = "  # review"


@sealed
def propose(column: pa.ChunkedArray, units: pa.ChunkedArray | None) -> list[str]:
    """Lines `key: value  # review` that describe the column, all but its name.

    `units` names the person of each row (None: each row is one); rarity counts people, not rows.
    """
    kind = column.type
    if column.null_count == len(column):
        return ["type:  # FILL IN: every cell is empty; integer, number, category, boolean, date, datetime or text"]
    lines = list(_lines(column, units))
    if lines[0].startswith("role"):
        return lines
    if column.null_count:
        lines.append(f"nullable: true{REVIEW}")
    if (name := stated(kind)) is not None:
        lines.append(f"arrow: {scalar(name)}{REVIEW}")
    return [*lines, "domain_source: data_draft  # review: once a person approved the lines above, write public"]


def supported(kind: pa.DataType) -> bool:
    """Whether a contract can declare a column of this type."""
    plain = plain_type(kind)
    tests = (is_text, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_timestamp)
    return any(test(plain) for test in tests) or pa.types.is_date32(kind) or pa.types.is_decimal128(kind)


def stated(kind: pa.DataType) -> str | None:
    """The type as `arrow:` writes it; None where it is the default of the column's kind."""
    if kind in (pa.string(), pa.bool_(), pa.int64(), pa.float64(), pa.date32(), pa.timestamp("us")):
        return None
    return spelled(kind)


def spelled(kind: pa.DataType) -> str:
    """The type in the words of `arrow:`."""
    return f"dictionary<{kind.index_type}, {kind.value_type}>" if pa.types.is_dictionary(kind) else str(kind)


def _lines(column: pa.ChunkedArray, units: pa.ChunkedArray | None) -> Iterator[str]:
    kind = column.type
    if pa.types.is_boolean(kind):
        yield f"type: boolean{REVIEW}"
    elif pa.types.is_date32(kind):
        yield from _years("date", column)
    elif pa.types.is_timestamp(kind):
        yield from _years("datetime", column)
    elif pa.types.is_integer(kind):
        support = _support(column, units)
        whole = pc.all(pc.greater_equal(support["units"], FEW)).as_py()
        if support.num_rows <= FEW_INTEGERS and whole:
            yield from _categories(support["value"].to_pylist(), left_out=False)
        else:
            yield from _numbers("integer", column, units)
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        yield from _numbers("number", column, units)
    else:
        yield from _text(column.cast(pa.string()), units)


def _text(column: pa.ChunkedArray, units: pa.ChunkedArray | None) -> Iterator[str]:
    """A pair of numbers, numbers beside codes, a list of categories, or, when nearly every value is rare, nothing."""
    support = _support(column, units)
    frequent = support.filter(pc.greater_equal(support["units"], FEW))
    pair = pc.match_substring_regex(column, r"^[0-9]{1,6}/[0-9]{1,6}$")
    numeric = pc.match_substring_regex(column, r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?$")
    codes = frequent.filter(pc.invert(pc.match_substring_regex(frequent["value"], r"[0-9]")))["value"].to_pylist()
    if pc.all(pair).as_py():
        yield from _pair(column)
    elif (
        1 <= len(codes) <= 3
        and support.num_rows > FEW + len(codes)
        and 2 * (pc.sum(numeric).as_py() or 0) > len(column)
    ):
        numbers = narrowed(pc.if_else(numeric, column, None))
        yield from _numbers("integer" if pa.types.is_integer(numbers.type) else "number", numbers, units)
        meanings = ", ".join(f"{scalar(code)}: what it means" for code in sorted(codes))
        yield f"special: {{{meanings}}}{REVIEW}: say what each code means"
    elif frequent.num_rows == 0 or support.num_rows > NEAR_UNIQUE * (len(column) - column.null_count):
        yield f"role: free_text{REVIEW}: nearly every value is rare; a code list or a coarser value could be modelled"
    else:
        yield from _categories(frequent["value"].to_pylist(), left_out=frequent.num_rows < support.num_rows)


def _categories(values: list[Any], *, left_out: bool) -> Iterator[str]:
    yield f"type: category{REVIEW}"
    yield "categories:  # review: values seen in the data; replace them by the public code list"
    for value in sorted(values):  # sorted, since the order of counting tells which is most frequent
        yield f"  - {scalar(value)}{REVIEW}"
    if left_out:
        label = "true" if "other" not in values else "undeclared"
        yield f"other: {label}{REVIEW}: rare values were left out; true names them other"


def _numbers(kind: str, column: pa.ChunkedArray, units: pa.ChunkedArray | None) -> Iterator[str]:
    extremes = pc.min_max(column).as_py()
    low, high = (Decimal(str(extremes[key])) for key in ("min", "max"))
    rare_low, rare_high = (_held_by(column, extremes[key], units) < FEW for key in ("min", "max"))
    lower, upper = outward(low, high, rare_low=rare_low, rare_high=rare_high)
    if kind == "integer":
        lower, upper = lower.to_integral_value("ROUND_FLOOR"), upper.to_integral_value("ROUND_CEILING")
    yield f"type: {kind}{REVIEW}"
    yield f"bounds: [{_number(lower)}, {_number(upper)}]{REVIEW}: rounded outward; write the publicly known ones"
    yield f"bins: 20{REVIEW}"


def _years(kind: str, column: pa.ChunkedArray) -> Iterator[str]:
    extremes = pc.min_max(pc.year(column)).as_py()
    start, end = ("", "") if kind == "date" else (" 00:00:00", " 23:59:59")
    zone = "+00:00" if kind == "datetime" and column.type.tz else ""
    yield f"type: {kind}{REVIEW}"
    first, last = f"{extremes['min']:04}-01-01{start}{zone}", f"{extremes['max']:04}-12-31{end}{zone}"
    yield f"bounds: [{first}, {last}]{REVIEW}: whole years"
    yield f"bins: 20{REVIEW}"


def _pair(column: pa.ChunkedArray) -> Iterator[str]:
    """Two numbers with a stroke between, such as a blood pressure."""
    cells = pc.extract_regex(column.drop_null(), r"^(?P<first>[0-9]+)/(?P<second>[0-9]+)$")
    yield f'type: text{REVIEW}\nformat: "{{first}}/{{second}}"{REVIEW}: name the two parts\nparts:'
    for part in ("first", "second"):
        extremes = pc.min_max(pc.struct_field(cells, part).cast(pa.int64())).as_py()
        lower, upper = outward(Decimal(extremes["min"]), Decimal(extremes["max"]), rare_low=True, rare_high=True)
        lower = lower.to_integral_value("ROUND_FLOOR")
        yield f"  {part}: {{type: integer, bounds: [{_number(lower)}, {_number(upper)}]}}{REVIEW}: rounded outward"


def _support(column: pa.ChunkedArray, units: pa.ChunkedArray | None) -> pa.Table:
    """Each value with the number of units that hold it: columns `value`, `units`. Nulls are left out."""
    who = units if units is not None else pa.chunked_array([pa.array(range(len(column)))])
    pairs = pa.table({"value": column, "unit": who}).filter(pc.is_valid(column))
    counted = pairs.group_by("value").aggregate([("unit", "count_distinct")])
    return pa.table({"value": counted["value"], "units": counted["unit_count_distinct"]})


def _held_by(column: pa.ChunkedArray, value: Any, units: pa.ChunkedArray | None) -> int:
    at = pc.fill_null(pc.equal(column, pa.scalar(value, column.type)), False)
    return pc.sum(at).as_py() if units is None else pc.count_distinct(units.filter(at)).as_py()


def _number(value: Decimal) -> str:
    """Plain decimal, without an exponent or trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
