"""The contract as a list of rules on the raw snapshot; public, and built without a look at the data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa

from noctule.arrow import pc
from noctule.codes.parts import number_pattern
from noctule.contract import Contract
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import (
    BooleanColumn,
    CategoryColumn,
    Column,
    DerivedColumn,
    FreeTextColumn,
    IdentifierColumn,
    NumericColumn,
    OpenColumn,
    PiiColumn,
    TemplateColumn,
    TimeColumn,
)


@dataclass(frozen=True)
class Rule:
    """One Great Expectations expectation on one column. `blocking`: no fixed row-wise map mends a bad value."""

    name: str
    column: str | None
    blocking: bool
    expectation: str  # class name in great_expectations.expectations
    arguments: dict[str, Any] = field(default_factory=dict)
    part: str | None = None  # the rule reads numbers parsed out of the column's text

    @property
    def frame_column(self) -> str | None:
        """Name of the frame's column; declared names hold no control character, so a part's name is free."""
        return self.column if self.part is None else f"{self.column}\x1f{self.part}"


def rules(contract: Contract) -> list[Rule]:
    """Every rule of the contract but the types, which the Arrow schema answers."""
    floor = {"min_value": contract.source.min_rows}
    found = [Rule("min_rows", None, True, "ExpectTableRowCountToBeBetween", floor)]
    for column in contract.columns:
        found += _null_rules(contract, column)
        found += _value_rules(contract, column)
    return found


def _null_rules(contract: Contract, column: Column) -> Iterator[Rule]:
    """A role's and a derived column's cells are never used, so a null there is only worth a warning."""
    is_unit = column.name == contract.unit.column
    if is_unit or not (isinstance(column, IdentifierColumn | FreeTextColumn) or column.nullable):
        blocking = is_unit or not isinstance(column, PiiColumn | DerivedColumn)
        yield Rule("not_null", column.name, blocking, "ExpectColumnValuesToNotBeNull")


def _value_rules(contract: Contract, column: Column) -> Iterator[Rule]:
    match column:
        case IdentifierColumn():
            if column.name != contract.unit.column or contract.unit.max_rows == 1:
                yield Rule("unique", column.name, True, "ExpectColumnValuesToBeUnique")
        case CategoryColumn():
            label = column.other_label
            known = [*column.categories, *([] if label is None else [label])]
            yield _in_set(column.name, known, blocking=label is None and not column.nullable)
        case DerivedColumn():
            yield _in_set(column.name, sorted(set(column.map.values()), key=str), blocking=False)
        case NumericColumn():
            yield from _number_rules(column)
        case TimeColumn():
            first, last = (_naive_utc(bound, arrow_type(column)) for bound in column.bounds)
            yield _between(column.name, first, last, blocking=column.outside == "refuse")
        case TemplateColumn():
            yield _matches("format", column.name, column.pattern, blocking=not column.nullable)
            for name, part in column.parts.items():
                yield _between(column.name, *part.bounds, blocking=False, part=name)
        case OpenColumn() | BooleanColumn() | PiiColumn() | FreeTextColumn():
            return


def _number_rules(column: NumericColumn) -> Iterator[Rule]:
    low, high = column.bounds
    if pa.types.is_float32(arrow_type(column)):  # a bound such as 0.1 is not a float32, its nearest neighbour is
        slack = 2.0**-23 * max(abs(low), abs(high))
        low, high = low - slack, high + slack
    if column.special:
        codes = "|".join(re.escape(code) for code in column.special)
        yield _matches(
            "domain", column.name, rf"\s*(?:{number_pattern(column)})\s*|{codes}", blocking=not column.nullable
        )
    part = "number" if column.special else None
    yield _between(column.name, low, high, blocking=column.outside == "refuse", part=part)


def _in_set(column: str, known: list[Any], *, blocking: bool) -> Rule:
    return Rule("domain", column, blocking, "ExpectColumnValuesToBeInSet", {"value_set": known})


def _matches(name: str, column: str, pattern: str, *, blocking: bool) -> Rule:
    return Rule(name, column, blocking, "ExpectColumnValuesToMatchRegex", {"regex": rf"^(?:{pattern})\Z"})


def _between(column: str, low: Any, high: Any, *, blocking: bool, part: str | None = None) -> Rule:
    name = "bounds" if part in (None, "number") else f"bounds of {part}"
    limits = {"min_value": low, "max_value": high}
    return Rule(name, column, blocking, "ExpectColumnValuesToBeBetween", limits, part)


def _naive_utc(bound: date | datetime, kind: pa.DataType) -> datetime:
    """A bound as Arrow stores time. One without a zone is wall time in the column's own zone, as in noctule.codes."""
    if pa.types.is_date(kind) or not isinstance(bound, datetime):
        bound = datetime.combine(date(bound.year, bound.month, bound.day), time())
    if bound.tzinfo is not None:
        return bound.astimezone(UTC).replace(tzinfo=None)
    if getattr(kind, "tz", None) is None:
        return bound
    wall = pa.scalar(bound, pa.timestamp("us"))
    local = pc.assume_timezone(wall, kind.tz, ambiguous="earliest", nonexistent="earliest")
    return local.cast(pa.int64()).cast(pa.timestamp("us")).as_py()
