"""From a source file to an immutable snapshot in the vault: strict, streamed, bounded per unit."""

from noctule.ingest.ingest import ingest, unchanged
from noctule.ingest.reads import Rows, opened
from noctule.ingest.snapshot import Snapshot, load

__all__ = ["Rows", "Snapshot", "ingest", "load", "opened", "unchanged"]
