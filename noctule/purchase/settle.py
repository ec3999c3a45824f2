"""From noisy counts to a column: everything here is post-processing of what was bought."""

import math
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError

from noctule.arrow import is_text, pc
from noctule.codes.codec import column_codec
from noctule.codes.numeric import numeric_axis
from noctule.codes.parts import number_pattern
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import (
    BooleanColumn,
    CategoryColumn,
    Column,
    FreeTextColumn,
    ModelledColumn,
    NumericColumn,
    OpenColumn,
    TimeColumn,
)
from noctule.contract.peek import INTEGER, NUMBER
from noctule.errors import ContractError
from noctule.purchase.atoms import standing_out, with_atoms
from noctule.purchase.profile import (
    BOOLEAN,
    DATES,
    FORMS,
    MOMENTS,
    NUMBERS,
    POWERS,
    SIZE,
    TEXT,
    YEARS,
    occupied,
    power_of,
    reach,
)

Ints = NDArray[np.int64]

LISTED = 128  # up to so many grid values, each has a code of its own
BINS, LOG_BINS = 32, 48
LOPSIDED = 0.3  # more of the rows than this in the first of the equal bins: a log scale serves them better
FEW = 0.01  # of the numbers may have more decimals than the step
MOST_CATEGORIES = 1000


@dataclass(frozen=True)
class Found:
    """What was bought of one column: noisy counts with their noise, in rows; empty where nothing was bought."""

    profile: Ints = field(default_factory=lambda: np.zeros(SIZE, np.int64))
    profile_noise: float = 1.0
    decimals: Ints = field(default_factory=lambda: np.zeros(FORMS, np.int64))
    decimals_noise: float = 1.0
    values: tuple[tuple[Any, int], ...] = ()
    values_noise: float = 1.0

    def block(self, place: slice) -> Ints:
        return occupied(self.profile[place], self.profile_noise)


def settle(column: OpenColumn, found: Found) -> Column:
    """The column that stands in the place of `column` in the effective contract.

    One of which nothing is common enough to be told is dropped, as free text; so is one that its Arrow type cannot hold
    in this form, for by now it is paid for, and a fit should not fail on it.
    """
    try:
        settled = _settled(column, found)
        if isinstance(settled, ModelledColumn):
            column_codec(settled, arrow_type(settled))
    except (ContractError, ValidationError):
        return dropped(column)
    return settled


def _settled(column: OpenColumn, found: Found) -> Column:
    match _type(column, found):
        case "category":
            return _category(column, found)
        case "integer" | "number" as type:
            return _numeric(column, found, type)
        case "date" | "datetime" as type:
            return _time(column, found, type)
        case "boolean":
            return BooleanColumn(type="boolean", **_common(column, None))
        case _:
            return dropped(column)


def _type(column: OpenColumn, found: Found) -> str:
    if column.type != "unknown":
        return column.type
    blocks = {"category": TEXT, "boolean": BOOLEAN, "number": NUMBERS, "date": DATES, "datetime": MOMENTS}
    rows = {type: int(found.block(place).sum()) for type, place in blocks.items()}
    most = max(rows, key=lambda type: rows[type])
    if rows[most] == 0:
        return "nothing"
    if most == "number" and not occupied(found.decimals, found.decimals_noise)[1:].any():
        return "integer"
    return most


def _common(column: OpenColumn, arrow: str | None) -> dict[str, Any]:
    shared = column.model_dump(include={"name", "description", "nullable", "target", "domain_source"})
    return {**shared, "arrow": arrow}


def dropped(column: Column) -> FreeTextColumn:
    kind = str(arrow_type(column)) if column.arrow is None else column.arrow
    return FreeTextColumn(role="free_text", name=column.name, description=column.description, arrow=kind)


def _category(column: OpenColumn, found: Found) -> Column:
    most = sorted(found.values, key=lambda pair: -pair[1])[:MOST_CATEGORIES]
    values = sorted(value for value, _ in most)
    if not values:
        return dropped(column)
    other: Any = False
    if isinstance(values[0], str):
        other = "other" if "other" not in values else "other than these"
    return CategoryColumn(type="category", categories=tuple(values), other=other, **_common(column, column.arrow))


def _time(column: OpenColumn, found: Found, type: Any) -> Column:
    (seen,) = np.nonzero(found.block(DATES if type == "date" else MOMENTS))
    if not len(seen):
        return dropped(column)
    first, last = YEARS[int(seen[0])], YEARS[int(seen[-1])]
    bounds = (date(first, 1, 1), date(last, 12, 31))
    if type == "datetime":
        bounds = (datetime(first, 1, 1), datetime(last, 12, 31, 23, 59, 59))  # noqa: DTZ001 - in the column's own zone
    arrow = column.arrow if column.type == type else None
    return TimeColumn(type=type, bounds=bounds, bins=min(12 * (last - first + 1), LOG_BINS), **_common(column, arrow))


def _numeric(column: OpenColumn, found: Found, type: Any) -> Column:
    counts = found.block(NUMBERS)
    if not counts.any():
        return dropped(column)
    text = is_text(arrow_type(column))
    special = _codes(found) if text and found.block(TEXT).any() else {}
    arrow = column.arrow if special or not text else None
    step = _step(found) if type == "number" else 1
    low, high = _bounds(counts, step, arrow_type(column))
    points = math.inf if step is None else round((high - low) / step) + 1
    scale = "log" if points > LISTED and low >= 0 and _lopsided(counts, low, high) else "linear"
    bins = points if points <= LISTED else LOG_BINS if scale == "log" else BINS
    said = {"type": type, "bounds": (low, high), "bins": bins, "scale": scale, "special": special, "atoms": ()}
    settled = _on_grid({**said, **_common(column, arrow)}, step)
    return settled if points <= LISTED else _with_atoms(settled, found, step)


def _on_grid(said: dict[str, Any], step: float | int | None) -> NumericColumn:
    """With the step, where the column's type is fine enough to hold every one of it."""
    with_step = NumericColumn.model_validate({**said, "step": None if said["type"] == "integer" else step})
    try:
        numeric_axis(with_step, arrow_type(with_step))
    except ContractError:
        return NumericColumn.model_validate(said)
    return with_step


def _codes(found: Found) -> dict[str, str]:
    """Values beside the numbers, with an empty meaning; such as 007 are read as numbers there."""
    written = re.compile(number_pattern(NumericColumn(name="any", type="number", bounds=(0, 1))))
    return {value: "" for value, _ in found.values if not written.fullmatch(value.strip())}


def _is_number(text: str) -> bool:
    return any(pc.match_substring_regex(pa.scalar(text), pattern).as_py() for pattern in (INTEGER, NUMBER))


def _step(found: Found) -> float | int | None:
    """The coarsest power of ten that all but a few numbers lie on; None when they have more than six decimals."""
    forms = occupied(found.decimals, found.decimals_noise)
    for digits in range(FORMS - 2):
        if forms[digits + 2 :].sum() <= FEW * forms.sum():
            return 1 if digits == 0 else 10.0**-digits
    return None


def _bounds(counts: Ints, step: float | int | None, kind: pa.DataType) -> tuple[Any, Any]:
    """Powers of two around the occupied cells, on the grid of the step; 0 where that is not far off."""
    (seen,) = np.nonzero(counts)
    least, most = _range(kind)
    low, high = max(reach(int(seen[0]))[0], least), min(reach(int(seen[-1]))[1], most)
    low, high = (0.0 if 0 < low <= high / 16 else low), (0.0 if low / 16 <= high < 0 else high)
    if step is None:
        return (low, high) if low < high else (low, low + 1.0)
    unit = Decimal(str(step))
    first, last = (
        int((Decimal(end) / unit).to_integral_value(way)) for end, way in ((low, ROUND_FLOOR), (high, ROUND_CEILING))
    )
    last = max(last - (high > 0), first + 1)  # a cell ends below its power of two
    return (first, last) if step == 1 else (float(first * unit), float(last * unit))


def _range(kind: pa.DataType) -> tuple[float, float]:
    """What the Arrow type can hold, an end that is a power of two included: noise may show a cell beyond it."""
    if pa.types.is_integer(kind):
        limits = np.iinfo(kind.to_pandas_dtype())
        return max(float(limits.min), -(2.0**61)), min(float(limits.max) + 1, 2.0**61)  # an axis counts up to 2^63
    if pa.types.is_decimal(kind):
        most = float(10 ** (kind.precision - kind.scale) - 1)
    else:  # text is read as float64; beyond 2^50 whole numbers are no grid there
        most = 2.0**50 if is_text(kind) else float(np.finfo(kind.to_pandas_dtype()).max) / 2
    return -most, most


def _lopsided(counts: Ints, low: float, high: float) -> bool:
    """Whether the first of equal bins would hold too much; zeros aside, which get a code of their own if common."""
    first = low + (high - low) / BINS
    inside = sum(int(rows) for place, rows in enumerate(counts) if place > POWERS and reach(place)[1] <= first)
    return inside > LOPSIDED * max(int(counts[POWERS + 1 :].sum()), 1)


def _with_atoms(column: NumericColumn, found: Found, step: float | int | None) -> NumericColumn:
    """As noctule.purchase.atoms, with the cells of the profile in the place of bins."""
    rows_of: dict[float, int] = {}
    for value, rows in found.values:
        if not isinstance(value, str) or _is_number(value):
            rows_of[float(value)] = rows_of.get(float(value), 0) + rows
    if not rows_of:
        return column
    low, high = column.bounds
    values = np.array(sorted(value for value in rows_of if low <= value <= high))
    rows = np.array([rows_of[value] for value in values], np.int64)
    place = power_of(values)
    held = np.array([max((reach(at)[1] - reach(at)[0]) / (step or 1e-300), 2.0) for at in place.tolist()])
    counts = found.profile[NUMBERS]
    total = max(float(occupied(counts, found.profile_noise).sum()), 1.0)
    kept = standing_out(rows, counts[place], held, total, found.values_noise, found.profile_noise)
    kind = arrow_type(column)
    if pa.types.is_decimal(kind):
        return with_atoms(column, kind, np.rint(values[kept] * 10.0**kind.scale))
    return with_atoms(column, kind, values[kept].astype(np.float32 if pa.types.is_float32(kind) else np.float64))
