"""An axis of floats without a grid: each bin is a closed interval of floats that the type can hold."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes.axis import DEFAULT_BINS, Scale, log_edge, unusable
from noctule.codes.strata import spread


@dataclass(frozen=True)
class FloatAxis:
    """Bin k holds the floats in [first[k], last[k]] that are not atoms; both ends are floats of `dtype`."""

    dtype: np.dtype[Any]
    low: Any
    high: Any
    first: NDArray[Any]
    last: NDArray[Any]
    atoms: NDArray[Any]

    @property
    def size(self) -> int:
        return len(self.first) + len(self.atoms)

    def outside(self, x: NDArray[Any]) -> NDArray[np.bool_]:
        return (x < self.low) | (x > self.high)

    def code(self, x: NDArray[Any]) -> NDArray[np.int32]:
        x = np.clip(x, self.low, self.high)
        codes = np.maximum(np.searchsorted(self.first, x, side="right") - 1, 0).astype(np.int32)
        for position, atom in enumerate(self.atoms, start=len(self.first)):
            codes[x == atom] = position
        return codes

    def value(self, codes: NDArray[np.int32], rng: np.random.Generator) -> NDArray[Any]:
        """Uniform in the bin, as a float64 rounded into it; an atom that is hit by chance gives the bin's end."""
        first, last = (np.append(ends, self.atoms)[codes] for ends in (self.first, self.last))
        share = spread(codes, self.size, rng)
        x = (first.astype(np.float64) * (1 - share) + last.astype(np.float64) * share).astype(self.dtype)
        x = np.clip(x, first, last)
        if len(self.atoms):
            hit = np.isin(x, self.atoms)
            x[hit] = first[hit]
        return x

    def values(self) -> None:
        return None

    def ends(self) -> tuple[NDArray[Any], NDArray[Any]]:
        return np.append(self.first, self.atoms), np.append(self.last, self.atoms)


def float_axis(
    name: str,
    dtype: np.dtype[Any],
    *,
    low: float,
    high: float,
    bins: int | None,
    scale: Scale,
    atoms: tuple[float, ...],
) -> FloatAxis:
    """Cut [low, high] into `bins` (32 when None) of equal width. Raises ContractError when `dtype` is too coarse."""
    if max(abs(low), abs(high)) > float(np.finfo(dtype).max):
        raise unusable(name, "its Arrow type cannot hold bounds", "narrow bounds, or declare a wider arrow type")
    bins = bins or DEFAULT_BINS
    edge = log_edge(low, high, 1.0) if scale == "log" else lambda t: low * (1 - t) + high * t
    edges = [low, *(edge(k / bins) for k in range(1, bins)), high]
    points = np.array(atoms, dtype)
    if len(set(points.tolist())) < len(points):
        raise unusable(name, "two atoms are one in its Arrow type", "remove one, or declare a wider arrow type")
    first: list[Any] = []
    last: list[Any] = []
    top = -_at_least(dtype, -high)
    for k in range(bins):
        start = _past(_at_least(dtype, edges[k]), points, math.inf)
        end = _past(top if k == bins - 1 else np.nextafter(_at_least(dtype, edges[k + 1]), -np.inf), points, -math.inf)
        if start <= end:
            first.append(start)
            last.append(end)
    if not first:
        raise unusable(name, "no value of its Arrow type lies within bounds", "widen bounds, or use a finer type")
    ends = np.array(first, dtype), np.array(last, dtype)
    return FloatAxis(dtype, dtype.type(low), dtype.type(high), *ends, points)


def _at_least(dtype: np.dtype[Any], edge: float) -> Any:
    """The least float of `dtype` that is not below `edge`."""
    near = dtype.type(edge)
    return near if float(near) >= edge else np.nextafter(near, dtype.type(np.inf))


def _past(end: Any, atoms: NDArray[Any], towards: float) -> Any:
    """`end`, moved into the bin while it is an atom."""
    while end in atoms:
        end = np.nextafter(end, end.dtype.type(towards))
    return end
