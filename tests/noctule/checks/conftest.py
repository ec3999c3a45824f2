"""A snapshot on disk made straight from a table, so that a test can plant what ingest would refuse."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noctule.ingest.reads import Rows
from noctule.ingest.snapshot import DATA, Snapshot


@pytest.fixture
def snapshot_of(tmp_path: Path) -> Callable[[pa.Table], Snapshot]:
    def make(table: pa.Table) -> Snapshot:
        id = secrets.token_hex(16)
        folder = tmp_path / "snapshots" / id
        folder.mkdir(parents=True)
        pq.write_table(table, folder / DATA)
        return Snapshot("sample", id, folder)

    return make


@pytest.fixture
def rows_of(snapshot_of: Callable[[pa.Table], Snapshot]) -> Callable[[pa.Table], Rows]:
    return lambda table: Rows(snapshot_of(table))
