"""Impossible combinations: a contract's `constraints:` as masks over codes. Public, as the contract is."""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.arrow import is_text
from noctule.codes.axis import Axis
from noctule.codes.category import CategoryCodec
from noctule.codes.codec import Codec
from noctule.codes.codes import Attribute, Codes
from noctule.codes.numeric import TextNumberCodec
from noctule.codes.scalar import ScalarCodec
from noctule.codes.storage import read
from noctule.codes.template import TemplateCodec
from noctule.contract.model import Condition, Constraint, Value
from noctule.errors import ContractError

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Forbidden:
    """No row has, for every attribute of `masks` at once, a code where its mask (shape (domain,)) is True."""

    masks: dict[str, Mask]

    def violations(self, codes: Codes) -> Mask:
        """Which rows are impossible, shape (rows,)."""
        return reduce(np.logical_and, (mask[codes[name]] for name, mask in self.masks.items()))

    def cells(self, attributes: tuple[str, ...]) -> Mask:
        """The impossible cells of a marginal over `attributes`, among which are those of `masks`; it broadcasts."""
        shapes = {name: [-1 if name == other else 1 for other in attributes] for name in self.masks}
        return reduce(np.logical_and, (mask.reshape(shapes[name]) for name, mask in self.masks.items()))


def forbidden(codec: Codec) -> tuple[Forbidden, ...]:
    """The contract's constraints in its order.

    A bin is forbidden only when all of it lies inside a range. A constraint that no whole code meets is dropped where a
    domain was bought, and is a ContractError elsewhere: it would do nothing.
    """
    found = (_compiled(codec, at, constraint) for at, constraint in enumerate(codec.contract.constraints))
    return tuple(one for one in found if one is not None)


def _compiled(codec: Codec, at: int, constraint: Constraint) -> Forbidden | None:
    masks: dict[str, Mask] = {}
    for name, condition in constraint.forbid.items():
        attribute = _attribute(codec, name)
        mask = _meets_any(codec, attribute, condition)
        if not mask.any():
            column = codec.contract.column(attribute.column)
            if getattr(column, "domain_source", "") == "dp_estimated":
                return None
            raise ContractError(
                f"no value, and no whole bin, of {name!r} meets the condition",
                where=f"{codec.contract.name}: constraints[{at}].forbid",
                fix="write declared values, null, or a range such as ..14 that covers at least one bin",
            )
        masks[attribute.name] = mask & masks.get(attribute.name, True)
        first = codec.column(attribute).attributes[0]
        if attribute is not first:  # a null cell has its code in the first part, and 0, which means nothing, here
            masks[first.name] = masks.get(first.name, np.ones(first.size, bool)) & ~_null(codec, first)
    return Forbidden(masks)


def _attribute(codec: Codec, name: str) -> Attribute:
    """The attribute of a column, the first of a template's, or the one of `column.part`; the contract has checked."""
    return next(attribute for attribute in codec.attributes if name in (attribute.name, attribute.column))


def _meets_any(codec: Codec, attribute: Attribute, condition: Condition) -> Mask:
    values = condition if isinstance(condition, tuple) else (condition,)
    return reduce(np.logical_or, (_meets(codec, attribute, value) for value in values))


def _meets(codec: Codec, attribute: Attribute, value: Value) -> Mask:
    if value is None:
        return _null(codec, attribute)
    mask, column = np.zeros(attribute.size, bool), codec.column(attribute)
    if isinstance(column, CategoryCodec):
        mask[_positions(column.known, value)] = True
    elif isinstance(column, TextNumberCodec):
        mask[column.axis.size + _positions(column.special, value)] = True
        mask[: column.axis.size] = _within(column.axis, pa.float64(), value)
    elif isinstance(column, ScalarCodec):
        mask[: column.axis.size] = _within(column.axis, column.kind, value)
    elif isinstance(column, TemplateCodec):
        axis = column.axes[column.attributes.index(attribute)]
        mask[: axis.size] = _within(axis, pa.float64(), value)
    return mask


def _null(codec: Codec, attribute: Attribute) -> Mask:
    mask = np.zeros(attribute.size, bool)
    nullable = bool(getattr(codec.contract.column(attribute.column), "nullable", False))
    mask[-1] = nullable and attribute is codec.column(attribute).attributes[0]
    return mask


def _positions(known: pa.Array, value: Value) -> NDArray[np.int64]:
    listed: list[Any] = known.to_pylist()
    return np.array([at for at, one in enumerate(listed) if one == value and type(one) is type(value)], np.int64)


def _within(axis: Axis, kind: pa.DataType, value: Value) -> Mask:
    """The codes whose every value lies in the range LOW..HIGH, either end of which may be left out, or is the value."""
    text = str(value)
    low, dots, high = text.partition("..")
    ends = [_number(word, kind) for word in ((low, high) if dots else (text, text))]
    if any(end is None and (word or not dots) for end, word in zip(ends, (low, high), strict=True)):
        return np.zeros(axis.size, bool)
    least, greatest = axis.ends()
    inside = np.ones(axis.size, bool)
    if ends[0] is not None:
        inside &= least >= ends[0]
    if ends[1] is not None:
        inside &= greatest <= ends[1]
    return inside


def _number(word: str, kind: pa.DataType) -> Any:
    """The word as the axis of Arrow type `kind` holds it; None when it is no such value."""
    plain = pa.float64() if is_text(kind) else kind
    try:
        cell = pa.array([word or None], pa.string()).cast(plain)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return None if cell.null_count else read(cell)[0][0]
