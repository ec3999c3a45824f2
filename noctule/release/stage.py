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
from noctule.engines.model import BLOCK_ROWS
from noctule.parallel import cores, in_order
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
    write_parquet(tables(bundle, rows, seed, workers=cores()), release_schema(bundle.contract), path, passport=None)
    return path


def tables(bundle: Bundle, rows: int, seed: int, workers: int = 1) -> Iterator[pa.Table]:
    """Synthetic rows in blocks, of the release's columns. Block b draws from the seeds [seed, b, ...] alone.

    Types are those of `release_schema`, or dictionaries of them: the writers store what the schema says.
    """
    codec, schema = Codec(bundle.contract), release_schema(bundle.contract)
    fakes = _fakes(bundle.contract, seed)

    def modelled(number: int) -> dict[str, pa.Array]:
        codes = bundle.model.block(number, rows, seed)
        return codec.cells(codes, np.random.Generator(np.random.SFC64([seed, number, 1])))

    blocks = range(-(-rows // BLOCK_ROWS))
    for number, columns in zip(blocks, in_order(modelled, blocks, workers), strict=True):
        start, end = number * BLOCK_ROWS, min(rows, (number + 1) * BLOCK_ROWS)
        for column in bundle.contract.columns:
            if isinstance(column, IdentifierColumn):
                columns[column.name] = pa.array(np.arange(start + 1, end + 1, dtype=np.int64))
            elif column.name in fakes:
                made = fakes[column.name].block(number, end - start)
                columns[column.name] = made.cast(schema.field(column.name).type)
        yield pa.table({name: columns[name] for name in schema.names})


def _fakes(contract: Contract, seed: int) -> dict[str, Fakes]:
    return {
        column.name: Fakes(column, seed, position)
        for position, column in enumerate(contract.columns)
        if isinstance(column, PiiColumn) and column.release == "fake"
    }
