"""A Parquet file as record batches of the declared types, streamed; also how a snapshot is read back."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.arrow import is_text, pc
from noctule.contract.model import Source
from noctule.ingest.faults import attempt, first_bad, refusal
from noctule.ingest.header import require_columns

ROWS = 131_072  # rows of a batch, and of a snapshot's row group


def read_parquet(path: Path, source: Source, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Batches as `schema`, in file order. Raises DataError.

    Types must equal the contract's: nothing is cast. Floats must be finite and text free of NUL, as in CSV.
    """
    opened, flaw = attempt(lambda: _opened(path))
    if flaw:
        raise refusal(source, flaw.what, fix=flaw.fix)
    file, held = opened
    original, _ = attempt(lambda: _fields(stored_schema(file)))
    _require_types(held, original or [], schema, source)
    rows, batches = 0, file.iter_batches(ROWS, columns=schema.names)
    while True:
        batch, flaw = attempt(lambda: _cast(next(batches), schema))
        if flaw:
            raise refusal(source, f"after data row {rows}: {flaw.what}", fix=flaw.fix)
        if batch is None:
            return
        _require_sound(batch, source, rows)
        rows += batch.num_rows
        yield batch


def stored(path: Path, rows: int = ROWS, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Batches of a file that we wrote, in the exact types it was written from."""
    file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
    schema = stored_schema(file, columns)
    for batch in file.iter_batches(rows, columns=schema.names):
        yield _cast(batch, schema)


def stored_schema(file: pq.ParquetFile, columns: list[str] | None = None) -> pa.Schema:
    """The Arrow schema the file was written from. Parquet itself has no timestamp[s], for one."""
    kept = (file.metadata.metadata or {}).get(b"ARROW:schema")
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(kept))) if kept else file.schema_arrow
    return schema if columns is None else pa.schema([schema.field(name) for name in columns])


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([batch.column(field.name).cast(field.type) for field in schema], schema=schema)


def _opened(path: Path) -> tuple[pq.ParquetFile, list[tuple[str, pa.DataType]]]:
    file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
    return file, _fields(file.schema_arrow)


def _fields(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    return list(zip(schema.names, schema.types, strict=True))


def _require_types(
    held: list[tuple[str, pa.DataType]], original: list[tuple[str, pa.DataType]], schema: pa.Schema, source: Source
) -> None:
    require_columns([name for name, _ in held], schema.names, source)
    for field in schema:
        found = [kind for name, kind in [*held, *original] if name == field.name]
        if field.type not in found:
            raise refusal(
                source,
                f"the file holds {found[-1]}, the contract declares {field.type}",
                fix="declare the file's type as the column's arrow, or have the file written as declared",
                column=field.name,
            )


def _require_sound(batch: pa.RecordBatch, source: Source, rows_before: int) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if fault := _first_fault(column):
            row, what = fault
            fix = "correct the file; write a missing value as null"
            raise refusal(source, what, fix=fix, column=name, row=rows_before + row + 1)


def _first_fault(column: pa.Array) -> tuple[int, str] | None:
    if is_text(column.type):
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column

        def sound(count: int) -> bool:
            return attempt(lambda: plain[:count].validate(full=True))[1] is None

        if not sound(len(plain)):
            return first_bad(len(plain), sound), "the text is not UTF-8"
        bad, what = pc.match_substring(plain, "\0"), "there is a NUL character"
    elif pa.types.is_floating(column.type):
        bad, what = pc.invert(pc.is_finite(column)), "the number is infinite or NaN"
    else:
        return None
    first = pc.index(bad, True).as_py()
    return None if first < 0 else (first, what)
