"""Columns whose values are near-unique: no marginal can be taken of them, and they may point at one row."""

from collections.abc import Sequence
from statistics import median

import pyarrow as pa

from noctule.arrow import pc
from noctule.pii.shapes import is_measure, share

FEWEST = 20  # below this any column may be near-unique by chance
SMALL = 2000  # rows below which distinct values come by chance, so that nearly all must differ


def distinct_share(values: pa.ChunkedArray) -> float:
    """Distinct values over values, nulls left out; counted over the whole column."""
    present = len(values) - values.null_count
    return pc.count_distinct(values, mode="only_valid").as_py() / present if present else 0.0


def near_unique(present: int, distinct: float) -> bool:
    """Whether the share of distinct values is that of a key, for a column of `present` non-null values."""
    return present >= FEWEST and distinct >= (0.9 if present < SMALL else 0.5)


def is_prose(cells: Sequence[str], present: int, distinct: float) -> bool:
    """Whether the cells are sentences, not labels: many words, and too many different ones for a list."""
    if distinct < 0.2 or distinct * present < FEWEST:
        return False
    return median(len(cell.split()) for cell in cells) >= 4


def is_code(cells: Sequence[str]) -> bool:
    """Whether near-unique text can be a key at all; text that holds a measure belongs in a number or a template."""
    return share(cells, is_measure) < 0.9
