"""The classifier that judges use: gradient-boosted trees on codes."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Attribute, Codes

SEED = 0
MOST_CATEGORIES = 255  # HistGradientBoosting's own limit; a larger attribute is read as ordered

Matrix = NDArray[np.int32]


def matrix(codes: Codes, features: list[Attribute]) -> Matrix:
    """Shape (rows, features)."""
    return np.column_stack([codes[feature.name] for feature in features])


def train(x: Matrix, y: Matrix, features: list[Attribute]) -> Any:
    """A fitted HistGradientBoostingClassifier; None when there is one class only."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    if len(np.unique(y)) < 2:
        return None
    categorical = [not feature.ordered and feature.size <= MOST_CATEGORIES for feature in features]
    classifier: Any = HistGradientBoostingClassifier
    return classifier(categorical_features=categorical, random_state=SEED).fit(x, y)


def one_thread() -> Any:
    """OpenMP's threads spin while they wait: on a busy host two of them cost ten times the work of one."""
    from threadpoolctl import threadpool_limits

    import_module("sklearn.ensemble")  # first: only the threads of libraries that are loaded are limited
    return threadpool_limits(1)
