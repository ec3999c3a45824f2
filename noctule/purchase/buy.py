"""The purchase: after the reservation and before anything is coded, what the contract leaves open is bought."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from noctule.contract import Contract
from noctule.contract.arrow import arrow_type
from noctule.contract.columns import (
    Column,
    DerivedColumn,
    FreeTextColumn,
    ModelledColumn,
    NumericColumn,
    OpenColumn,
)
from noctule.errors import DataError
from noctule.mechanisms.accounting import NANO
from noctule.mechanisms.gaussian import discrete_gaussian
from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.atoms import find_atoms
from noctule.purchase.cells import Cells, frequent_texts
from noctule.purchase.heavy import Spend, heavy
from noctule.purchase.price import charge, shares, shopping, thresholded
from noctule.purchase.profile import FORMS, SIZE, decimals, profile
from noctule.purchase.settle import Found, dropped, settle

log = logging.getLogger(__name__)

# What is drawn on a column of each stated type, and which parts of its rho each draw gets; the last takes the rest.
DRAWS = {
    "category": {"values": 1.0},
    "integer": {"profile": 0.3, "values": 0.7},
    "number": {"profile": 0.3, "decimals": 0.1, "values": 0.6},
    "date": {"profile": 1.0},
    "datetime": {"profile": 1.0},
    "unknown": {"profile": 0.3, "decimals": 0.1, "values": 0.6},
}


@dataclass(frozen=True)
class Bought:
    """`contract` is the effective one: every domain filled in. `items` (plain JSON) are for the receipt."""

    contract: Contract
    items: list[dict[str, Any]]
    nano_rho: int


def buy(contract: Contract, cells: Cells, *, nano_rho: int, tap: NoiseTap) -> Bought:
    """Spend a part of the refit's `nano_rho` on what `contract` leaves open; nothing is drawn where nothing is.

    Which draws are made, and their cost, is fixed by the contract. The sum is `Bought.nano_rho`, and the approximate
    parts sum to at most `charge(contract).delta`. Raises DataError when nothing at all can be told.
    """
    prices, todo = shares(contract, nano_rho), shopping(contract)
    delta = charge(contract).delta / max(sum(map(thresholded, todo)), 1)
    settled: dict[str, Column] = {}
    items: list[dict[str, Any]] = []
    for column in todo:
        log.info("buying what is not stated of %s", column.name)
        spend, before = Spend(prices[column.name], delta, contract.unit.max_rows), len(tap.draws)
        if isinstance(column, OpenColumn):
            settled[column.name] = settle(column, _found(column, cells, spend, tap))
        else:
            settled[column.name] = find_atoms(column, arrow_type(column), cells, spend, tap)
        items.append(_item(column, settled[column.name], spend, [draw.mechanism for draw in tap.draws[before:]]))
    return Bought(_effective(contract, settled), items, sum(prices.values()))


def _effective(contract: Contract, settled: dict[str, Column]) -> Contract:
    """The contract with what was bought; what hangs on a column that had to be dropped goes with it."""
    lost = {name for name, column in settled.items() if isinstance(column, FreeTextColumn)}
    columns = [settled.get(column.name, column) for column in contract.columns]
    columns = [dropped(c) if isinstance(c, DerivedColumn) and c.source in lost else c for c in columns]
    if not any(isinstance(column, ModelledColumn) for column in columns):
        raise DataError(
            "no column holds anything common enough to be told at this epsilon; the charge stands",
            where=contract.name,
            fix="state the domains in a contract, raise epsilon, or take more rows",
        )
    sound = [constraint.model_dump() for constraint in contract.constraints if not lost & set(constraint.forbid)]
    words = {"columns": [column.model_dump(by_alias=True) for column in columns], "constraints": sound}
    return Contract.model_validate({**contract.model_dump(by_alias=True), **words})


def _found(column: OpenColumn, cells: Cells, spend: Spend, tap: NoiseTap) -> Found:
    parts = DRAWS[column.type]
    rhos = {what: int(part * spend.nano_rho) for what, part in parts.items()}
    rhos[list(parts)[-1]] += spend.nano_rho - sum(rhos.values())
    each = {what: spend._replace(nano_rho=rho) for what, rho in rhos.items()}
    found: dict[str, Any] = {f"{what}_noise": one.scale for what, one in each.items()}
    grids: dict[str, tuple[Callable[[pa.Array], NDArray[np.int64]], int]]
    grids = {"profile": (profile, SIZE), "decimals": (decimals, FORMS)}
    for what, (counted, size) in grids.items():
        if what in each:
            exact = sum(map(counted, cells(column.name)), np.zeros(size, np.int64))
            found[what] = discrete_gaussian(exact, scale=each[what].scale, sensitivity=float(spend.max_rows), tap=tap)
    if "values" in each:
        found["values"] = tuple(heavy(lambda floor: frequent_texts(cells(column.name), floor), each["values"], tap))
    return Found(**found)


def _item(column: Column, settled: Column, spend: Spend, mechanisms: list[str]) -> dict[str, Any]:
    """One line of the receipt; the numbers in it are of the effective contract, which was paid for."""
    if isinstance(column, NumericColumn):
        what, found = "atoms", f"{len(settled.points) if isinstance(settled, NumericColumn) else 0} atoms"
    else:
        what, found = "domain", getattr(settled, "type", "dropped: nothing in it is common enough")
    return {
        "column": column.name,
        "bought": what,
        "found": found,
        "mechanisms": mechanisms,
        "rho": spend.nano_rho / NANO,
        "delta": spend.delta if "gaussian_threshold" in mechanisms else 0.0,
    }
