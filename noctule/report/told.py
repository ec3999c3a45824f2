"""What a report tells."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from noctule.codes import Codec
from noctule.contract import Contract
from noctule.errors import BundleError
from noctule.ledger.entry import Entry
from noctule.release.counted import counted
from noctule.release.diff import bands_of, moves
from noctule.release.gates import Gate
from noctule.release.schema import plain_schema
from noctule.release.suitability import suitability


@dataclass(frozen=True)
class Told:
    """Public or released facts, and `internal` ones beside them; None in the version that may be published.

    `score`: the receipt's, paid for (`tvd2`, `error95`), empty where none was bought.
    `trusted`, `suitable`: of `noctule.release.trust` and `suitability`, None where a model keeps no noisy counts.
    `released`: attribute -> counts of the release's rows by code. `book`: the ledger's entries as of `at`.
    `drift`: of `noctule.release.diff.moves` against the release `before`, None where there is none to compare with.
    `internal`: as `noctule.evaluation` stores it.
    """

    contract: Contract
    passport: dict[str, Any]
    rows: int
    score: dict[str, Any]
    gates: Sequence[Gate]
    trusted: dict[str, Any] | None
    suitable: dict[str, Any] | None
    released: dict[str, NDArray[np.int64]]
    book: Sequence[Entry]
    at: datetime
    before: str | None
    drift: dict[str, Any] | None
    internal: dict[str, Any] | None = None


def tell(
    contract: Contract,
    passport: dict[str, Any],
    receipt: dict[str, Any],
    file: Path,
    *,
    gates: Sequence[Gate],
    trusted: dict[str, Any] | None,
    book: Sequence[Entry],
    at: datetime,
    before: Path | None,
    internal: dict[str, Any] | None = None,
) -> Told:
    """What there is to tell of the rows in `file`, whose own shares are counted here; `before`: the earlier release."""
    singles = [(name,) for name in Codec(contract).domain]
    return Told(
        contract=contract,
        passport=passport,
        rows=pq.read_metadata(file).num_rows,
        score=receipt.get("score") or {},
        gates=gates,
        trusted=trusted,
        suitable=suitability(trusted, contract, plain_schema(file).names) if trusted else None,
        released={name: counts for (name,), counts in counted(contract, file).marginals(singles).items()},
        book=book,
        at=at,
        before=None if before is None else before.name,
        drift=_drift(before, trusted),
        internal=internal,
    )


def _drift(before: Path | None, trusted: dict[str, Any] | None) -> dict[str, Any] | None:
    with suppress(BundleError):
        return None if before is None or trusted is None else moves(bands_of(before), trusted)
    return None
