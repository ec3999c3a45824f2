"""Text columns in any of Arrow's encodings: plain, large or dictionary."""

import pyarrow as pa

from noctule.arrow import is_text, pc
from noctule.codes.axis import unusable
from noctule.errors import DataError


def plain_text(array: pa.Array, name: str) -> pa.Array:
    """The cells as string or large_string, whatever their encoding. Raises DataError for other types."""
    if pa.types.is_null(array.type):
        return array.cast(pa.string())
    if not is_text(array.type):
        raise DataError(
            f"column {name!r} has Arrow type {array.type} where the contract says text",
            where=f"column {name!r}",
            fix="read the column as text, or declare it as a number",
        )
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def as_encoded(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Plain text in the declared encoding."""
    if pa.types.is_dictionary(kind):
        return array.cast(kind.value_type).dictionary_encode().cast(kind)
    return array.cast(kind)


def require_room(name: str, kind: pa.DataType, distinct: int | None) -> None:
    """Refuse a dictionary type whose index cannot count `distinct` values (None: as many as rows)."""
    if pa.types.is_dictionary(kind):
        index = kind.index_type
        most = 2 ** (index.bit_width - (0 if str(index).startswith("u") else 1))
        if most < (2**31 if distinct is None else distinct):
            raise unusable(name, "the index of its dictionary type is too narrow", "declare dictionary<int32, string>")


def positions(array: pa.Array, known: pa.Array) -> pa.Array:
    """Position of each cell in `known`; null for cells that are not there, and for null cells."""
    return pc.index_in(array, value_set=known.cast(array.type))
