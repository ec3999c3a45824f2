"""The codes that words mean: a category, a number or date, a range `LOW..HIGH`, or nothing for null."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.arrow import is_text
from noctule.codes.axis import Axis
from noctule.codes.category import CategoryCodec
from noctule.codes.codec import Codec
from noctule.codes.codes import Attribute
from noctule.codes.float_axis import FloatAxis
from noctule.codes.numeric import TextNumberCodec
from noctule.codes.scalar import ScalarCodec
from noctule.codes.storage import read, store
from noctule.codes.template import TemplateCodec
from noctule.errors import UsageError

Mask = NDArray[np.bool_]


def choice(codec: Codec, name: str, words: str) -> Mask:
    """Which codes of attribute `name` are meant, shape (codes,); at least one. Both ends of a range are included.

    A part of a template is the attribute `column.part`. Raises UsageError when there is no such attribute or value,
    and when a bin reaches over an end of the range: a model knows nothing finer than its bins.
    """
    attribute = next((attribute for attribute in codec.attributes if attribute.name == name), None)
    if attribute is None:
        raise UsageError(
            f"the model has no column {name!r}", fix=f"use one of {', '.join(a.name for a in codec.attributes)}"
        )
    mask = _mask(codec, attribute, words)
    if not mask.any():
        raise UsageError(
            f"{words!r} is no value of column {name!r}",
            fix="write a declared value, or LOW..HIGH for numbers and dates",
        )
    return mask


def _mask(codec: Codec, attribute: Attribute, words: str) -> Mask:
    mask = np.zeros(attribute.size, bool)
    column = codec.column(attribute)
    if words == "":
        nullable = getattr(codec.contract.column(attribute.column), "nullable", False)
        mask[-1] = nullable and attribute is column.attributes[0]
    elif isinstance(column, CategoryCodec):
        mask[_position(column.known, words)] = True
    elif isinstance(column, TextNumberCodec) and (special := _position(column.special, words)):
        mask[column.axis.size + special[0]] = True
    elif isinstance(column, TextNumberCodec | ScalarCodec):
        kind = pa.float64() if is_text(column.kind) else column.kind
        mask[: column.axis.size] = _between(column.axis, kind, attribute.name, words)
    elif isinstance(column, TemplateCodec):
        axis = column.axes[column.attributes.index(attribute)]
        mask[: axis.size] = _between(axis, pa.float64(), attribute.name, words)
    return mask


def _position(known: pa.Array, word: str) -> list[int]:
    cells = _parsed([word], known.type)
    return [] if cells is None else [at for at in (known.index(cells[0]).as_py(),) if at >= 0]


def _between(axis: Axis, kind: pa.DataType, name: str, words: str) -> Mask:
    low_word, range_sign, high_word = words.partition("..")
    cells = _parsed([low_word, high_word if range_sign else low_word], kind)
    if cells is None:
        return np.zeros(axis.size, bool)
    low, high = read(cells)[0]
    first, last = axis.ends()
    inside = (first >= low) & (last <= high)
    if low == high and inside.any():  # an atom: a bin around it does not hold it
        return inside
    # a float's bin may share its end with the range: one point has no mass
    touched = (first < high) & (last > low) if isinstance(axis, FloatAxis) else (first <= high) & (last >= low)
    cut = np.flatnonzero(touched & ~inside)
    if cut.size:
        ends = store(np.array([first[cut[0]], last[cut[0]]]), np.zeros(2, bool), kind).cast(pa.string())
        raise UsageError(
            f"{words!r} cuts a bin of column {name!r}: {ends[0]}..{ends[1]}",
            fix="move the range to the ends of bins, or declare finer bins and fit again",
        )
    return inside


def _parsed(words: list[str], kind: pa.DataType) -> pa.Array | None:
    """The words as values of type `kind`; None when they are none."""
    try:
        return pa.array(words, pa.string()).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
