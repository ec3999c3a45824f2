"""The schema of a release, as its Parquet file holds it."""

import hashlib
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.contract import Contract
from noctule.contract.arrow import release_schema


def stored_schema(contract: Contract) -> pa.Schema:
    """The contract's release schema after a trip through Parquet, which has no seconds and no large dictionaries."""
    sink = io.BytesIO()
    pq.write_table(release_schema(contract).empty_table(), sink)
    return plain_schema(sink)


def plain_schema(file: Path | io.BytesIO) -> pa.Schema:
    """Names, types and field metadata of a Parquet file, without the footer's own keys."""
    return pq.read_schema(file).remove_metadata()


def same_schema(file: Path, contract: Contract) -> bool:
    """Whether a file has exactly the names, order, types and descriptions that the contract declares."""
    return plain_schema(file).equals(stored_schema(contract), check_metadata=True)


def schema_digest(schema: pa.Schema) -> str:
    """SHA-256 (hex) over names, types and field metadata; depends on no Arrow version."""
    fields = [
        [field.name, str(field.type), sorted((k.decode(), v.decode()) for k, v in (field.metadata or {}).items())]
        for field in schema
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
