"""Codes in Parquet files: written block by block, counted row group by row group in bounded memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.counts.inside import foreign
from noctule.counts.rows import ROWS, RowCounts
from noctule.counts.tally import Block, narrowest
from noctule.errors import DataError


class ParquetCounts(RowCounts):
    """Counts of the codes in one Parquet file, or in all of a folder by name. Raises DataError on a null, too."""

    def __init__(self, path: Path, domain: Mapping[str, int]) -> None:
        super().__init__(lambda names: _stored(files(path), {name: domain[name] for name in names}), domain)


def files(path: Path) -> list[Path]:
    """The file itself, or the Parquet files of the folder, by name. Raises DataError when there is none."""
    found = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not found:
        raise DataError("the folder holds no Parquet file", where=str(path), fix="write the codes first")
    return found


def write_codes(blocks: Iterable[Block], domain: Mapping[str, int], path: Path) -> None:
    """One file of narrow unsigned columns. Their dictionaries pack the bits: compression would save little more."""
    schema = pa.schema([(name, pa.from_numpy_dtype(narrowest(size))) for name, size in domain.items()])
    with pq.ParquetWriter(path, schema, compression="none") as writer:
        for block in blocks:
            columns = [pa.array(block[field.name], field.type) for field in schema]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _stored(paths: Sequence[Path], domain: Mapping[str, int]) -> Iterator[Block]:
    for path in paths:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(ROWS, columns=list(domain)):
                for name, size in domain.items():
                    if batch.column(name).null_count:
                        raise foreign(name, size)
                yield {name: batch.column(name).to_numpy() for name in domain}
