"""A table as attackers hold it: categories as codes, numbers as numbers, in the contract's public scale."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.contract.columns import BooleanColumn, CategoryColumn, Column, NumericColumn, TemplateColumn, TimeColumn
from noctule.counts.tally import narrowest
from noctule.evaluation.frames import view

Index = NDArray[np.int64]

NULL = 2.0


@dataclass(frozen=True)
class Records:
    """Rows of the modelled columns, attribute by attribute; derived columns would count their source twice.

    `codes`: shape (categories, rows). `numbers`: shape (numbers, rows), in the column's unit (times in microseconds),
    NaN for null; a special code beside numbers counts as null, too. `lows`, `widths`: their public bounds.
    `owners`: the contract's column of each attribute, categories first.
    """

    codes: NDArray[np.unsignedinteger[Any]]
    numbers: NDArray[np.float64]
    lows: NDArray[np.float64]
    widths: NDArray[np.float64]
    owners: tuple[str, ...]

    @property
    def rows(self) -> int:
        return self.codes.shape[1]

    @property
    def columns(self) -> list[str]:
        """The contract's columns, each once."""
        return list(dict.fromkeys(self.owners))

    @cached_property
    def places(self) -> NDArray[np.float32]:
        """The numbers between their bounds, in [0, 1]; NULL stands at least 1 apart from each."""
        places = (self.numbers - self.lows[:, None]) / self.widths[:, None]
        return np.where(np.isnan(places), NULL, places).astype(np.float32)

    def binned(self, bins: int) -> NDArray[np.int64]:
        """The numbers in equal bins of their public bounds; null in one of its own, the last."""
        return np.where(self.places > 1, bins, np.minimum(self.places * bins, bins - 1)).astype(np.int64)

    @cached_property
    def medians(self) -> NDArray[np.float64]:
        """The median of each number; NaN where all are null."""
        kept = [numbers[~np.isnan(numbers)] for numbers in self.numbers]
        return np.array([np.median(numbers) if len(numbers) else np.nan for numbers in kept])

    def take(self, rows: Index) -> "Records":
        return replace(self, codes=self.codes[:, rows], numbers=self.numbers[:, rows])

    def sample(self, rows: int, rng: np.random.Generator) -> "Records":
        """`rows` of them without replacement, in their order; all when there are no more."""
        if self.rows <= rows:
            return self
        return self.take(np.sort(rng.choice(self.rows, rows, replace=False)))

    def only(self, columns: list[str]) -> "Records":
        """The attributes of these columns."""
        kept = np.array([owner in columns for owner in self.owners])
        categories, numbers = np.split(kept, [len(self.codes)])
        return Records(
            self.codes[categories],
            self.numbers[numbers],
            self.lows[numbers],
            self.widths[numbers],
            tuple(owner for owner in self.owners if owner in columns),
        )

    def row_keys(self) -> NDArray[np.uint64]:
        """A hash of each row's exact values. Of 2 million distinct rows, two share one with probability 1e-7."""
        return hashed([*self.codes, *self.numbers], self.rows)


def hashed(columns: list[NDArray[Any]], rows: int) -> NDArray[np.uint64]:
    """A 64-bit hash of each row over these columns; the same in every process."""
    import pandas as pd

    if not columns:
        return np.zeros(rows, np.uint64)
    frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
    return np.asarray(pd.util.hash_pandas_object(frame, index=False), np.uint64)


def records(table: pa.Table, contract: Contract, codes: Codes | None = None) -> Records:
    """The table by the contract's row-wise rules, as a release would hold it; `codes`: its own, where they are known.

    Raises DataError as `Codec.encode`.
    """
    codes = Codec(contract).encode(table) if codes is None else codes
    categories = [column.name for column in contract.modelled if isinstance(column, CategoryColumn | BooleanColumn)]
    series = view(table, contract, [column.name for column in contract.modelled if column.name not in categories])
    bounds = np.array([_bounds(contract.column(one.column), one.name) for one in series], np.float64).reshape(-1, 2)
    coded = np.array([codes[name] for name in categories], np.int32).reshape(len(categories), table.num_rows)
    return Records(
        coded.astype(narrowest(int(coded.max(initial=0)) + 1)),
        np.array([_numbers(one.values) for one in series], np.float64).reshape(len(series), table.num_rows),
        bounds[:, 0],
        bounds[:, 1] - bounds[:, 0],
        (*categories, *(one.column for one in series)),
    )


def _bounds(column: Column, attribute: str) -> tuple[float, float]:
    match column:
        case NumericColumn():
            return float(column.bounds[0]), float(column.bounds[1])
        case TimeColumn():
            low, high = (_numbers(pa.array([bound]).cast(pa.timestamp("us")))[0] for bound in column.bounds)
            return low, high
        case TemplateColumn():
            low, high = column.parts[attribute.removeprefix(f"{column.name}.")].bounds
            return float(low), float(high)
        case _:
            raise TypeError(f"{type(column).__name__} has no bounds")


def _numbers(values: pa.Array) -> NDArray[np.float64]:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    return values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
