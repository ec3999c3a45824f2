"""Everything that is measured on one release, each number under the tier it belongs to (design.md, section 7)."""

import json
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.durable import whole_file
from noctule.evaluation.fidelity import tvd
from noctule.evaluation.frames import compared
from noctule.evaluation.plot import marginals_png
from noctule.evaluation.reports import sdmetrics_reports
from noctule.evaluation.utility import Utility, utility
from noctule.evaluation.validity import validity
from noctule.home import Home
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
def evaluate(contract: Contract, snapshot: Snapshot, release_file: Path, score: dict[str, Any]) -> Evaluation:
    """Measure a release (its Parquet file) against the snapshot it was learned from; `score` is the receipt's.

    Reads raw rows without a charge: all that comes of them is under `internal`. Raises NoctuleError only, and
    never with a value in it.
    """
    log.info("evaluating the sample")
    release = pq.ParquetFile(release_file).read()
    released = {"validity": validity(release, contract), "rows": release.num_rows}
    internal, marginals = _internal(contract, snapshot, release)
    return Evaluation(released, dict(score), internal, marginals)


def _internal(contract: Contract, snapshot: Snapshot, release: pa.Table) -> tuple[dict[str, Any], bytes]:
    """The comparison, or that it failed: whether a release is published must not hang on numbers nobody paid for."""
    try:
        return _compare(snapshot.table(compared(contract)), release, contract)
    except Exception as error:
        log.warning("the internal evaluation failed with %s; the release does not hang on it", type(error).__name__)
        return {"failed": type(error).__name__}, b""


def _compare(raw: pa.Table, release: pa.Table, contract: Contract) -> tuple[dict[str, Any], bytes]:
    codec = Codec(contract)
    modelled = [column.name for column in contract.modelled]
    real, synthetic = codec.encode(raw.select(modelled)), codec.encode(release.select(modelled))
    reports = sdmetrics_reports(raw, release, contract)
    targets = [utility(real, synthetic, codec, target) for target in contract.targets]
    internal = {
        **_fidelity(real, synthetic, codec, reports["columns"]),
        "sdmetrics_quality": reports["quality"],
        "sdmetrics_diagnostic": reports["diagnostic"],
        "sdmetrics": reports,
        **_headline(targets),
        "targets": [asdict(one) for one in targets],
    }
    return internal, marginals_png(contract, real, synthetic)


def _fidelity(real: Codes, synthetic: Codes, codec: Codec, shapes: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean TVD of 1- and 2-way marginals, and a row for each modelled column, worst first.

    A column of several attributes (the parts of a template) shows the worst of its attributes.
    """
    ones, twos = tvd(real, synthetic, codec.domain, 1), tvd(real, synthetic, codec.domain, 2)
    columns: dict[str, dict[str, Any]] = {}
    for attribute in codec.attributes:
        pairs = [distance for pair, distance in twos.items() if attribute.name in pair]
        row = columns.setdefault(attribute.column, {"column": attribute.column, "tvd1": 0.0, "tvd2": 0.0})
        row["tvd1"] = max(row["tvd1"], round(ones[attribute.name,], 4))
        row["tvd2"] = max(row["tvd2"], round(_mean(pairs) or 0.0, 4))
    for name, row in columns.items():
        scores = [shape["score"] for shape in shapes if shape["of"] == name and shape["score"] is not None]
        row["sdmetrics"] = round(min(scores), 4) if scores else None
    table = sorted(columns.values(), key=lambda row: -row["tvd1"])
    means = {"tvd1": _mean(ones.values()), "tvd2": _mean(twos.values())}
    return {**means, "worst_column": table[0]["column"], "columns": table}


def _headline(targets: list[Utility]) -> dict[str, float | None]:
    """Mean AUROC over the targets for which it is defined."""
    defined = [one for one in targets if one.tstr is not None]
    return {"tstr": _mean(one.tstr for one in defined), "trtr": _mean(one.trtr for one in defined)}


def _mean(numbers: Any) -> float | None:
    values = list(numbers)
    return float(np.mean(values)) if values else None


def store(evaluation: Evaluation, home: Home, dataset: str, name: str) -> Path:
    """Write the evaluation as JSON to vault/evaluations/<dataset>/<name>.json, whole or not at all."""
    path = home.vault / "evaluations" / dataset / f"{name}.json"
    with whole_file(path) as partial:
        partial.write_text(json.dumps(evaluation.as_dict(), indent=1, allow_nan=False) + "\n")
    return path
