"""Counts of a release's own rows, streamed from its file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.counts import RowCounts
from noctule.counts.rows import ROWS
from noctule.counts.tally import Block


def counted(contract: Contract, file: Path) -> RowCounts:
    """Over the contract's codes. Each call for marginals reads the file once, in bounded memory."""
    codec = Codec(contract)
    columns = {attribute.name: attribute.column for attribute in codec.attributes}
    modelled = [column.name for column in contract.modelled]

    def read(names: Sequence[str]) -> Iterator[Block]:
        assert columns.keys() >= set(names)
        with pq.ParquetFile(file) as rows:
            for batch in rows.iter_batches(batch_size=ROWS, columns=modelled):
                codes = codec.encode(pa.Table.from_batches([batch]))
                yield {name: codes[name] for name in names}

    return RowCounts(read, codec.domain)
