"""What each code of an attribute stands for, in words. Public: it follows from the contract."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.codes.axis import Axis
from noctule.codes.category import CategoryCodec
from noctule.codes.codec import Codec
from noctule.codes.codes import Attribute
from noctule.codes.numeric import TextNumberCodec
from noctule.codes.scalar import ScalarCodec
from noctule.codes.storage import store
from noctule.codes.template import TemplateCodec


def labels(codec: Codec, attribute: Attribute) -> list[str]:
    """One for each code: the value, or LOW..HIGH (both included) for a bin of several; then codes, other and null."""
    column = codec.column(attribute)
    if isinstance(column, CategoryCodec):
        names = [_text(value) for value in column.known.to_pylist()]
    elif isinstance(column, TextNumberCodec):
        names = [*_ranges(column.axis, pa.float64()), *map(str, column.special.to_pylist())]
    elif isinstance(column, ScalarCodec):
        names = _ranges(column.axis, column.kind)
    elif isinstance(column, TemplateCodec):
        names = _ranges(column.axes[column.attributes.index(attribute)], pa.float64())
    else:
        raise TypeError(f"{type(column).__name__} has no labels")
    return [*names, "null"][: attribute.size]


def _ranges(axis: Axis, kind: pa.DataType) -> list[str]:
    least, greatest = (_values(end, kind) for end in axis.ends())
    return [_range(*ends) for ends in zip(least, greatest, strict=True)]


def _range(low: Any, high: Any) -> str:
    return _text(low) if low == high else f"{_text(low)}..{_text(high)}"


def _values(x: NDArray[Any], kind: pa.DataType) -> list[Any]:
    return store(x, np.zeros(len(x), bool), kind).to_pylist()


def _text(value: Any) -> str:
    """As a contract writes it: true and false, 35 and not 35.0."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
