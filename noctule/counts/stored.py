"""A snapshot as counts: encoded piece by piece, kept in memory while small, else as a Parquet file in the vault."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.counts.parquet import ParquetCounts, write_codes
from noctule.counts.rows import ROWS, RowCounts
from noctule.counts.source import Counts
from noctule.counts.tally import Block, narrowest
from noctule.ingest.reads import Rows

IN_MEMORY = 2**28  # bytes of codes; a table of more is counted from disk
PREFIX = ".codes-"


@contextmanager
def encoded(opened: Rows, contract: Contract, scratch: Path) -> Generator[Counts]:
    """Counts of the opened rows while the block runs. Raises DataError as `Codec.encode` does.

    Rows are read once, here: the caller has reserved the charge (design.md invariant 2). Codes are raw, so `scratch`
    lies in the vault, is made with mode 0700, and is one caller's at a time: what a killed run left there is removed.
    """
    for stale in scratch.glob(f"{PREFIX}*"):
        shutil.rmtree(stale)
    codec = Codec(contract)
    blocks = _blocks(opened, codec)
    row_bytes = sum(narrowest(size).itemsize for size in codec.domain.values())
    if opened.count() * row_bytes <= IN_MEMORY:
        kept = list(blocks)
        yield RowCounts(lambda _: kept, codec.domain)
        return
    with _closed_folder(scratch) as folder:
        write_codes(blocks, codec.domain, folder / "codes.parquet")
        yield ParquetCounts(folder, codec.domain)


def _blocks(opened: Rows, codec: Codec) -> Iterator[Block]:
    names, rows = [column.name for column in codec.contract.modelled], 0
    for batch in opened.batches(ROWS, names):
        codes = codec.encode(pa.Table.from_batches([batch]), rows_before=rows)
        rows += batch.num_rows
        yield {name: column.astype(narrowest(codec.domain[name])) for name, column in codes.items()}


@contextmanager
def _closed_folder(scratch: Path) -> Generator[Path]:
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=scratch))  # mode 0700
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
