"""An axis whose values lie on a grid: integers, dates, decimals, and numbers with a step."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes.axis import DEFAULT_BINS, LISTED, Scale, log_edge, unusable
from noctule.codes.strata import spread

_ENUMERABLE = 10_000


@dataclass(frozen=True)
class GridAxis:
    """Grid point i is low + i * step. Bounds, step and atoms are whole ticks of 10**-digits.

    An integer dtype holds ticks, a float dtype holds ticks / 10**digits (correctly rounded: 0.3, never
    0.30000000000000004). Values between grid points go to the nearest one.

    Bins are drawn over free ranks: the grid points counted without the atoms that lie on the grid (holes),
    so that a bin never gives an atom. A bin that holds nothing else has no code.
    """

    dtype: np.dtype[Any]
    digits: int
    low: int
    high: int
    step: int
    points: int
    starts: NDArray[np.int64]  # first grid point of each bin
    free: NDArray[np.int64]  # first free rank of each bin, and the number of free ranks
    holes: NDArray[np.int64]  # grid points that are atoms, rising
    atoms: tuple[int, ...]  # ticks, in the contract's order

    @property
    def size(self) -> int:
        return len(self.starts) + len(self.atoms)

    def outside(self, x: NDArray[Any]) -> NDArray[np.bool_]:
        low, high = self.stored(self.low), self.stored(self.high)
        return (x < low) | (x > high)

    def code(self, x: NDArray[Any]) -> NDArray[np.int32]:
        x = np.clip(x, self.stored(self.low), self.stored(self.high))
        points = self._points(x)
        codes = (np.searchsorted(self.starts, points, side="right") - 1).astype(np.int32)
        for position, atom in enumerate(self.atoms, start=len(self.starts)):
            codes[points == self.hole(atom)] = position
        for position, atom in enumerate(self.atoms, start=len(self.starts)):
            if self.hole(atom) < 0:  # last, since its own neighbours on the grid may be atoms too
                codes[x == self.stored(atom)] = position
        return codes

    def value(self, codes: NDArray[np.int32], rng: np.random.Generator) -> NDArray[Any]:
        """Uniform over the grid points of the bin, atoms left out."""
        first, width = self.free[:-1], np.diff(self.free)
        if (width == 1).all():
            return np.append(self._from_points(self._from_ranks(first)), self._atoms())[codes]
        beside = np.zeros(len(self.atoms), np.int64)  # atoms draw nothing: a range of one, overwritten below
        first, width = np.append(first, beside), np.append(width, beside + 1)
        ranks = first[codes] + (spread(codes, self.size, rng) * width[codes]).astype(np.int64)
        x = self._from_points(self._from_ranks(ranks))
        if self.atoms:
            is_atom = codes >= len(self.starts)
            x[is_atom] = self._atoms()[codes[is_atom] - len(self.starts)]
        return x

    def values(self) -> NDArray[Any] | None:
        if self.points > _ENUMERABLE:
            return None
        ranks = np.arange(self.points - len(self.holes))
        return np.append(self._from_points(self._from_ranks(ranks)), self._atoms())

    def ends(self) -> tuple[NDArray[Any], NDArray[Any]]:
        first, last = (self._from_points(self._from_ranks(r)) for r in (self.free[:-1], self.free[1:] - 1))
        return np.append(first, self._atoms()), np.append(last, self._atoms())

    def hole(self, atom: int) -> int:
        """Grid point of an atom, -1 when it lies beside the grid."""
        point, rest = divmod(atom - self.low, self.step)
        return point if rest == 0 else -1

    def _from_ranks(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        if not len(self.holes):
            return ranks
        return ranks + np.searchsorted(self.holes - np.arange(len(self.holes)), ranks, side="right")

    def _points(self, x: NDArray[Any]) -> NDArray[np.int64]:
        """Nearest grid points of values within the bounds."""
        if self.dtype.kind == "f":
            scale = 10.0**self.digits
            points = np.rint((x.astype(np.float64) - self.low / scale) * scale / self.step).astype(np.int64)
        else:  # modulo 2**64, so that the full range of any integer type has room
            points = x.astype(np.uint64) - np.uint64(self.low % 2**64)
            if self.step > 1:
                points = (points + np.uint64(self.step // 2)) // np.uint64(self.step)
            points = points.astype(np.int64)
        return np.minimum(points, self.points - 1)

    def _from_points(self, points: NDArray[np.int64]) -> NDArray[Any]:
        if self.dtype.kind == "f":
            return ((self.low + points * self.step) / 10.0**self.digits).astype(self.dtype)
        return (points.astype(np.uint64) * np.uint64(self.step) + np.uint64(self.low % 2**64)).astype(self.dtype)

    def stored(self, ticks: int) -> Any:
        return self.dtype.type(ticks / 10**self.digits if self.dtype.kind == "f" else ticks)

    def _atoms(self) -> NDArray[Any]:
        return np.array([self.stored(atom) for atom in self.atoms], self.dtype)


def grid_axis(
    name: str,
    dtype: np.dtype[Any],
    *,
    low: int,
    high: int,
    step: int = 1,
    digits: int = 0,
    bins: int | None = None,
    scale: Scale = "linear",
    atoms: tuple[int, ...] = (),
    unit: int | None = None,
) -> GridAxis:
    """Cut a grid into bins of equal width; `bins` None: one per grid point up to 100 points, else 32.

    `unit`, in ticks, is the unit of a log scale from 0 (see log_edge); the step when None.
    Raises ContractError when `dtype` cannot hold the bounds or tell grid points apart.
    """
    _require_held(name, dtype, low, high, step, digits)
    points = (high - low) // step + 1
    holes = np.array(sorted((a - low) // step for a in atoms if (a - low) % step == 0), np.int64)
    edges = _starts(low, high, step, points, bins, scale, unit or step)
    starts: list[int] = []
    free: list[int] = []
    for start, end in pairwise([*edges, points]):
        first, beyond = (at - int(np.searchsorted(holes, at)) for at in (start, end))
        if beyond > first:
            starts.append(start)
            free.append(first)
    free.append(points - len(holes))
    cuts = np.array(starts, np.int64), np.array(free, np.int64)
    axis = GridAxis(dtype, digits, low, high, step, points, *cuts, holes, atoms)
    _require_apart(name, axis)
    return axis


def _require_apart(name: str, axis: GridAxis) -> None:
    """Atoms must differ from each other and from the grid beside them, as stored: integers always do."""
    if axis.dtype.kind != "f":
        return
    stored = [axis.stored(atom) for atom in axis.atoms]
    apart = len(set(stored)) == len(stored)
    for atom in axis.atoms:
        under = atom - (atom - axis.low) % axis.step
        apart &= axis.hole(atom) >= 0 or axis.stored(under) < axis.stored(atom) < axis.stored(under + axis.step)
    if not apart:
        raise unusable(name, "two atoms, or an atom and a grid value, are one in its Arrow type", "remove the atom")


def _starts(low: int, high: int, step: int, points: int, bins: int | None, scale: Scale, unit: int) -> list[int]:
    """First grid point of each bin. An edge belongs to the bin above it; bins without a grid point vanish."""
    if bins is None and points <= LISTED:
        return list(range(points))
    bins = bins or DEFAULT_BINS
    if scale == "linear":
        starts = [-(-k * (high - low) // (bins * step)) for k in range(bins)]
    else:
        edge = log_edge(low, high, unit)
        starts = [int(np.ceil((edge(k / bins) - low) / step - 1e-9)) for k in range(bins)]
    return sorted({start for start in starts if start < points})


def _require_held(name: str, dtype: np.dtype[Any], low: int, high: int, step: int, digits: int) -> None:
    if low > high:
        raise unusable(name, "no value of its Arrow type lies within bounds", "widen bounds, or use a finer type")
    if dtype.kind == "f":
        reach = max(abs(low), abs(high)) / 10**digits
        # A quarter of a step is room for the rounding of the type and of the arithmetic on it.
        held = reach <= float(np.finfo(dtype).max) and 4 * np.spacing(dtype.type(reach)) <= step / 10**digits
        held = held and max(abs(low), abs(high), step) < 2**62
    else:
        held = np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max and high - low < 2**63
    if not held:
        raise unusable(
            name,
            "its Arrow type cannot hold bounds, or every step between them",
            "narrow bounds, use a coarser step, or declare a wider arrow type",
        )
