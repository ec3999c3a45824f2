"""Whether a classifier can tell rows of the release from raw rows. Internal tier."""

from typing import Any

import numpy as np

from noctule.codes import Codec, Codes
from noctule.evaluation.auroc import aurocs
from noctule.evaluation.classifier import matrix, one_thread, train
from noctule.evaluation.halves import Halves, taken

MOST_ROWS = 10_000  # of a side


def propensity(real: Codes, synthetic: Codes, codec: Codec, parts: Halves) -> dict[str, Any]:
    """`pmse`: mean squared distance of the predicted probability from 1/2 (Woo et al. 2009; Snoke et al. 2018), in
    [0, 0.25], and `auroc`, the classifier's own, 0.5 where it sees no difference; at most 10,000 rows of each side.

    Each row is judged by gradient-boosted trees that were trained on the other half of both sides, so that neither
    number counts what a classifier learns by heart. `..._fresh_rows`: the same with fresh real rows (`halves`).
    """
    targets = taken(real, parts.targets[:MOST_ROWS])
    pmse, auroc = told_apart(targets, taken(synthetic, parts.release[:MOST_ROWS]), codec)
    null_pmse, null_auroc = told_apart(targets, taken(real, parts.rest[:MOST_ROWS]), codec)
    return {
        "rows": len(parts.targets[:MOST_ROWS]),
        "pmse": pmse,
        "pmse_fresh_rows": null_pmse,
        "auroc": auroc,
        "auroc_fresh_rows": null_auroc,
    }


def told_apart(left: Codes, right: Codes, codec: Codec) -> tuple[float, float]:
    """pMSE and AUROC of two tables of equal size; NaN for tables of no rows."""
    features = list(codec.attributes)
    x = np.vstack([matrix(left, features), matrix(right, features)])
    rows = len(x) // 2
    y = np.repeat(np.array([0, 1], np.int32), rows)
    fold = np.arange(len(x)) % 2  # both tables are in random order
    chance = np.full(len(x), 0.5)
    with one_thread():
        for tested in (0, 1):
            model = train(x[fold != tested], y[fold != tested], features)
            if model is not None:
                chance[fold == tested] = model.predict_proba(x[fold == tested])[:, 1]
    auroc = aurocs(y == 1, chance, np.ones((1, len(x))))[0]
    return float(np.mean((chance - 0.5) ** 2)), float(auroc)
