"""The one door to raw rows. Whoever opens a snapshot says for which step, and that is on disk before a row is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.errors import CertificateError
from noctule.home import Home
from noctule.ingest.faults import attempt
from noctule.ingest.journal import append
from noctule.ingest.parquet import ROWS, stored
from noctule.ingest.snapshot import DATA, Snapshot, damaged

Cover = Literal["public contract", "internal", "charged"]

COVER: dict[str, Cover] = {
    "ingest": "public contract",  # keeps and refuses by the contract's rules alone
    "checks": "internal",
    "pii": "internal",
    "purchase": "charged",
    "fit": "charged",  # with its score
    "drift test": "charged",
    "evaluation": "internal",
}
"""Every step that may touch raw rows, and what covers what it learns."""


@dataclass(frozen=True)
class Rows:
    """The rows of a snapshot, made by `opened` alone: what is read from them stays in the vault (invariant 3)."""

    snapshot: Snapshot
    columns: list[str] | None = None  # None: all

    def table(self, columns: list[str] | None = None) -> pa.Table:
        """The rows, with the exact types of the contract's source schema. Raises DataError when damaged."""
        return pa.Table.from_batches(list(self.batches(columns=columns)))

    def batches(self, rows: int = ROWS, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows in order, at most `rows` at a time; never none. Raises DataError when damaged.

        `columns`: some of those that were opened; ValueError for any other.
        """
        if columns is None:
            columns = self.columns
        elif self.columns is not None and not set(columns) <= set(self.columns):
            raise ValueError("these columns were not opened")
        found = stored(self.snapshot.path / DATA, rows, columns)
        while True:
            batch, flaw = attempt(lambda: next(found))
            if flaw:
                raise damaged(self.snapshot.dataset, self.snapshot.id)
            if batch is None:
                return
            yield batch

    def count(self) -> int:
        """How many rows there are; 0 for a damaged file, of which `batches` tells."""
        rows, _ = attempt(lambda: pq.read_metadata(self.snapshot.path / DATA).num_rows)
        return rows or 0


def opened(
    snapshot: Snapshot, home: Home, step: str, *, columns: list[str] | None = None, reservation: str | None = None
) -> Rows:
    """The rows of `snapshot` for one step of COVER, recorded before the first can be read.

    `columns`: those the step asks for; None for all. `reservation`: the "seq:hash" in the ledger that pays, for a
    charged step and for no other. Raises CertificateError for a step without cover.
    """
    record(home, snapshot.dataset, snapshot.id, step, columns=columns, reservation=reservation)
    return Rows(snapshot, columns)


def record(
    home: Home,
    dataset: str,
    snapshot: str,
    step: str,
    *,
    columns: list[str] | None = None,
    reservation: str | None = None,
) -> None:
    """Write the line of one read into the snapshot's journal. Raises CertificateError for a step without cover."""
    cover = COVER.get(step)
    if cover is None or (cover == "charged") != (reservation is not None):
        what = "is none that may touch raw rows" if cover is None else f"is {cover}: it was opened as if it were not"
        raise CertificateError(
            f"step {step!r} {what}, so no row is read",
            where=dataset,
            fix="give a charged step its reservation, and no other one; a new step belongs in COVER, in review",
        )
    line: dict[str, Any] = {"step": step, "cover": cover, "columns": columns, "reservation": reservation}
    append(home, dataset, snapshot, {**line, "day": f"{datetime.now(UTC):%Y-%m-%d}"})
