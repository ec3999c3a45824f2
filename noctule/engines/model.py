"""The fitted model: conditional tables over coarse codes, and how a coarse code opens into fine ones.

Everything here is post-processing of noisy measurements, so it is free of charge and may be seeded.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codes
from noctule.codes.forbidden import Forbidden
from noctule.counts import Clique
from noctule.engines import conditional
from noctule.engines.balance import balance
from noctule.engines.sampling import draw
from noctule.errors import BundleError
from noctule.parallel import in_order

BLOCK_ROWS = 250_000  # rows sampled under one seed; part of what a seed means
BALANCED = (
    2**24
)  # rows x attributes² up to which a sample of a mixture is balanced: some seconds; beyond, rows are many
COMPONENT = "\x1fcomponent"  # the latent root of a mixture; no column's name holds a control character
REDRAWS = 1000  # of impossible rows, after which a model contradicts its constraints

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

    def open(self, groups: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
        """A fine code for each row's group."""
        if self.size == self.group.size:  # every group holds one code
            return np.argsort(self.group).astype(np.int32)[groups]
        codes = np.empty_like(groups)
        draw(self.table, groups, rng, codes)
        return codes

    def wholly(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(groups,): the groups all of whose codes are in the (fine,) mask."""
        return np.bincount(self.group, weights=~mask) == 0

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
class Measurement:
    """Noisy counts of one clique, kept: already private, free to reuse.

    `counts`: in rows, shape (sizes of the clique's attributes), of fine codes when `fine`, else of groups: integers as
    drawn, or real numbers where measurements of several nights were combined (`prior.py`). `sigma`, in rows: parameter
    of the discrete Gaussian on each cell; where combined, the standard deviation of each cell, same shape, under the
    drift that was assumed between the nights.
    """

    clique: Clique
    counts: NDArray[np.int64] | Floats
    sigma: float | Floats
    fine: bool


@dataclass(frozen=True)
class Model:
    """A directed graph of conditional tables. Raises ValueError when it does not fit together.

    `domain`: fine size of each attribute; `total`: noisy number of rows, at least 1; `steps`: every attribute, real
    and latent, once, parents first; `groupings`: one for each real attribute; `latent`: size of each hidden attribute,
    which steps may condition on and samples leave out. A tree and a junction tree have no latent attribute; a mixture
    of products has one, COMPONENT, as the root of all others. No sampled row is one of `forbidden`; one that would be
    is drawn again, with the value of `kept`, a real attribute, that it had.
    """

    domain: dict[str, int]
    total: float
    steps: tuple[Step, ...]
    groupings: dict[str, Grouping]
    latent: dict[str, int] = field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    kept: str | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.total) and self.total >= 1):
            raise ValueError("total must be a finite number of at least 1")
        if set(self.latent) & set(self.domain):
            raise ValueError("an attribute is both real and latent")
        if sorted(step.attribute for step in self.steps) != sorted([*self.domain, *self.latent]):
            raise ValueError("steps do not name each attribute once")
        if set(self.groupings) != set(self.domain):
            raise ValueError("groupings and domain do not name the same attributes")
        for attribute, size in self.domain.items():
            _require_grouping(self.groupings[attribute], size)
        seen: set[str] = set()
        for step in self.steps:
            if not seen.issuperset(step.parents) or len(set(step.parents)) < len(step.parents):
                raise ValueError("a step comes before its parents, or names one twice")
            _require_table(step.table, tuple(self.size(name) for name in (*step.parents, step.attribute)))
            seen.add(step.attribute)
        for measurement in self.measurements:
            self._require_measurement(measurement)
        for one in self.forbidden:
            if not one.masks or any(mask.shape != (self.domain.get(name),) for name, mask in one.masks.items()):
                raise ValueError("an impossible combination is not one of codes of the domain")
        if self.kept not in (None, *self.domain):
            raise ValueError("the attribute that keeps its value is not one of the domain")

    def _require_measurement(self, measured: Measurement) -> None:
        clique, counts = measured.clique, measured.counts
        if not clique or len(set(clique)) < len(clique) or not set(clique) <= set(self.domain):
            raise ValueError("a measurement is not of distinct real attributes")
        sizes = self.domain if measured.fine else {name: self.size(name) for name in clique}
        if counts.dtype.name not in ("int64", "float64") or counts.shape != tuple(sizes[name] for name in clique):
            raise ValueError("a measurement does not have the shape or type of its attributes")
        if np.shape(measured.sigma) not in ((), counts.shape):
            raise ValueError("the sigma of a measurement must be one number, or one for each cell")
        if not (np.isfinite(measured.sigma).all() and np.greater(measured.sigma, 0).all()):
            raise ValueError("the sigma of a measurement must be a finite number above 0")
        if not np.isfinite(counts).all():
            raise ValueError("the counts of a measurement must be finite")

    def size(self, attribute: str) -> int:
        """Number of states of an attribute in the steps: its groups, or its codes when it is latent."""
        return self.latent[attribute] if attribute in self.latent else self.groupings[attribute].size

    def marginal(self, attribute: str) -> Floats:
        """Probability of each fine code of one attribute; see `conditional.marginal`."""
        return conditional.marginal(self, attribute)

    def given(self, evidence: Mapping[str, NDArray[np.bool_]]) -> "Model":
        """The model of the rows whose codes are all allowed, exactly; see `conditional.given`."""
        return conditional.given(self, evidence)

    def rebalanced(self, attribute: str, shares: NDArray[Any]) -> "Model":
        """The model with one attribute's marginal set to `shares`; see `conditional.rebalanced`."""
        return conditional.rebalanced(self, attribute, shares)

    def sample(self, rows: int, seed: int) -> Codes:
        """`rows` synthetic rows as codes, the blocks of `seed` joined; the same for the same arguments."""
        pieces = list(self.blocks(rows, seed))
        empty = np.zeros(0, np.int32)
        return {name: np.concatenate([empty, *(piece[name] for piece in pieces)]) for name in self.domain}

    def blocks(self, rows: int, seed: int, workers: int = 1) -> Iterator[Codes]:
        """The rows of `sample(rows, seed)` in blocks of BLOCK_ROWS, the last one shorter, in bounded memory.

        Blocks are independent, rows exchangeable inside each; the number of workers changes nothing. Raises
        ValueError when rows or seed is negative.
        """
        if rows < 0 or seed < 0:
            raise ValueError("rows and seed must be 0 or more")
        yield from in_order(lambda number: self.block(number, rows, seed), range(-(-rows // BLOCK_ROWS)), workers)

    def block(self, number: int, rows: int, seed: int) -> Codes:
        """Block `number`, from 0, of `sample(rows, seed)`; drawn from the seeds [seed, number] alone.

        What a seed means is part of the version of noctule, which a passport names: another may draw other rows.
        A small sample of a mixture is balanced (`balance.py`). Impossible rows are drawn again, so that the others keep
        their distribution. Raises BundleError when hardly any row, or any of a value of `kept`, is possible.
        """
        rng = np.random.Generator(np.random.SFC64([seed, number]))
        codes = self._draw(
            min(BLOCK_ROWS, rows - number * BLOCK_ROWS), rng, balanced=rows * len(self.domain) ** 2 <= BALANCED
        )
        for _ in range(REDRAWS):
            impossible = np.flatnonzero(reduce(np.logical_or, (one.violations(codes) for one in self.forbidden), False))
            if not impossible.size:
                return codes
            for model, alike in self._alike(codes, impossible):
                for name, again in model._draw(alike.size, rng, balanced=False).items():
                    codes[name][alike] = again
        raise BundleError(
            "the contract's constraints leave hardly any of the rows that the model draws",
            where="constraints",
            fix="check the constraints against the data: they seem to forbid what is common, then train again",
        )

    def _alike(self, codes: Codes, rows: NDArray[np.int64]) -> list[tuple["Model", NDArray[np.int64]]]:
        """`rows`, apart by their value of `kept`, each with the model of rows that have it."""
        if self.kept is None:
            return [(self, rows)]
        value, every = codes[self.kept][rows], np.arange(self.domain[self.kept])
        return [(self.given({self.kept: every == one}), rows[value == one]) for one in np.unique(value)]

    def _draw(self, height: int, rng: np.random.Generator, *, balanced: bool) -> Codes:
        # One array a block: the allocator keeps memory of that size, where it would hand back many small pieces.
        columns = np.empty((len(self.steps), height), np.int32)
        coarse: Codes = dict(zip((step.attribute for step in self.steps), columns, strict=True))
        states: dict[tuple[str, ...], NDArray[np.int32]] = {}  # siblings share one
        for step in self.steps:
            table = step.table.reshape(-1, step.table.shape[-1])
            if step.parents not in states:
                state = coarse[step.parents[0]] if step.parents else np.zeros(height, np.int32)
                for parent in step.parents[1:]:
                    state = state * self.size(parent) + coarse[parent]
                states[step.parents] = state
            draw(table, states[step.parents], rng, coarse[step.attribute])
        if balanced and self._is_mixture():
            root, *rest = self.steps
            balance([coarse[s.attribute] for s in rest], coarse[root.attribute], [s.table for s in rest], rng)
        return {name: self.groupings[name].open(coarse[name], rng) for name in self.domain}

    def _is_mixture(self) -> bool:
        root, *rest = self.steps
        return root.attribute in self.latent and all(step.parents == (root.attribute,) for step in rest)

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """The model as plain JSON structure and named arrays; the inverse of `from_arrays`."""
        structure = {
            "domain": [[name, size] for name, size in self.domain.items()],
            "latent": [[name, size] for name, size in self.latent.items()],
            "total": self.total,
            "kept": self.kept,
            "steps": [{"attribute": step.attribute, "parents": list(step.parents)} for step in self.steps],
            "forbidden": [list(one.masks) for one in self.forbidden],
            "measurements": [
                {"clique": list(m.clique), "sigma": m.sigma if isinstance(m.sigma, float) else None, "fine": m.fine}
                for m in self.measurements
            ],
        }
        arrays: dict[str, NDArray[Any]] = {}
        for position, step in enumerate(self.steps):
            arrays[f"table{position}"] = step.table
            if grouping := self.groupings.get(step.attribute):
                arrays[f"group{position}"], arrays[f"share{position}"] = grouping.group, grouping.share
        arrays |= {f"counts{position}": measured.counts for position, measured in enumerate(self.measurements)}
        for position, measured in enumerate(self.measurements):
            if not isinstance(measured.sigma, float):
                arrays[f"sigma{position}"] = np.asarray(measured.sigma)
        for number, one in enumerate(self.forbidden):
            arrays |= {f"forbidden{number}_{position}": mask for position, mask in enumerate(one.masks.values())}
        return structure, arrays

    @classmethod
    def from_arrays(cls, structure: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> "Model":
        """The model back from `to_arrays`. Raises ValueError, KeyError or TypeError when the parts do not fit.

        Format version 1 had no latent attributes, measurements or impossible combinations, version 2 none combined.
        """
        domain = {str(name): int(size) for name, size in structure["domain"]}
        latent = {str(name): int(size) for name, size in structure.get("latent", [])}
        steps: list[Step] = []
        groupings: dict[str, Grouping] = {}
        for position, entry in enumerate(structure["steps"]):
            name = str(entry["attribute"])
            steps.append(Step(name, tuple(map(str, entry["parents"])), arrays[f"table{position}"]))
            if name not in latent:
                groupings[name] = Grouping(arrays[f"group{position}"], arrays[f"share{position}"])
        measurements = tuple(
            Measurement(
                tuple(map(str, m["clique"])),
                arrays[f"counts{position}"],
                arrays[f"sigma{position}"] if m["sigma"] is None else float(m["sigma"]),
                bool(m["fine"]),
            )
            for position, m in enumerate(structure.get("measurements", []))
        )
        forbidden = tuple(
            Forbidden({str(name): arrays[f"forbidden{number}_{position}"] for position, name in enumerate(names)})
            for number, names in enumerate(structure.get("forbidden", []))
        )
        total, kept = float(structure["total"]), structure.get("kept")
        return cls(domain, total, tuple(steps), groupings, latent, measurements, forbidden, kept)


def _require_grouping(grouping: Grouping, size: int) -> None:
    group, share = grouping.group, grouping.share
    if group.dtype != np.int32 or group.shape != (size,) or share.dtype != np.float64 or share.shape != (size,):
        raise ValueError("a grouping does not have the shape or type of its domain")
    if group.min() < 0 or group.max() >= size or np.unique(group).size != grouping.size:
        raise ValueError("the groups of an attribute are not numbered 0..k-1")
    if not ((share >= 0).all() and np.allclose(grouping.merged(share), 1, rtol=0, atol=1e-6)):
        raise ValueError("the shares of a group are no probabilities that sum to 1")


def _require_table(table: Floats, shape: tuple[int, ...]) -> None:
    if table.dtype != np.float64 or table.shape != shape:
        raise ValueError("a conditional table does not have the shape or type of its attributes")
    _require_distributions(table)


def _require_distributions(table: Floats) -> None:
    if not (np.isfinite(table).all() and (table >= 0).all() and np.allclose(table.sum(axis=-1), 1, rtol=0, atol=1e-6)):
        raise ValueError("a table holds something else than probabilities that sum to 1")
