"""Small coded tables, and marginals of them by hand."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from noctule.codes import Codes
from noctule.counts import Clique, CodesCounts, Counts, DuckCounts, ParquetCounts, write_codes
from noctule.counts.packing import cells

NAMES = ["a", "b.low", 'c "x"', "d", "e", "f"]


def draw(domain: dict[str, int], rows: int, seed: int) -> Codes:
    rng = np.random.default_rng(seed)
    return {name: rng.integers(0, size, rows).astype(np.int32) for name, size in domain.items()}


def by_hand(codes: Codes, cliques: Iterable[Clique], domain: dict[str, int]) -> dict[Clique, np.ndarray]:
    counted = {clique: np.zeros([domain[name] for name in clique], np.int64) for clique in cliques}
    for clique, table in counted.items():
        for row in zip(*(codes[name] for name in clique), strict=True):
            table[row] += 1
    return counted


def every_kind(codes: Codes, domain: dict[str, int], folder: Path) -> list[Counts]:
    """The same rows in memory, in one file and in a folder of two (the latter two also for DuckDB)."""
    rows = len(codes["a"])
    pieces = folder / "pieces"
    pieces.mkdir(exist_ok=True)
    for name, part in {"0": slice(0, rows // 3), "1": slice(rows // 3, rows)}.items():
        write_codes([{k: column[part] for k, column in codes.items()}], domain, pieces / f"{name}.parquet")
    whole = folder / "whole.parquet"
    write_codes([codes], domain, whole)
    found: list[Counts] = [CodesCounts(codes, domain)]
    return found + [kind(path, domain) for kind in (ParquetCounts, DuckCounts) for path in (whole, pieces)]


@st.composite
def domains(draw: st.DrawFn) -> dict[str, int]:
    """Sizes from a constant to several bytes' worth; some pack into one column, some never do."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    return {name: draw(st.sampled_from([1, 2, 3, 16, 255, 256, 257, 300])) for name in names}


def cliques(domain: dict[str, int]) -> st.SearchStrategy[list[Clique]]:
    """Of up to three attributes and half a million cells."""
    one = st.lists(st.sampled_from(list(domain)), min_size=1, max_size=3, unique=True).map(tuple)
    one = one.filter(lambda clique: cells(clique, domain) < 500_000)
    return st.lists(one, min_size=1, max_size=8)
