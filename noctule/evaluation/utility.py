"""Train on synthetic, test on real (TSTR), beside train on real, test on real (TRTR). Internal tier."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Codec, Codes

HELD_OUT = 0.2
MOST_ROWS = 50_000  # to train on: more moves an AUROC by less than the split does
SEED = 0
MOST_CATEGORIES = 255  # HistGradientBoosting's own limit; a larger attribute is read as ordered


@dataclass(frozen=True)
class Utility:
    """AUROC of one target, 0.5 for chance; None with the reason where it is not defined. Row counts are raw."""

    target: str
    tstr: float | None
    trtr: float | None
    reason: str = ""


def utility(real: Codes, synthetic: Codes, codec: Codec, target: str) -> Utility:
    """AUROC on a held-out fifth of the real rows (fixed seed), trained on synthetic and on the other real rows.

    A HistGradientBoostingClassifier on codes; with several classes, the macro mean of one-vs-rest AUROC over the
    classes that the held-out rows hold. Both sides train on at most 50,000 rows. The synthesizer saw the held-out
    rows too: its DP bounds what it can remember of them.
    """
    own = [attribute for attribute in codec.attributes if attribute.column == target]
    features = [attribute for attribute in codec.attributes if attribute.column != target]
    if len(own) != 1 or own[0].ordered:
        return Utility(target, None, None, "a target must be a category or a boolean")
    if not features:
        return Utility(target, None, None, "no column is left to predict from")
    categorical = [not feature.ordered and feature.size <= MOST_CATEGORIES for feature in features]
    names = [feature.name for feature in features]
    x, y, test_x, test_y = _split(_matrix(real, names), real[own[0].name])
    tests = _one_vs_rest(test_y)
    if not tests:
        return Utility(target, None, None, "the held-out rows hold a single class")
    with _one_thread():
        models = [_train(_matrix(synthetic, names), synthetic[own[0].name], categorical), _train(x, y, categorical)]
        if any(model is None for model in models):
            return Utility(target, None, None, "the rows to train on hold a single class")
        tstr, trtr = (_auroc(model, test_x, tests) for model in models)
    return Utility(target, tstr, trtr)


def _one_thread() -> Any:
    """OpenMP's threads spin while they wait: on a busy host two of them cost ten times the work of one."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _matrix(codes: Codes, names: list[str]) -> NDArray[np.int32]:
    return np.column_stack([codes[name] for name in names])


def _split(x: NDArray[np.int32], y: NDArray[np.int32]) -> tuple[NDArray[np.int32], ...]:
    """x and y to train on, x and y held out."""
    order = np.random.default_rng(SEED).permutation(len(y))
    held, kept = np.split(order, [round(len(y) * HELD_OUT)])
    return x[kept], y[kept], x[held], y[held]


def _one_vs_rest(truth: NDArray[np.int32]) -> dict[int, NDArray[np.bool_]]:
    """Class -> which held-out rows are of it, for classes that have rows on both sides."""
    present = np.unique(truth)
    return {int(label): truth == label for label in present} if len(present) > 1 else {}


def _train(x: NDArray[np.int32], y: NDArray[np.int32], categorical: list[bool]) -> Any:
    """A fitted classifier; None when there is one class only."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    if len(y) > MOST_ROWS:
        chosen = np.random.default_rng(SEED).choice(len(y), MOST_ROWS, replace=False)
        x, y = x[chosen], y[chosen]
    if len(np.unique(y)) < 2:
        return None
    classifier: Any = HistGradientBoostingClassifier
    return classifier(categorical_features=categorical, random_state=SEED).fit(x, y)


def _auroc(model: Any, x: NDArray[np.int32], tests: dict[int, NDArray[np.bool_]]) -> float:
    """Macro mean over classes; a class that the model never saw has the same score in every row: 0.5."""
    from sklearn.metrics import roc_auc_score

    scores = dict(zip(model.classes_.tolist(), model.predict_proba(x).T, strict=True))
    never = np.zeros(len(x))
    return float(np.mean([roc_auc_score(truth, scores.get(label, never)) for label, truth in tests.items()]))
