"""Numeric columns: the axis of a contract's numbers, and those that stay text because codes stand beside them."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.arrow import is_text, pc
from noctule.codes.axis import Axis, exact, place, unusable
from noctule.codes.codes import Attribute, Codes
from noctule.codes.float_axis import float_axis
from noctule.codes.gaps import MISSING, UNREADABLE
from noctule.codes.grid_axis import grid_axis
from noctule.codes.parts import number_pattern
from noctule.codes.text import as_encoded, plain_text, positions, require_room
from noctule.contract.columns import NumericColumn


def numeric_axis(column: NumericColumn, kind: pa.DataType) -> Axis:
    """Integers, decimals and numbers with a step lie on a grid; other numbers are continuous floats."""
    if pa.types.is_decimal(kind):
        return _decimal_axis(column, kind)
    dtype = np.dtype(np.float64 if is_text(kind) else kind.to_pandas_dtype())
    low, high = column.bounds
    if column.type == "number" and column.step is None:
        return float_axis(
            column.name, dtype, low=low, high=high, bins=column.bins, scale=column.scale, atoms=column.points
        )
    step = column.step or 1
    digits = _digits([low, high, step, *column.points])
    return _on_ticks(column, dtype, digits, exact(low) * 10**digits, exact(step) * 10**digits)


def _decimal_axis(column: NumericColumn, kind: pa.DataType) -> Axis:
    """Ticks are the type's own last digits; without a step the grid holds every number the type can."""
    unit = Fraction(10) ** kind.scale
    low = exact(column.bounds[0]) * unit
    step = Fraction(1) if column.step is None else exact(column.step) * unit
    start = Fraction(math.ceil(low)) if column.step is None else low
    ticks = (start, step, *(exact(atom) * unit for atom in column.points))
    if any(tick.denominator != 1 for tick in ticks):
        raise unusable(column.name, f"step or atoms are finer than {kind} can hold", "declare a larger scale")
    if max(abs(exact(bound) * unit) for bound in column.bounds) >= 10**kind.precision:
        raise unusable(column.name, f"bounds are wider than {kind} can hold", "declare a larger precision")
    return _on_ticks(column, np.dtype(np.int64), kind.scale, start, step)


def _on_ticks(column: NumericColumn, dtype: np.dtype[Any], digits: int, low: Fraction, step: Fraction) -> Axis:
    unit = Fraction(10) ** digits
    return grid_axis(
        column.name,
        dtype,
        low=int(low),
        high=math.floor(exact(column.bounds[1]) * unit),
        step=int(step),
        digits=digits,
        bins=column.bins,
        scale=column.scale,
        atoms=tuple(int(exact(atom) * unit) for atom in column.points),
        unit=None if column.step else math.ceil(unit),  # of a log scale from 0: 1, also where ticks are cents
    )


def _digits(numbers: Iterable[float]) -> int:
    """The number of decimals that write every number out."""
    fractions = [exact(number) for number in numbers]
    digits = 0
    while any((fraction * 10**digits).denominator != 1 for fraction in fractions):
        digits += 1
    return digits


class TextNumberCodec:
    """A numeric column with `special` codes, kept as text. Codes: bins, atoms, special codes, null.

    Integers are written "35". Numbers are written as Python writes a float, always with a point or an
    exponent ("35000.0", "16.3"); write type: integer when the source has no point.
    """

    def __init__(self, column: NumericColumn, kind: pa.DataType) -> None:
        require_room(column.name, kind, None)
        self.column, self.kind = column, kind
        self.axis = numeric_axis(column, kind)
        self.special = pa.array(list(column.special), pa.string())
        size = self.axis.size + len(self.special) + column.nullable
        self.attributes = (Attribute(column.name, size, column.name, ordered=True),)

    def encode(self, array: pa.Array) -> Codes:
        text = plain_text(array, self.column.name)
        special = positions(text, self.special)
        trimmed = pc.utf8_trim_whitespace(text)
        is_number = pc.match_substring_regex(trimmed, f"^(?:{number_pattern(self.column)})$")
        numbers = pc.if_else(is_number, trimmed, None).cast(pa.float64())
        unread = numbers.is_null().to_numpy(zero_copy_only=False)
        codes = place(self.axis, numbers.fill_null(0.0).to_numpy(), unread, self.column.outside)
        codes[unread] = UNREADABLE
        codes[text.is_null().to_numpy(zero_copy_only=False)] = MISSING
        is_special = special.is_valid().to_numpy(zero_copy_only=False)
        codes[is_special] = special.drop_null().to_numpy() + self.axis.size
        return {self.column.name: codes}

    def decode(self, codes: Codes, rng: np.random.Generator) -> pa.Array:
        given = codes[self.column.name]
        beside = given - self.axis.size  # 0.. for special codes, then null
        text = self._written(self.axis.value(np.where(beside < 0, given, 0), rng))
        coded = self.special.take(pa.array(beside, mask=(beside < 0) | (beside >= len(self.special))))
        return as_encoded(pc.if_else(pa.array(beside < 0), text, coded), self.kind)

    def values(self) -> pa.Array | None:
        listed = self.axis.values()
        if listed is None:
            return None
        return as_encoded(pa.concat_arrays([self._written(listed), self.special]), self.kind)

    def _written(self, x: NDArray[Any]) -> pa.Array:
        if self.column.type == "integer":
            return pa.array(x.astype(np.int64)).cast(pa.string())
        text = pa.array(x).cast(pa.string())
        return pc.if_else(pc.match_substring_regex(text, r"[.e]"), text, pc.binary_join_element_wise(text, ".0", ""))
