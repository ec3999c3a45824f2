"""Marginals of the graphical model that best explains noisy measurements, by mbi's mirror descent."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.counts import Clique

Floats = NDArray[np.float64]

ITERATIONS = 3000  # at most; smartnoise-synth always makes 5000
CHECK_EVERY = 50
SETTLED = 2e-5


class _Settled(Exception):
    """The marginals stopped moving; mbi's loop has no other way out than its callback."""


def estimate(domain: Any, measurements: list[Any], total: float) -> dict[Clique, Floats]:
    """Fitted marginals, in rows, of every maximal clique measured; they agree where they overlap.

    `domain`: mbi Domain; `measurements`: mbi LinearMeasurements. Mirror descent with line search (McKenna et al. 2019)
    until the mean TVD between marginals CHECK_EVERY iterations apart is below SETTLED.
    """
    import attr
    from jax import enable_x64
    from mbi import estimation, marginal_loss, marginal_oracles

    loss = marginal_loss.from_linear_measurements(measurements)
    loss = attr.evolve(loss, lipschitz=_lipschitz(domain, measurements))
    watch = _Watch(total)
    with enable_x64(True):
        try:
            fitted = estimation.mirror_descent(
                domain,
                loss,
                known_total=total,
                iters=ITERATIONS,
                marginal_oracle=marginal_oracles.message_passing_stable,
                callback_fn=watch,
            ).marginals
        except _Settled:
            fitted = watch.marginals
    return _tables(fitted)


class _Watch:
    """Looks at the marginals every CHECK_EVERY iterations and stops the descent once they stand still."""

    def __init__(self, total: float) -> None:
        self.total, self.calls, self.marginals = total, 0, None
        self.last: dict[Clique, Floats] | None = None

    def __call__(self, marginals: Any) -> None:
        self.calls += 1
        if self.calls % CHECK_EVERY:
            return
        self.marginals = marginals
        tables = _tables(marginals)
        if self.last is not None:
            moved = np.mean([np.abs(tables[c] - self.last[c]).sum() for c in tables]) / (2 * self.total)
            if moved < SETTLED:
                raise _Settled
        self.last = tables


def _tables(marginals: Any) -> dict[Clique, Floats]:
    return {tuple(clique): np.asarray(marginals[clique].values, dtype=np.float64) for clique in marginals.cliques}


def _lipschitz(domain: Any, measurements: list[Any]) -> float:
    """Upper bound of the loss's curvature over the cliques' marginals: a one-way of a pair sums over its partner.

    mbi finds it by power iteration under JIT, seconds of compilation for a number that only starts the line search.
    """
    widest = max(domain.shape)
    return max(1 / m.stddev**2 for m in measurements) + 2 * widest * max(
        1 / m.stddev**2 for m in measurements if len(m.clique) == 1
    )
