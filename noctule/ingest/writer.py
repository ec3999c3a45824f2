"""Record batches of any size to one zstd Parquet file of even row groups, fingerprinted on the way."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.durable import sync
from noctule.errors import DataError
from noctule.ingest.faults import attempt
from noctule.ingest.fingerprint import canonical
from noctule.ingest.parquet import ROWS


def write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> tuple[int, bytes]:
    """Write and fsync; returns rows and the SHA-256 of the canonical content. Holds one row group in memory."""
    content = hashlib.sha256(repr([(field.name, str(field.type)) for field in schema]).encode())
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as writer:
        for group in _even(batches):
            writer.write_batch(group)
            rows += group.num_rows
            for buffer in canonical(group):
                content.update(buffer)
    content.update(str(rows).encode())
    sync(path)
    return rows, content.digest()


def _even(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows as batches of ROWS, the last one shorter."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= ROWS:
            joined = _joined(waiting)
            yield joined.slice(0, ROWS)
            waiting, count = [joined.slice(ROWS)], count - ROWS
    if count:
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    joined, flaw = attempt(lambda: pa.concat_batches(batches))
    if flaw is None:
        return joined
    coded = [field.name for field in batches[0].schema if pa.types.is_dictionary(field.type)]
    raise DataError(
        "a column holds more different values than the index of its dictionary type can count",
        where=f"columns {coded}",
        fix="declare a wider index, such as arrow: dictionary<int32, string>",
    )
