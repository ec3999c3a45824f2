"""All that compares a release with raw rows. Internal tier; each metric stands or fails by itself."""

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from noctule.attacks.attacks import attacked
from noctule.codes import Codec, Codes
from noctule.contract import Contract
from noctule.evaluation.associations import associations
from noctule.evaluation.halves import halves
from noctule.evaluation.marginals import marginals
from noctule.evaluation.plot import marginals_png
from noctule.evaluation.propensity import propensity
from noctule.evaluation.records import records
from noctule.evaluation.reports import sdmetrics_reports
from noctule.evaluation.subgroups import rare_categories, subgroups
from noctule.evaluation.utility import utility

log = logging.getLogger(__name__)

Figures = dict[str, Any]
Result = TypeVar("Result")


def comparison(raw: pa.Table, release: pa.Table, contract: Contract) -> tuple[Figures, bytes]:
    """Every figure (docs/evaluation.md), plain JSON, and the picture of the marginals.

    A metric that fails is missing, and `failures` names it with the class of its error, whose words may quote a value.
    Raises DataError for a table that the contract's rules refuse.
    """
    codec = Codec(contract)
    real, synthetic = codec.encode(raw), codec.encode(release)
    ours, theirs = records(raw, contract, real), records(release, contract, synthetic)
    parts = halves(raw.num_rows, release.num_rows)
    metrics: dict[str, Callable[[], Figures]] = {
        "marginals": lambda: marginals(real, synthetic, codec, parts),
        "SDMetrics": lambda: _sdmetrics(raw, release, contract),
        "associations": lambda: {"associations": associations(real, synthetic, codec.domain, ours, theirs, parts)},
        "propensity": lambda: {"propensity": propensity(real, synthetic, codec, parts)},
        "utility": lambda: _utility(real, synthetic, codec),
        "subgroups": lambda: {"subgroups": subgroups(real, synthetic, codec, parts)},
        "rare categories": lambda: {"rare": rare_categories(real, synthetic, codec)},
        "attacks": lambda: {"attacks": [asdict(one) for one in attacked(ours, None, theirs, contract.targets)]},
    }
    failures: list[dict[str, str]] = []
    found: Figures = {"failures": failures}
    for name, metric in metrics.items():
        found |= _attempt(name, lambda metric=metric: _storable(metric()), failures) or {}
    picture = _attempt("picture", lambda: marginals_png(contract, real, synthetic), failures)
    _add_shapes(found)
    return found, picture or b""


def _attempt(name: str, metric: Callable[[], Result], failures: list[dict[str, str]]) -> Result | None:
    log.info("evaluating: %s", name)
    try:
        return metric()
    except Exception as error:
        log.warning("the metric %r failed with %s", name, type(error).__name__)
        failures.append({"metric": name, "error": type(error).__name__})
        return None


def _storable(figures: Figures) -> Figures:
    """As they are. Raises ValueError for what is no number: it could not be stored, and the night would fail on it."""
    json.dumps(figures, allow_nan=False)
    return figures


def _sdmetrics(raw: pa.Table, release: pa.Table, contract: Contract) -> Figures:
    reports = sdmetrics_reports(raw, release, contract)
    return {
        "sdmetrics_quality": reports["quality"],
        "sdmetrics_diagnostic": reports["diagnostic"],
        "sdmetrics": reports,
    }


def _utility(real: Codes, synthetic: Codes, codec: Codec) -> Figures:
    """Each target, and the mean AUROC over those for which it is defined."""
    targets = [utility(real, synthetic, codec, target) for target in codec.contract.targets]
    defined = [(one.tstr, one.trtr) for one in targets if one.tstr is not None and one.trtr is not None]
    tstr, trtr = np.mean(defined, axis=0).tolist() if defined else (None, None)
    return {"tstr": tstr, "trtr": trtr, "targets": [asdict(one) for one in targets]}


def _add_shapes(found: Figures) -> None:
    """Each column's worst SDMetrics score beside its distances."""
    shapes = found.get("sdmetrics", {}).get("columns", [])
    for row in found.get("columns", []):
        scores = [shape["score"] for shape in shapes if shape["of"] == row["column"] and shape["score"] is not None]
        row["sdmetrics"] = round(min(scores), 4) if scores else None
