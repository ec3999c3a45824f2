"""Public tables, made here, on which a canary shows as much as it can; and what a released model tells of each canary.

Everything is known to the auditor but one coin a canary: whether its row is in. Rows are codes, so that a fit takes a
tenth of a second; `night` goes the whole way from a file.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.counts import Clique
from noctule.engines.model import Measurement, Model, Step
from noctule.engines.shape import Shape

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]

SAMPLED = 4_000  # rows of a release that are searched for a canary's own row


@dataclass(frozen=True)
class Cells:
    """Canary i is a row (i, i, i): no other canary is in any cell of any marginal that it is in.

    `rows` more lie in the same cells, known to the auditor, so that no code is rare and every one keeps a group of its
    own; to noise they make no difference. What a canary moves is then every measured marginal, each in a cell of its
    own: the sum of its cells, each over its variance, is the best test there is against Gaussian noise. A canary is a
    unit of `max_rows` rows, all alike, so that noise for fewer is found.
    """

    name: str = "cells"
    canaries: int = 16
    max_rows: int = 3
    attributes: tuple[str, ...] = ("a", "b", "c")
    rows: int = 600

    @property
    def shape(self) -> Shape:
        return Shape(dict.fromkeys(self.attributes, self.canaries))

    def codes(self, present: Bits) -> Codes:
        column = np.repeat(np.arange(self.canaries, dtype=np.int32), self.rows + self.max_rows * present)
        return dict.fromkeys(self.attributes, column)

    def scores(self, model: Model) -> Floats:
        """Standard normal for a canary that is out, if the stated sigmas are true; rows, where no count is kept."""
        if not model.measurements:
            return model.total * np.sum([self._pair(model, step) for step in model.steps if step.parents], axis=0)
        seen = [self._seen(model, one) for one in model.measurements]
        weight = np.sum([1 / sigma**2 for _, sigma in seen], axis=0)
        return np.sum([excess / sigma**2 for excess, sigma in seen], axis=0) / np.sqrt(weight)

    def exact(self, clique: Clique, present: Bits) -> NDArray[np.int64]:
        """The true counts of a marginal of codes."""
        table = np.zeros((self.canaries,) * len(clique), np.int64)
        table[(self._all,) * len(clique)] = self.rows + self.max_rows * present
        return table

    def _pair(self, model: Model, step: Step) -> Floats:
        """(canaries,): the model's share of rows in each canary's cell, of a tree's pair or a mixture's attribute."""
        (parent,) = step.parents
        if parent in model.latent:
            return model.marginal(step.attribute)[: self.canaries]
        given, own = (model.groupings[name].group[: self.canaries] for name in (parent, step.attribute))
        return model.marginal(parent)[: self.canaries] * step.table[given, own]

    @cached_property
    def _all(self) -> NDArray[np.int64]:
        return np.arange(self.canaries)

    def _seen(self, model: Model, one: Measurement) -> tuple[Floats, Floats]:
        """(canaries,): noisy count of each canary's cell beyond the rows known to lie there, and its sigma."""
        places = [self._all if one.fine else model.groupings[name].group[: self.canaries] for name in one.clique]
        alike = np.logical_and.reduce([place[:, None] == place for place in places])  # in one cell, by coarse codes
        cell = tuple(places)
        sigma = np.broadcast_to(one.sigma, one.counts.shape)[cell]
        return one.counts[cell] - self.rows * alike.sum(axis=1), sigma.astype(np.float64)


@dataclass(frozen=True)
class Declared:
    """Canary i alone holds the declared code i, which is in no row without it.

    A domain that was read off the rows shows it: there, what nobody holds has no noise, or no place at all.
    """

    name: str = "codes"
    canaries: int = 28
    max_rows: int = 1
    heavy: int = 4  # codes that many rows hold
    rows: int = 500  # of each heavy code

    @property
    def shape(self) -> Shape:
        return Shape({"rare": self.canaries + self.heavy, "other": 2})

    def codes(self, present: Bits) -> Codes:
        heavy = np.repeat(np.arange(self.canaries, self.canaries + self.heavy), self.rows)
        rare = np.concatenate([np.flatnonzero(present), heavy]).astype(np.int32)
        return {"rare": rare, "other": (np.arange(rare.size) % 2).astype(np.int32)}

    def scores(self, model: Model) -> Floats:
        kept = [one.counts for one in model.measurements if one.clique == ("rare",) and one.fine]
        return np.abs(kept[0][: self.canaries] if kept else model.marginal("rare")[: self.canaries]).astype(np.float64)


@dataclass(frozen=True)
class Unique:
    """Canary i is a row that nobody else has and chance does not make: found when the release or the model holds it."""

    name: str = "rows"
    canaries: int = 64
    max_rows: int = 1
    attributes: int = 6
    size: int = 32  # codes of each attribute
    rows: int = 1_000

    @property
    def shape(self) -> Shape:
        return Shape({f"x{number}": self.size for number in range(self.attributes)})

    def codes(self, present: Bits) -> Codes:
        table = np.concatenate([self._table[: self.canaries][present], self._table[self.canaries :]])
        return {f"x{number}": column for number, column in enumerate(table.T.astype(np.int32))}

    def scores(self, model: Model) -> Floats:
        drawn = model.sample(SAMPLED, seed=1)
        released = {tuple(row) for row in np.column_stack(list(drawn.values())).tolist()}
        kept = [np.ascontiguousarray(array).tobytes() for array in model.to_arrays()[1].values()]
        canaries = self._table[: self.canaries]
        return np.array([tuple(row.tolist()) in released or _within(row, kept) for row in canaries], np.float64)

    @cached_property
    def _table(self) -> NDArray[np.int64]:
        made = np.random.default_rng(20).integers(self.size, size=(self.canaries + self.rows, self.attributes))
        return made.astype(np.int64)  # public, and the same each time


Table = Cells | Declared | Unique
"""`scores(model)`, (canaries,), reads off what is released, larger for canaries that seem to be in; each canary brings
`max_rows` rows, all that a unit may have."""


def _within(row: NDArray[np.int64], kept: list[bytes]) -> bool:
    """Whether an array holds these codes one after the other, in any of the types that codes are kept in."""
    written = [row.astype(kind).tobytes() for kind in (np.uint8, np.uint16, np.int32, np.int64, np.float64)]
    return any(one in held for held in kept for one in written)
