"""A CSV file as typed record batches, streamed through pyarrow."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv

from noctule.contract.model import Source
from noctule.errors import ContractError, DataError
from noctule.ingest.cells import typed
from noctule.ingest.faults import Flaw, attempt, refusal
from noctule.ingest.header import first_line, names_of, require_columns
from noctule.ingest.position import position
from noctule.ingest.source import Promise
from noctule.ingest.text import CHUNK, TextStream, sound_text, utf8_text

BLOCK = 8 << 20  # bytes; a row may not be longer


def read_csv(path: Path, source: Source, schema: pa.Schema, promised: Promise) -> Iterator[pa.RecordBatch]:
    """Batches as `schema`, in file order. Raises DataError; no batch before a faulty one is to be kept.

    All cells come as text and are then converted (noctule.ingest.cells): pyarrow's own conversion would
    turn 007 into 7 and 1e400 into infinity without a word, and names no row across columns.
    """
    if not source.delimiter.isascii() or source.delimiter in '"\r\n\0':
        fix = "use one ASCII character such as , or ;"
        raise ContractError("the delimiter is not usable", where="source.delimiter", fix=fix)
    stream = TextStream(sound_text(path, source))
    buffered = io.BufferedReader(stream, CHUNK)
    head, flaw = attempt(lambda: buffered.peek(CHUNK))
    if flaw:
        raise _placed(flaw, path, source, schema.names, [])
    line = first_line(head)
    names = names_of(line, source.delimiter)
    require_columns(names, schema.names, source)
    if line == head:  # no line end: there are no rows, or the text goes wrong within the header
        _, flaw = attempt(buffered.read)
        if flaw:
            raise _placed(flaw, path, source, schema.names, names)
        return
    rows = 0
    for batch in _text_batches(buffered, path, source, schema.names, names):
        yield typed(batch, schema, source, rows)
        rows += batch.num_rows
    if rows and stream.last not in b"\r\n" and promised.rows is not None and promised.sha256 is None:
        raise refusal(
            source,
            "the last row has no line end, so its last cell may be cut off",
            fix="end the last row with a line break, or state the file's sha256 (contract or manifest)",
            column=names[-1] if names[-1] in schema.names else len(names),
            row=rows,
        )


def _text_batches(
    buffered: io.BufferedIOBase, path: Path, source: Source, declared: list[str], names: list[str]
) -> Iterator[pa.RecordBatch]:
    ragged: list[tuple[int, int]] = []

    def note(row: Any) -> str:
        ragged.append((row.number - 1, row.actual_columns))
        return "error"

    reader, flaw = attempt(lambda: csv.open_csv(buffered, *_options(source, declared, len(names), note)))
    rows = 0
    while flaw is None:
        batch, flaw = attempt(reader.read_next_batch)
        if flaw is None and batch is None:
            return
        if batch is not None:
            rows += batch.num_rows
            yield batch
    if ragged:
        row, found = ragged[0]
        what = f"the row has {found} cells and the header {len(names)}"
        fix = "correct the row; a cell with a delimiter or line break must be quoted"
        raise refusal(source, what, fix=fix, row=row)
    raise _placed(flaw if flaw.offset is not None else _first_flaw(path, source, rows), path, source, declared, names)


def _options(source: Source, declared: list[str], width: int, note: Any) -> tuple[Any, Any, Any]:
    return (
        csv.ReadOptions(use_threads=False, block_size=BLOCK),  # with threads, errors do not name the row
        csv.ParseOptions(
            delimiter=source.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=width > 1,  # in a file of one column, a blank line is a missing cell
            invalid_row_handler=note,
        ),
        csv.ConvertOptions(
            include_columns=declared,
            column_types=dict.fromkeys(declared, pa.string()),
            null_values=list(source.nulls),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            check_utf8=False,  # done in noctule.ingest.text
        ),
    )


def _first_flaw(path: Path, source: Source, rows: int) -> Flaw:
    """Why pyarrow gave up: a fault of the text further on (a quote never closed), else a row beyond BLOCK."""
    flaw = None
    text = sound_text(path, source)
    chunk = b" "
    while chunk and flaw is None:
        chunk, flaw = attempt(lambda: next(text, b""))
    return flaw or Flaw(
        f"a row after data row {rows} is longer than {BLOCK >> 20} MiB",
        fix="correct the row; a quote may be missing, or a column of long text does not belong in this table",
    )


def _placed(flaw: Flaw, path: Path, source: Source, declared: list[str], names: list[str]) -> DataError:
    """The error for a flaw of the text, by column and row. `names` is empty when the header was not reached."""
    if flaw.offset is None:
        return refusal(source, flaw.what, fix=flaw.fix)
    if not names:
        head, _ = attempt(lambda: next(utf8_text(path, source)))
        names = names_of(first_line(head or b""), source.delimiter)
    row, at = position(utf8_text(path, source), flaw.offset, source.delimiter, single=len(names) == 1)
    column = names[at] if at < len(names) and names[at] in declared else at + 1
    return refusal(source, flaw.what, fix=flaw.fix, column=column, row=row)
