"""A column of plain numbers, dates or times: one axis, stored in the column's own Arrow type."""

import numpy as np
import pyarrow as pa

from noctule.codes.axis import Axis, drawn, place
from noctule.codes.codes import Attribute, Codes
from noctule.codes.storage import as_declared, read, store
from noctule.contract.columns import NumericColumn, TimeColumn


class ScalarCodec:
    """Codes: bins, atoms, null."""

    def __init__(self, column: NumericColumn | TimeColumn, kind: pa.DataType, axis: Axis) -> None:
        self.column, self.kind, self.axis = column, kind, axis
        self.attributes = (Attribute(column.name, axis.size + column.nullable, column.name, ordered=True),)

    def encode(self, array: pa.Array) -> Codes:
        x, missing = read(as_declared(array, self.kind, self.column.name))
        return {self.column.name: place(self.axis, x, missing, self.column.outside)}

    def decode(self, codes: Codes, rng: np.random.Generator) -> pa.Array:
        x, missing = drawn(self.axis, codes[self.column.name], rng)
        return store(x, missing, self.kind)

    def values(self) -> pa.Array | None:
        listed = self.axis.values()
        return None if listed is None else store(listed, np.zeros(len(listed), bool), self.kind)
