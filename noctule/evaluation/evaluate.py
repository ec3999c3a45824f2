"""Everything that is measured on one release, each number under the tier it belongs to (design.md, section 7)."""

import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from noctule.contract import Contract
from noctule.durable import whole_file
from noctule.evaluation.comparison import comparison
from noctule.evaluation.frames import compared
from noctule.evaluation.validity import validity
from noctule.home import Home
from noctule.ingest.reads import Rows, opened
from noctule.ingest.snapshot import Snapshot
from noctule.sealed import sealed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evaluation:
    """Numbers by tier; the key a number stands under is the tier it has.

    `released`: `validity`, `rows` of the release. `charged`: the receipt's score (`tvd2`, `error95`, `pairs`).
    `internal`: all that compares with raw rows; it stays on the vault side, and no gate may read it.
    `marginals` is the plot of real against synthetic marginals (PNG), internal as well, and not part of the JSON.
    """

    released: dict[str, Any]
    charged: dict[str, Any]
    internal: dict[str, Any]
    marginals: bytes = field(repr=False)

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Plain JSON, tier by tier."""
        return {"released": self.released, "charged": self.charged, "internal": self.internal}


@sealed
def evaluate(
    contract: Contract, snapshot: Snapshot, home: Home, release_file: Path, score: dict[str, Any]
) -> Evaluation:
    """Measure a release (its Parquet file) against the snapshot it was learned from; `score` is the receipt's.

    Reads raw rows without a charge: all that comes of them is under `internal`. Raises NoctuleError only, and
    never with a value in it.
    """
    log.info("evaluating the sample")
    release = pq.ParquetFile(release_file).read()
    released = {"validity": validity(release, contract), "rows": release.num_rows}
    rows = opened(snapshot, home, "evaluation", columns=compared(contract))
    internal, marginals = _internal(contract, rows, release)
    return Evaluation(released, dict(score), internal, marginals)


def _internal(contract: Contract, rows: Rows, release: pa.Table) -> tuple[dict[str, Any], bytes]:
    """The comparison, or that it failed: whether a release is published must not hang on numbers nobody paid for."""
    try:
        return comparison(rows.table(), release, contract)
    except Exception as error:
        log.warning("the internal evaluation failed with %s; the release does not hang on it", type(error).__name__)
        return {"failed": type(error).__name__}, b""


def store(evaluation: Evaluation, home: Home, dataset: str, name: str) -> Path:
    """Write the evaluation as JSON to vault/evaluations/<dataset>/<name>.json, whole or not at all."""
    path = home.vault / "evaluations" / dataset / f"{name}.json"
    with whole_file(path) as partial:
        partial.write_text(json.dumps(evaluation.as_dict(), indent=1, allow_nan=False) + "\n")
    return path
