"""Streams of tables into one file: Parquet in row groups, or CSV. Memory holds one block at a time."""

import base64
import io
import os
import shutil
import struct
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from noctule.durable import whole_file
from noctule.errors import BundleError
from noctule.release.passport import footer

MAGIC = b"PAR1"
ARROW_SCHEMA = b"ARROW:schema"  # footer key by which Arrow readers know the exact types
DICTIONARY_BYTES = 2**17  # a column with more distinct values than fit is written plain, which is then faster


def write_parquet(tables: Iterable[pa.Table], schema: pa.Schema, path: Path, passport: dict[str, Any] | None) -> None:
    """One row group a table, zstd, dictionary-encoded; whole or absent. `passport` goes into the footer.

    A column of `tables` may come as a dictionary of its type in `schema`: its codes are then written as they are.
    """
    schema = schema.with_metadata(None if passport is None else footer(passport))
    tables = iter(tables)
    first = next(tables, schema.empty_table())
    with (
        whole_file(path) as partial,
        pq.ParquetWriter(
            partial,
            first.schema.remove_metadata(),
            compression="zstd",
            use_dictionary=True,
            dictionary_pagesize_limit=DICTIONARY_BYTES,
            write_statistics=False,  # rows come in random order: no reader could skip a row group by them
            store_schema=False,
        ) as writer,
    ):
        writer.add_key_value_metadata(_facts(schema))
        for table in chain([first], tables):
            writer.write_table(table.replace_schema_metadata(), row_group_size=max(table.num_rows, 1))


def _facts(schema: pa.Schema) -> dict[bytes, bytes]:
    """What Arrow puts into a footer: the schema's metadata, and the exact types.

    The types stated are those of the release, where Arrow would state dictionaries for columns that came as such;
    Parquet itself knows dictionaries as an encoding only, so the stored columns are the same.
    """
    return {**(schema.metadata or {}), ARROW_SCHEMA: base64.b64encode(schema.serialize().to_pybytes())}


def write_csv(tables: Iterable[pa.Table], schema: pa.Schema, path: Path, null: str = "") -> None:
    """Comma-separated UTF-8 with a header; text is quoted, a null is the bare token `null`; whole or absent."""
    options = pyarrow.csv.WriteOptions(null_string=null)
    with whole_file(path) as partial, pyarrow.csv.CSVWriter(partial, schema, write_options=options) as writer:
        for table in tables:
            writer.write_table(table.cast(schema))


def seal(staged: Path, target: Path, passport: dict[str, Any]) -> None:
    """Copy a Parquet file with the passport in its footer; row groups stay byte for byte as they were staged.

    A Parquet file is: magic, row groups, footer, length of the footer (4 bytes, little endian), magic. Offsets in the
    footer count from the start, so that a new footer may follow the old row groups. Raises BundleError when `staged`
    is not a whole Parquet file.
    """
    shutil.copyfile(staged, target)
    with target.open("r+b") as file:
        file.seek(-min(8, target.stat().st_size), os.SEEK_END)
        tail = file.read()
        if tail[4:] != MAGIC:
            raise BundleError("the staged file is not a whole Parquet file", where=staged.name, fix="sample it again")
        file.seek(-8 - struct.unpack("<I", tail[:4])[0], os.SEEK_END)
        file.truncate()
        file.write(_footer_with(staged, passport))


def _footer_with(staged: Path, passport: dict[str, Any]) -> bytes:
    """Footer, length and magic, for the row groups of `staged` and the passport as schema metadata."""
    schema = pq.read_schema(staged).with_metadata(footer(passport))
    sink = io.BytesIO()
    pq.write_metadata(schema, sink, metadata_collector=[pq.read_metadata(staged)])
    return sink.getvalue()[len(MAGIC) :]
