"""Text with numbers in fixed places ("120/80"): one attribute per number."""

import re

import numpy as np
import pyarrow as pa

from noctule.arrow import pc
from noctule.codes.axis import unusable
from noctule.codes.codes import Attribute, Codes
from noctule.codes.gaps import MISSING, UNREADABLE
from noctule.codes.grid_axis import GridAxis, grid_axis
from noctule.codes.parts import template_parts
from noctule.codes.text import as_encoded, plain_text, require_room
from noctule.contract.columns import TemplateColumn


class TemplateCodec:
    """Attributes "column.part" in the order of `format`. Each part's codes are its bins; numbers beyond bounds clip.

    Null is the last code of the first part only; the other parts then have code 0, which decoding ignores.
    """

    def __init__(self, column: TemplateColumn, kind: pa.DataType) -> None:
        require_room(column.name, kind, None)
        self.column, self.kind = column, kind
        self.literals = re.split(r"{[^{}]*}", column.format)
        if any(re.match(r"\d", literal) for literal in self.literals[1:-1]):
            raise unusable(
                column.name,
                "a digit follows a part in format, so a cell can be read in two ways",
                "put another character there",
            )
        self.axes = [_part_axis(column, field) for field in column.fields]
        self.attributes = tuple(
            Attribute(f"{column.name}.{field}", axis.size + (column.nullable and not at), column.name, ordered=True)
            for at, (field, axis) in enumerate(zip(column.fields, self.axes, strict=True))
        )

    def encode(self, array: pa.Array) -> Codes:
        cells = plain_text(array, self.column.name).dictionary_encode()
        distinct = self._encode_distinct(cells.dictionary)
        gap = cells.indices.is_null().to_numpy(zero_copy_only=False)
        at = cells.indices.fill_null(len(cells.dictionary)).to_numpy()
        codes = {name: np.append(given, np.int32(0))[at] for name, given in distinct.items()}
        codes[self.attributes[0].name][gap] = MISSING
        return codes

    def _encode_distinct(self, text: pa.Array) -> Codes:
        codes: Codes = {}
        parts = template_parts(text, self.column).values()
        for at, (attribute, axis, numbers) in enumerate(zip(self.attributes, self.axes, parts, strict=True)):
            unread = numbers.is_null().to_numpy(zero_copy_only=False)
            codes[attribute.name] = axis.code(numbers.fill_null(0).cast(pa.float64(), safe=False).to_numpy())
            codes[attribute.name][unread] = 0 if at else UNREADABLE
        return codes

    def decode(self, codes: Codes, rng: np.random.Generator) -> pa.Array:
        first = codes[self.attributes[0].name]
        missing = first >= self.axes[0].size
        pieces: list[pa.Array | str] = [self.literals[0]]
        for attribute, axis, literal in zip(self.attributes, self.axes, self.literals[1:], strict=True):
            given = np.where(missing, 0, codes[attribute.name])
            numbers = pa.array(axis.value(given, rng).astype(np.int64), mask=missing)
            pieces += [numbers.cast(pa.string()), literal]
        return as_encoded(pc.binary_join_element_wise(*pieces, ""), self.kind)

    def values(self) -> None:
        return None


def _part_axis(column: TemplateColumn, field: str) -> GridAxis:
    part = column.parts[field]
    low, high = part.bounds
    return grid_axis(f"{column.name}.{field}", np.dtype(np.float64), low=low, high=high, bins=part.bins)
