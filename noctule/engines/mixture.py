"""A mixture of products of categorical distributions, fitted to noisy marginals by gradient.

p(x) is the mean over E members of the mean over K components of the product over attributes of a softmax. No clique
tree: memory is E K times the number of codes, and any set of marginals can be fitted. The members start apart and are
fitted apart, each to all evidence; their mean varies less than any one of them (bagging), most of all where nothing
was measured. All pairs are predicted by one matrix product, so a step costs milliseconds and nothing is compiled.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Arrays = NDArray[Any]  # float32, or float64 for very large tables
Axes = tuple[int, ...]

JITTER = 0.5  # standard deviation of the members' first logits around the one-way marginals
PULL = 1.0  # weight of a standard normal prior on each component's logits around their mean
LIMIT = 25.0  # of a logit
FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.97  # Adam's; its usual 0.999 remembers the steep start for a whole fit
PRECISE = 1e7  # rows, from which on float32 would be coarser than the noise


@dataclass(frozen=True)
class Evidence:
    """What is known of one marginal: `counts` in rows, shape (sizes of the clique), and their variance, in rows²."""

    clique: Axes
    counts: Floats
    variance: Floats  # of each cell, or one for all; infinite where nothing is known


@dataclass(frozen=True)
class Effort:
    """A descent of at most `steps` steps, whose rate falls from `rate` to `last`.

    It ends early when the squared residuals are `settled` times what noise alone would leave (discrepancy
    principle: a closer fit follows the noise).
    """

    steps: int
    rate: float = 0.1
    last: float = 0.1
    settled: float = 0.8


class Mixture:
    """`probabilities`: (members, components, codes of all attributes side by side).

    `sizes`: codes of each attribute; `total`: rows; `start`: one-way counts of each attribute, in rows.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        total: float,
        start: Sequence[Floats],
        rng: np.random.Generator,
        *,
        members: int,
        components: int,
    ) -> None:
        self.sizes, self.total = tuple(sizes), total
        edges = np.r_[0, np.cumsum(self.sizes)]
        self.columns = [slice(int(low), int(high)) for low, high in itertools.pairwise(edges)]
        dtype = np.float32 if total < PRECISE else np.float64
        base = np.log(np.maximum(np.concatenate(start) / total, 1e-5))
        shape = (members, components, base.size)
        self.logits = (base + JITTER * rng.standard_normal(shape)).astype(dtype)
        self._belongs = np.repeat(np.eye(len(self.sizes), dtype=dtype), self.sizes, axis=0)  # (codes, attributes)
        self._mean, self._square, self._steps = np.zeros_like(self.logits), np.zeros_like(self.logits), 0
        self.probabilities = self._softmax()

    def predict(self, clique: Axes) -> Floats:
        """Counts of a marginal of the mean of all members, in rows, shape (sizes of the clique)."""
        flat = self.components()
        left = flat[:, self.columns[clique[0]]]
        for axis in clique[1:-1]:
            left = (left[:, :, None] * flat[:, None, self.columns[axis]]).reshape(len(flat), -1)
        table = left.sum(axis=0) if len(clique) == 1 else left.T @ flat[:, self.columns[clique[-1]]]
        return (table * (self.total / len(flat))).reshape([self.sizes[axis] for axis in clique]).astype(np.float64)

    def components(self) -> Arrays:
        """(members x components, codes of all attributes): all components, of equal weight."""
        return self.probabilities.reshape(-1, self.probabilities.shape[-1])

    def fit(self, evidence: Sequence[Evidence], effort: Effort) -> float:
        """Descend by Adam (Kingma and Ba 2015); returns squared residuals over variance, per cell and member."""
        objective = _Objective(self, evidence)
        loss = math.inf
        for step in range(effort.steps):
            loss, slope = objective.gradient()
            if loss < effort.settled:
                break
            self._descend(slope, effort.rate * (effort.last / effort.rate) ** (step / effort.steps), objective.cells)
        return loss

    def _softmax(self) -> Arrays:
        powers = np.exp(np.clip(self.logits, -LIMIT, LIMIT, out=self.logits))
        return powers * ((1 / (powers @ self._belongs)) @ self._belongs.T)

    def _descend(self, slope: Arrays, rate: float, cells: int) -> None:
        p = self.probabilities
        slope = p * slope
        slope -= p * ((slope @ self._belongs) @ self._belongs.T)
        pull = 2 * PULL / p.shape[1]  # of one component, since all of them together make the prediction
        slope += pull * (self.logits - self.logits.mean(axis=1, keepdims=True))
        slope /= cells
        self._steps += 1
        self._mean += (1 - FIRST_MOMENT) * (slope - self._mean)
        self._square += (1 - SECOND_MOMENT) * (slope * slope - self._square)
        size = np.sqrt(self._square / (1 - SECOND_MOMENT**self._steps)) + 1e-9
        self.logits -= (rate / (1 - FIRST_MOMENT**self._steps)) * (self._mean / size)
        self.probabilities = self._softmax()


class _Objective:
    """Squared residuals over variance, summed over all evidence, and their gradient in the probabilities."""

    def __init__(self, mixture: Mixture, evidence: Sequence[Evidence]) -> None:
        self.mixture = mixture
        codes, dtype = mixture.logits.shape[-1], mixture.logits.dtype
        self.one, self.one_weight = np.zeros(codes, dtype), np.zeros(codes, dtype)
        self.two, self.two_weight = np.zeros((codes, codes), dtype), np.zeros((codes, codes), dtype)
        self.three: list[tuple[Axes, Arrays, Arrays]] = []
        self.cells = 0
        for known in evidence:
            weight = np.broadcast_to(1 / known.variance, known.counts.shape)
            self.cells += int(np.count_nonzero(weight))
            self._add(known.clique, known.counts, weight, [mixture.columns[axis] for axis in known.clique])

    def _add(self, clique: Axes, counts: Floats, weight: Floats, at: list[slice]) -> None:
        match at:
            case [a]:
                _merge(self.one[a], self.one_weight[a], counts, weight)
            case [a, b]:
                _merge(self.two[a, b], self.two_weight[a, b], counts, weight)
                self.two[b, a], self.two_weight[b, a] = self.two[a, b].T, self.two_weight[a, b].T
            case _:
                thin = min(
                    range(3), key=lambda position: counts.shape[position]
                )  # sliced into tables of the two others
                i, j = (axis for position, axis in enumerate(clique) if position != thin)
                sliced, weights = (np.moveaxis(t, thin, 0)[:, None].astype(self.one.dtype) for t in (counts, weight))
                self.three.append(((clique[thin], i, j), sliced, weights))

    def gradient(self) -> tuple[float, Arrays]:
        """The loss per cell and member, and (members, components, codes) its slope, not divided by the cells."""
        p = self.mixture.probabilities
        rows = p.dtype.type(self.mixture.total / p.shape[1])  # of one component
        residual = rows * p.sum(axis=1) - self.one
        pulled = residual * self.one_weight
        loss = float(np.vdot(residual, pulled))
        slope = np.repeat((2 * rows * pulled)[:, None, :], p.shape[1], axis=1)
        residual = rows * np.matmul(p.transpose(0, 2, 1), p) - self.two
        pulled = residual * self.two_weight
        loss += 0.5 * float(np.vdot(residual, pulled))  # each pair stands there twice
        slope += (2 * rows) * np.matmul(p, pulled)
        for clique, counts, weight in self.three:
            loss += self._three(p, rows, clique, counts, weight, slope)
        return loss / (len(p) * self.cells), slope

    def _three(self, p: Arrays, rows: Any, clique: Axes, counts: Arrays, weight: Arrays, slope: Arrays) -> float:
        """Loss of one table of three attributes; adds to the slope. A pair of (i, j) for each code of the thin one.

        `counts`, `weight`: (codes of thin, 1, codes of i, codes of j).
        """
        thin, i, j = (self.mixture.columns[axis] for axis in clique)
        a, b, share = p[..., i], p[..., j], p[..., thin].transpose(2, 0, 1)[..., None]
        part = share * a
        residual = rows * np.matmul(part.transpose(0, 1, 3, 2), b) - counts
        pulled = residual * weight
        loss = float(np.vdot(residual, pulled))
        pulled *= 2 * rows
        slope[..., j] += np.matmul(part, pulled).sum(axis=0)
        back = np.matmul(b, pulled.transpose(0, 1, 3, 2))
        slope[..., i] += (share * back).sum(axis=0)
        slope[..., thin] += (a * back).sum(axis=-1).transpose(1, 2, 0)
        return loss


def _merge(mean: Arrays, weight: Arrays, more: Floats, more_weight: Floats) -> None:
    """A second measurement of the same marginal into the first, by inverse variance, in place."""
    mean *= weight
    mean += more * more_weight
    weight += more_weight
    np.divide(mean, weight, out=mean, where=weight > 0)
