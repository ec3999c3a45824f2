"""From a model to a staged table: sample codes, decode, add stand-ins. Post-processing, so it costs nothing."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.contract.arrow import release_schema
from noctule.contract.columns import IdentifierColumn, PiiColumn
from noctule.engines.bundle import Bundle
from noctule.release.fake import Fakes
from noctule.release.layout import DATA
from noctule.release.write import write_parquet

log = logging.getLogger(__name__)


def stage(bundle: Bundle, rows: int, seed: int, folder: Path) -> Path:
    """Write `rows` synthetic rows to folder/data/part-000.parquet and return that path.

    The same bundle, rows and seed give the same bytes. The passport is added at publication (`publish`).
    """
    log.info("sampling %s rows", f"{rows:,}")
    path = folder / DATA
    write_parquet(tables(bundle, rows, seed), release_schema(bundle.contract), path, passport=None)
    return path


def tables(bundle: Bundle, rows: int, seed: int) -> Iterator[pa.Table]:
    """Synthetic rows in blocks, with the schema of the release. Block b draws from the seeds [seed, b, ...] alone."""
    codec, schema = Codec(bundle.contract), release_schema(bundle.contract)
    fakes = _fakes(bundle.contract, seed)
    start = 0
    for number, codes in enumerate(bundle.model.blocks(rows, seed)):
        decoded = codec.decode(codes, np.random.default_rng([seed, number, 1]))
        columns = dict(zip(decoded.column_names, decoded.columns, strict=True))
        for column in bundle.contract.columns:
            if isinstance(column, IdentifierColumn):
                columns[column.name] = pa.array(np.arange(start + 1, start + decoded.num_rows + 1, dtype=np.int64))
            elif column.name in fakes:
                columns[column.name] = fakes[column.name].block(number, decoded.num_rows)
        yield pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)
        start += decoded.num_rows


def _fakes(contract: Contract, seed: int) -> dict[str, Fakes]:
    return {
        column.name: Fakes(column, seed, position)
        for position, column in enumerate(contract.columns)
        if isinstance(column, PiiColumn) and column.release == "fake"
    }
