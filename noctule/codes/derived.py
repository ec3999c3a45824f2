"""Columns fixed by another through a public map: never coded, computed from the decoded source."""

from decimal import Decimal
from typing import Any

import pyarrow as pa

from noctule.arrow import is_text, plain_type
from noctule.codes.axis import unusable
from noctule.codes.codes import ColumnCodec
from noctule.codes.text import as_encoded, positions, require_room
from noctule.contract.columns import DerivedColumn


class Derivation:
    """`compute` maps each cell of the source; a null cell, or one that the map leaves out, gives null.

    A column that is not nullable must be covered by its map: checked here, before anything is charged.
    Map keys are compared as values of the source's type, so "1" finds the integer 1 and "true" a boolean.
    """

    def __init__(self, column: DerivedColumn, kind: pa.DataType, source: ColumnCodec, source_nullable: bool) -> None:
        self.column, self.kind = column, kind
        require_room(column.name, kind, len(set(column.map.values())))
        self.images = _images(column, kind)
        self.keys = pa.array(list(column.map), pa.string())
        if column.nullable:
            return
        cells = source.values()
        if source_nullable or cells is None or self.compute(cells).null_count:
            raise unusable(
                column.name,
                f"map does not cover every value of {column.source!r}",
                "complete map, or declare nullable: true",
            )

    def compute(self, source: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(source.type):  # so many look-ups as there are words, not rows
            return self.compute(source.dictionary).take(source.indices)
        keys, kept = _readable(self.keys, source.type)
        if pa.types.is_floating(source.type):  # Arrow does not search half floats
            source, keys = source.cast(pa.float64()), keys.cast(pa.float64())
        images = self.images.take(kept).take(positions(source, keys))
        return as_encoded(images, self.kind) if is_text(self.kind) else images


def _images(column: DerivedColumn, kind: pa.DataType) -> pa.Array:
    plain = plain_type(kind)
    convert: Any = Decimal if pa.types.is_decimal(plain) else None
    images = [convert(str(value)) if convert else value for value in column.map.values()]
    try:
        return pa.array(images, plain)
    except (pa.ArrowInvalid, OverflowError):
        fault = unusable(column.name, f"values of map do not fit {kind}", "declare a wider arrow type")
    raise fault


def _readable(keys: pa.Array, kind: pa.DataType) -> tuple[pa.Array, pa.Array]:
    """The keys that are values of type `kind`, and their positions. The others can never be met."""
    read: list[pa.Array] = []
    kept: list[int] = []
    for at in range(len(keys)):
        try:
            read.append(keys.slice(at, 1).cast(kind))
        except pa.ArrowInvalid:
            continue
        kept.append(at)
    return pa.concat_arrays([pa.array([], kind), *read]), pa.array(kept, pa.int64())
