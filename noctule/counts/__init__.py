"""Marginals over codes."""

from noctule.counts.duck import DuckCounts
from noctule.counts.inside import require_inside
from noctule.counts.marginals import marginal, marginals
from noctule.counts.packing import batches
from noctule.counts.parquet import ParquetCounts, write_codes
from noctule.counts.rows import CodesCounts, RowCounts
from noctule.counts.source import Clique, Counts, Groups

__all__ = [
    "Clique",
    "CodesCounts",
    "Counts",
    "DuckCounts",
    "Groups",
    "ParquetCounts",
    "RowCounts",
    "batches",
    "marginal",
    "marginals",
    "require_inside",
    "write_codes",
]
