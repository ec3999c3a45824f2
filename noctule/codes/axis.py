"""An axis: public numbers in order, cut into bins, with atoms beside them. Codes are the bins, then the atoms."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from noctule.codes.gaps import MISSING, OUTSIDE
from noctule.errors import ContractError

Scale = Literal["linear", "log"]
DEFAULT_BINS = 32
LISTED = 100  # up to so many grid values, each has a code of its own unless `bins` is given


class Axis(Protocol):
    """Numbers of one numpy dtype to codes in [0, size) and back. `code` clips to the bounds."""

    @property
    def size(self) -> int: ...
    def outside(self, x: NDArray[Any]) -> NDArray[np.bool_]: ...
    def code(self, x: NDArray[Any]) -> NDArray[np.int32]: ...
    def value(self, codes: NDArray[np.int32], rng: np.random.Generator) -> NDArray[Any]: ...  # spread over each bin
    def values(self) -> NDArray[Any] | None: ...
    def ends(self) -> tuple[NDArray[Any], NDArray[Any]]: ...  # least and greatest value of each code


def place(axis: Axis, x: NDArray[Any], missing: NDArray[np.bool_], outside: str) -> NDArray[np.int32]:
    """Codes of `x`, with gaps where it is missing or, unless `outside` is clip, beyond the bounds."""
    codes = axis.code(x)
    if outside != "clip":
        codes[axis.outside(x)] = OUTSIDE
    codes[missing] = MISSING
    return codes


def drawn(axis: Axis, codes: NDArray[np.int32], rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A value for each code of the axis; 0 and True where the code lies beyond it (null, special)."""
    beyond = codes >= axis.size
    if not beyond.any():
        return axis.value(codes, rng), beyond
    values = axis.value(codes[~beyond], rng)
    x = np.zeros(codes.size, values.dtype)
    x[~beyond] = values
    return x, beyond


def log_edge(low: float, high: float, unit: float) -> Callable[[float], float]:
    """Edge at share t of [low, high] on a log scale: geometric from a lower bound above 0.

    From 0, where no logarithm is, edges are equal steps of log1p(x / unit); the unit is the step, else 1.
    """
    if low > 0:
        return lambda t: low * (high / low) ** t
    return lambda t: unit * math.expm1(t * math.log1p(high / unit))


def exact(value: float) -> Fraction:
    """The number as it is written in the contract: 0.1 is one tenth, not its nearest binary fraction."""
    return Fraction(str(value))


def unusable(name: str, what: str, fix: str) -> ContractError:
    return ContractError(f"column {name!r}: {what}", where=f"columns.{name}", fix=fix)
