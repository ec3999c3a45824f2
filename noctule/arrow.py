"""Arrow at our boundary: its compute functions, typed, and the two questions asked of a type everywhere."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # pyarrow makes its functions at import, out of a type checker's sight


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values: that of the dictionary, where there is one."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def is_text(kind: pa.DataType) -> bool:
    """Whether cells of this type are text, plain, large or dictionary."""
    plain = plain_type(kind)
    return pa.types.is_string(plain) or pa.types.is_large_string(plain)


def plain(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The values themselves, where they come as a dictionary and indices."""
    return values.cast(plain_type(values.type))
