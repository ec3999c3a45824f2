"""Cost of counting all 105 pairs of 15 columns (2 to 100 codes): `python -m bench.counts [FOLDER]`.

CPU nanoseconds a row a pair, reading included, and peak memory; one process a line, one file a size.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from noctule.counts import CodesCounts, Counts, DuckCounts, ParquetCounts, write_codes
from noctule.counts.rows import ROWS
from noctule.counts.tally import Block, narrowest

SIZES = [2, 2, 5, 7, 9, 10, 15, 16, 22, 32, 41, 50, 74, 84, 100]
DOMAIN = {f"c{position}": size for position, size in enumerate(SIZES)}
PAIRS = list(combinations(DOMAIN, 2))
MILLION = 1_000_000
LINES = [("memory", 1), ("memory", 10), ("stream", 1), ("stream", 10), ("stream", 50), ("duckdb", 1), ("duckdb", 10)]


def main() -> None:
    """One line for each of LINES; the files (0.55 bytes a cell) lie in FOLDER, else in a temporary folder."""
    if len(sys.argv) == 4:
        return measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
    with tempfile.TemporaryDirectory() as folder:
        where = Path(sys.argv[1] if len(sys.argv) > 1 else folder)
        for kind, millions in LINES:
            path = where / f"codes{millions}.parquet"
            if not path.exists():
                write_codes(draw(millions * MILLION), DOMAIN, path)
            subprocess.run([sys.executable, "-m", "bench.counts", kind, str(millions), str(path)], check=True)


def measure(kind: str, millions: int, path: Path) -> None:
    """Count once, in this process, and print the line."""
    counts = opened(kind, path)
    pa.array([0]).to_numpy()  # loads pandas, once a process
    begun = time.process_time()
    found = counts.marginals(PAIRS)
    seconds = time.process_time() - begun
    assert all(table.sum() == millions * MILLION for table in found.values())
    each = seconds / (millions * MILLION * len(PAIRS)) * 1e9
    print(f"{kind:8} {millions:3} M rows  {each:5.2f} ns/row/pair  {seconds:6.2f} CPU s  {peak():5.0f} MB", flush=True)


def opened(kind: str, path: Path) -> Counts:
    if kind == "memory":
        table = pq.read_table(path)
        return CodesCounts({name: table.column(name).to_numpy() for name in DOMAIN}, DOMAIN)
    return {"stream": ParquetCounts, "duckdb": DuckCounts}[kind](path, DOMAIN)


def draw(rows: int) -> Iterator[Block]:
    """Skewed columns, independent: what a row costs does not depend on how columns go together."""
    rng = np.random.default_rng(0)
    shares = {name: rng.dirichlet(np.full(size, 0.5)) for name, size in DOMAIN.items()}
    for start in range(0, rows, ROWS):
        height = min(ROWS, rows - start)
        yield {name: rng.choice(size, height, p=shares[name]).astype(narrowest(size)) for name, size in DOMAIN.items()}


def peak() -> float:
    """Most memory this process has held, in MB (2^20 bytes)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
