"""mbi's measurements, estimated without mbi: its mirror descent spends seconds on compilation, ours none."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique
from noctule.engines.junction import junction_tree
from noctule.engines.markov import Effort, Evidence, fit

Floats = NDArray[np.float64]

EFFORT = Effort(iterations=2000, tolerance=1e-5)


def estimate(domain: Any, measurements: list[Any], total: float) -> dict[Clique, Floats]:
    """Fitted marginals, in rows, of every maximal clique measured; they agree where they overlap.

    `domain`: mbi Domain; `measurements`: mbi LinearMeasurements whose query weighs cells, and does no more. What it
    makes of a table of ones is the weight of each cell.
    """
    from mbi import Factor

    evidence = Evidence({name: int(domain[name]) for name in domain})
    for measured in measurements:
        clique = tuple(measured.clique)
        shape = [evidence.sizes[name] for name in clique]
        weight = np.asarray(measured.query(Factor.ones(domain.project(clique))), np.float64).reshape(shape)
        counts = np.asarray(measured.noisy_measurement, np.float64).reshape(shape) / weight
        evidence.add(clique, counts, (measured.stddev / weight) ** 2)
    model = fit(evidence, total, junction_tree(evidence.sizes, evidence.value), EFFORT)
    return dict(zip(model.tree.cliques, model.marginals, strict=True))
