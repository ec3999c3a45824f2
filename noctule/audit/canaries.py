"""Many fits of one engine on a public table, each with its own coins, and what they let an attacker tell."""

import secrets
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from noctule.audit.bounds import Trials
from noctule.audit.worst_case import Bits, Cells, Table
from noctule.counts import CodesCounts
from noctule.engines.model import Model
from noctule.engines.registry import Engine
from noctule.errors import LedgerError
from noctule.mechanisms.accounting import rho_of
from noctule.mechanisms.tap import NoiseTap


@dataclass(frozen=True)
class Fits:
    """`trials`: coins and scores; `unequal`: fits whose tap did not hold the charge; `residuals`: (n,) noise of kept
    counts in units of the sigma that is stated for them."""

    trials: Trials
    unequal: int
    residuals: NDArray[np.float64]


def coins(canaries: int) -> Bits:
    """A fair coin for each canary, from the operating system."""
    bits = np.frombuffer(secrets.token_bytes(canaries), np.uint8)
    return (bits & 1).astype(np.bool_)


def fits(engine: Engine, table: Table, *, epsilon: float, delta: float, runs: int) -> Fits:
    """`runs` independent fits for rho_of(epsilon, delta), each on its own coins. Costs nothing: the rows are public."""
    nano_rho, shape = rho_of(epsilon, delta), table.shape
    present: list[Bits] = []
    scores: list[NDArray[np.float64]] = []
    residuals: list[NDArray[np.float64]] = []
    unequal = 0
    for _ in range(runs):
        inside, tap = coins(table.canaries), NoiseTap()
        counts = CodesCounts(table.codes(inside), shape.domain)
        model = engine.fit(counts, shape, nano_rho=nano_rho, max_rows=table.max_rows, tap=tap)
        try:
            tap.require_equal(nano_rho)
        except LedgerError:
            unequal += 1
        present.append(inside)
        scores.append(table.scores(model))
        if isinstance(table, Cells):
            residuals += _residuals(table, inside, model)
    noise = np.concatenate(residuals) if residuals else np.zeros(0)
    return Fits(Trials(np.array(present), np.array(scores)), unequal, noise)


def _residuals(table: Cells, present: Bits, model: Model) -> list[NDArray[np.float64]]:
    """Noise of every measurement of single codes, in its sigma: true counts are known here."""
    found: list[NDArray[np.float64]] = []
    for one in model.measurements:
        if one.counts.shape == (table.canaries,) * len(one.clique):
            exact = table.exact(one.clique, present)
            if not one.fine:  # groups of one code each, in an order of their own
                exact = exact[np.ix_(*(np.argsort(model.groupings[name].group) for name in one.clique))]
            found.append(((one.counts - exact) / one.sigma).ravel())
    return found
