"""The rows of a snapshot for a test's own eyes, past the door that records."""

from noctule.ingest.reads import Rows
from noctule.ingest.snapshot import Snapshot


def rows_of(snapshot: Snapshot) -> Rows:
    return Rows(snapshot)
