"""Bought domains: a value that one unit holds may come out of a purchase with probability delta, and no more."""

import pyarrow as pa

from noctule.contract import Contract
from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.buy import buy
from noctule.purchase.price import charge

SINGLE, HEAVY, ROWS = 100, 2, 2_000  # values of one row each; values that many rows hold, and how many
EPSILON = 30.0  # so much that a purchase looks at every value, however rare


def purchases(delta: float, runs: int) -> tuple[int, int, float]:
    """How many single values came out of `runs` purchases, of how many, and the delta that each was bought for."""
    contract = Contract.model_validate(
        {
            "name": "audit",
            "population": "nobody",
            "source": {"kind": "csv", "path": "audit.csv"},
            "unit": "row",
            "columns": [{"name": "a", "type": "category", "domain_source": "dp_estimated"}],
            "privacy": {"epsilon": EPSILON, "delta": delta, "cap": {"epsilon": EPSILON, "per": "lifetime"}},
            "engine": {"name": "adaptive"},
        }
    )
    single = {f"single{number}" for number in range(SINGLE)}
    column = pa.array([*sorted(single), *(f"heavy{number % HEAVY}" for number in range(ROWS))])
    cost, found = charge(contract), 0
    for _ in range(runs):
        bought = buy(contract, lambda _: iter([column]), nano_rho=cost.nano_rho, tap=NoiseTap())
        found += len(single.intersection(bought.contract.column("a").model_dump().get("categories", ())))
    return found, runs * SINGLE, cost.delta
