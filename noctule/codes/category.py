"""Categories and booleans: one code per declared value, then other, then null."""

from typing import Any

import numpy as np
import pyarrow as pa

from noctule.arrow import is_text, plain_type
from noctule.codes.axis import unusable
from noctule.codes.codes import Attribute, Codes
from noctule.codes.gaps import MISSING, UNREADABLE
from noctule.codes.storage import as_declared
from noctule.codes.text import plain_text, positions, require_room
from noctule.contract.columns import BooleanColumn, CategoryColumn


class CategoryCodec:
    """Codes: categories in the contract's order, other, null. Undeclared values become other, else null."""

    def __init__(self, column: CategoryColumn | BooleanColumn, kind: pa.DataType) -> None:
        self.column, self.kind = column, kind
        values: list[Any] = [False, True]
        self.other: int | None = None
        if isinstance(column, CategoryColumn):
            values = list(column.categories)
            if column.other_label is not None:
                self.other = len(values)
                values.append(column.other_label)
        require_room(column.name, kind, len(values))
        self.known = _array(column.name, values, plain_type(kind))
        self.attributes = (Attribute(column.name, len(values) + column.nullable, column.name, ordered=False),)

    def encode(self, array: pa.Array) -> Codes:
        name = self.column.name
        array = plain_text(array, name) if is_text(self.kind) else as_declared(array, self.kind, name)
        undeclared = UNREADABLE if self.other is None else self.other
        codes = positions(array, self.known).fill_null(undeclared).to_numpy().astype(np.int32)
        codes[array.is_null().to_numpy(zero_copy_only=False)] = MISSING
        return {name: codes}

    def decode(self, codes: Codes, rng: np.random.Generator) -> pa.Array:
        """Text comes as a dictionary: the codes are its indices already."""
        given = codes[self.column.name]
        at = pa.array(given, mask=given >= len(self.known) if self.column.nullable else None)
        if pa.types.is_dictionary(self.kind):
            return pa.DictionaryArray.from_arrays(at.cast(self.kind.index_type), self.known)
        if pa.types.is_string(self.kind):
            return pa.DictionaryArray.from_arrays(at, self.known)
        return self.known.take(at)

    def values(self) -> pa.Array:
        return self.known


def _array(name: str, values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, OverflowError):
        fault = unusable(name, f"categories do not fit {kind}", "declare a wider arrow type")
    raise fault
