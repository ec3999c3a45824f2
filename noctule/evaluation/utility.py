"""Train on synthetic, test on real (TSTR), beside train on real, test on real (TRTR). Internal tier."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from noctule.codes import Codec, Codes
from noctule.evaluation.auroc import Floats, aurocs, interval, resamples
from noctule.evaluation.classifier import Matrix, matrix, one_thread, train

HELD_OUT = 0.2
MOST_ROWS = 50_000  # to train on: more moves an AUROC by less than the split does
MOST_TESTED = 10_000  # the interval is then about 0.01 wide
SEED = 0


@dataclass(frozen=True)
class Utility:
    """AUROC of one target, 0.5 for chance; None with the reason where it is not defined. Row counts are raw.

    `gap` is trtr - tstr. The 95 % intervals are of the held-out rows alone: bootstraps of them, the same for both,
    under the two models at hand. That another night draws other noise and rows is not in them.
    """

    target: str
    tstr: float | None
    trtr: float | None
    gap: float | None = None
    tstr95: list[float] | None = None
    trtr95: list[float] | None = None
    gap95: list[float] | None = None
    reason: str = ""


def utility(real: Codes, synthetic: Codes, codec: Codec, target: str) -> Utility:
    """AUROC on a held-out fifth of the real rows (fixed seed), trained on synthetic and on the other real rows.

    Gradient-boosted trees on codes; with several classes, the macro mean of one-vs-rest AUROC over the classes that
    the held-out rows hold. Both sides train on at most 50,000 rows and are tested on at most 10,000. The synthesizer
    saw the held-out rows too: its DP bounds what it can remember of them.
    """
    own = [attribute for attribute in codec.attributes if attribute.column == target]
    features = [attribute for attribute in codec.attributes if attribute.column != target]
    if len(own) != 1 or own[0].ordered:
        return Utility(target, None, None, reason="a target must be a category or a boolean")
    if not features:
        return Utility(target, None, None, reason="no column is left to predict from")
    x, y, test_x, test_y = _split(matrix(real, features), real[own[0].name])
    if len(np.unique(test_y)) < 2:
        return Utility(target, None, None, reason="the held-out rows hold a single class")
    with one_thread():
        sides = (matrix(synthetic, features), synthetic[own[0].name]), (x, y)
        models = [train(*_cut(*side), features) for side in sides]
        if any(model is None for model in models):
            return Utility(target, None, None, reason="the rows to train on hold a single class")
        weights = resamples(len(test_y))
        tstr, trtr = (_macro(model, test_x, test_y, weights) for model in models)
    gap = trtr - tstr
    return Utility(target, float(tstr[0]), float(trtr[0]), float(gap[0]), interval(tstr), interval(trtr), interval(gap))


def _split(x: Matrix, y: Matrix) -> tuple[Matrix, ...]:
    """x and y to train on, x and y held out."""
    order = np.random.default_rng(SEED).permutation(len(y))
    held, kept = np.split(order, [round(len(y) * HELD_OUT)])
    held = held[:MOST_TESTED]
    return x[kept], y[kept], x[held], y[held]


def _cut(x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
    if len(y) <= MOST_ROWS:
        return x, y
    chosen = np.random.default_rng(SEED).choice(len(y), MOST_ROWS, replace=False)
    return x[chosen], y[chosen]


def _macro(model: Any, x: Matrix, truth: Matrix, weights: Floats) -> Floats:
    """Mean over the classes of each resample's AUROC; a class that the model never saw has one score for all: 0.5."""
    scores = dict(zip(model.classes_.tolist(), model.predict_proba(x).T, strict=True))
    never = np.zeros(len(x))
    labels = np.unique(truth).tolist()
    return np.mean([aurocs(truth == label, scores.get(label, never), weights) for label in labels], axis=0)
