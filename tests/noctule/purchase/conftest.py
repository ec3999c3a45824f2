"""Cells of columns that lie in memory."""

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest

from noctule.purchase.cells import Cells

Held = Callable[..., Cells]


@pytest.fixture
def held() -> Held:
    """Cells of the given columns, in blocks of 1,000."""

    def make(**columns: Any) -> Cells:
        table = pa.table(
            {name: pa.array(values) if isinstance(values, list) else values for name, values in columns.items()}
        )

        def cells(name: str) -> Iterator[pa.Array]:
            for batch in table.select([name]).to_batches(max_chunksize=1000):
                yield batch.column(0)

        return cells

    return make
