"""The fitted model: conditional tables over coarse codes, and how a coarse code opens into fine ones.

Everything here is post-processing of noisy measurements, so it is free of charge and may be seeded.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.engines.sampling import draw

BLOCK_ROWS = 250_000  # rows sampled under one seed; part of what a seed means, so a change is a new format version

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grouping:
    """Fine codes of one attribute, gathered into coarse groups 0..k-1.

    `group`: (fine,) the group of each code; `share`: (fine,) the code's share of its group, summing to 1 per group.
    """

    group: NDArray[np.int32]
    share: Floats

    @cached_property
    def size(self) -> int:
        return int(self.group.max()) + 1

    @cached_property
    def table(self) -> Floats:
        """(groups, fine): the conditional distribution of the fine code given its group."""
        table = np.zeros((self.size, self.group.size))
        table[self.group, np.arange(self.group.size)] = self.share
        return table

    def merged(self, values: NDArray[Any]) -> Floats:
        """(groups,): the sum of (fine,) values over each group."""
        return np.bincount(self.group, weights=values).astype(np.float64)

    @classmethod
    def identity(cls, size: int) -> "Grouping":
        """Every code a group of its own."""
        return cls(np.arange(size, dtype=np.int32), np.ones(size))


@dataclass(frozen=True)
class Step:
    """One attribute given earlier ones. `table`: (*coarse sizes of parents, coarse size), last axis sums to 1."""

    attribute: str
    parents: tuple[str, ...]
    table: Floats


@dataclass(frozen=True)
class Model:
    """A directed tree (or junction tree) of conditional tables. Raises ValueError when it does not fit together.

    `domain`: fine size of each attribute; `total`: noisy number of rows, at least 1; `steps`: every attribute once,
    parents first; `groupings`: one for each attribute.
    """

    domain: dict[str, int]
    total: float
    steps: tuple[Step, ...]
    groupings: dict[str, Grouping]

    def __post_init__(self) -> None:
        if not (math.isfinite(self.total) and self.total >= 1):
            raise ValueError("total must be a finite number of at least 1")
        if sorted(step.attribute for step in self.steps) != sorted(self.domain):
            raise ValueError("steps and domain do not name the same attributes")
        if set(self.groupings) != set(self.domain):
            raise ValueError("groupings and domain do not name the same attributes")
        for attribute, size in self.domain.items():
            _require_grouping(self.groupings[attribute], size)
        seen: set[str] = set()
        for step in self.steps:
            if not seen.issuperset(step.parents):
                raise ValueError("a step comes before its parents")
            expected = tuple(self.groupings[name].size for name in (*step.parents, step.attribute))
            _require_table(step.table, expected)
            seen.add(step.attribute)

    def sample(self, rows: int, seed: int) -> Codes:
        """`rows` synthetic rows as codes, the blocks of `seed` joined; the same for the same arguments."""
        pieces = list(self.blocks(rows, seed))
        empty = np.zeros(0, np.int32)
        return {name: np.concatenate([empty, *(piece[name] for piece in pieces)]) for name in self.domain}

    def blocks(self, rows: int, seed: int, block_rows: int = BLOCK_ROWS) -> Iterator[Codes]:
        """The rows of `sample(rows, seed)` in pieces of at most `block_rows`, in bounded memory.

        Rows are drawn in independent blocks of BLOCK_ROWS, block b from `default_rng([seed, b])`; `block_rows` only
        cuts what comes out, so it never changes a row. Inside a block, rows are exchangeable. Raises ValueError
        when rows or seed is negative, or block_rows is not positive.
        """
        if rows < 0 or seed < 0 or block_rows < 1:
            raise ValueError("rows and seed must be 0 or more, block_rows at least 1")
        for block, start in enumerate(range(0, rows, BLOCK_ROWS)):
            height = min(BLOCK_ROWS, rows - start)
            codes = self._block(height, np.random.default_rng([seed, block]))
            for cut in range(0, height, block_rows):
                yield {name: codes[name][cut : cut + block_rows] for name in self.domain}

    def _block(self, rows: int, rng: np.random.Generator) -> Codes:
        coarse: Codes = {}
        for step in self.steps:
            state = np.zeros(rows, np.int64)
            for parent in step.parents:
                state = state * self.groupings[parent].size + coarse[parent]
            coarse[step.attribute] = draw(step.table.reshape(-1, step.table.shape[-1]), state, rng)
        return {name: draw(self.groupings[name].table, coarse[name], rng) for name in self.domain}

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """The model as plain JSON structure and named arrays; the inverse of `from_arrays`."""
        structure = {
            "domain": [[name, size] for name, size in self.domain.items()],
            "total": self.total,
            "steps": [{"attribute": step.attribute, "parents": list(step.parents)} for step in self.steps],
        }
        arrays: dict[str, NDArray[Any]] = {}
        for position, step in enumerate(self.steps):
            arrays[f"table{position}"] = step.table
            arrays[f"group{position}"] = self.groupings[step.attribute].group
            arrays[f"share{position}"] = self.groupings[step.attribute].share
        return structure, arrays

    @classmethod
    def from_arrays(cls, structure: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> "Model":
        """The model back from `to_arrays`. Raises ValueError, KeyError or TypeError when the parts do not fit."""
        steps: list[Step] = []
        groupings: dict[str, Grouping] = {}
        for position, entry in enumerate(structure["steps"]):
            name = str(entry["attribute"])
            steps.append(Step(name, tuple(map(str, entry["parents"])), arrays[f"table{position}"]))
            groupings[name] = Grouping(arrays[f"group{position}"], arrays[f"share{position}"])
        domain = {str(name): int(size) for name, size in structure["domain"]}
        return cls(domain, float(structure["total"]), tuple(steps), groupings)


def _require_grouping(grouping: Grouping, size: int) -> None:
    group, share = grouping.group, grouping.share
    if group.dtype != np.int32 or group.shape != (size,) or share.dtype != np.float64 or share.shape != (size,):
        raise ValueError("a grouping does not have the shape or type of its domain")
    if group.min() < 0 or group.max() >= size or np.unique(group).size != grouping.size:
        raise ValueError("the groups of an attribute are not numbered 0..k-1")
    _require_distributions(grouping.table)


def _require_table(table: Floats, shape: tuple[int, ...]) -> None:
    if table.dtype != np.float64 or table.shape != shape:
        raise ValueError("a conditional table does not have the shape or type of its attributes")
    _require_distributions(table)


def _require_distributions(table: Floats) -> None:
    if not (np.isfinite(table).all() and (table >= 0).all() and np.allclose(table.sum(axis=-1), 1, rtol=0, atol=1e-6)):
        raise ValueError("a table holds something else than probabilities that sum to 1")
