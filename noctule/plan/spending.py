"""Where the rho of one refit goes, read off the constants that the refit itself goes by."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from noctule.contract import Contract
from noctule.engines import adaptive, aim, dp_ctgan, mst
from noctule.engines.purse import Purse
from noctule.engines.registry import engine
from noctule.engines.shape import Shape
from noctule.mechanisms.accounting import NANO
from noctule.mechanisms.tap import NoiseTap
from noctule.purchase.price import charge, shares
from noctule.refresh import SCORE_SHARE


@dataclass(frozen=True)
class Look:
    """How an engine splits its rho: the number of rows, one-way counts, private choices, and the tables chosen (for
    dp-ctgan, its steps). `count`: of the tables, None where the rows decide it."""

    total: float
    one_way: float
    selection: float
    tables: float
    count: int | None


@dataclass(frozen=True)
class Spending:
    """All of a refit's charge, in rho: what is bought of the domain, the engine's look, the score of the gate.

    `purse`: the engine's, untouched."""

    rho: float
    purchases: float
    look: Look
    score: float
    purse: Purse

    def parts(self) -> dict[str, float]:
        """What is paid for -> rho. They sum to the charge."""
        return {
            "purchases": self.purchases,
            "number of rows": self.look.total,
            "one-way counts": self.look.one_way,
            "selection": self.look.selection,
            "tables": self.look.tables,
            "score": self.score,
        }


def spending(contract: Contract, shape: Shape, rows: float) -> Spending:
    """Of one refit of a table of about `rows` rows. Raises UsageError for an engine that is not offered."""
    nano_rho = charge(contract).nano_rho
    bought = sum(shares(contract, nano_rho).values())
    score = (nano_rho - bought) // SCORE_SHARE
    purse = Purse((nano_rho - bought - score) / NANO, contract.unit.max_rows, NoiseTap())
    look = _LOOKS[engine(contract.engine.name).name](shape, purse, rows)
    return Spending(nano_rho / NANO, bought / NANO, look, score / NANO, purse)


def _adaptive(shape: Shape, purse: Purse, rows: float) -> Look:
    total = adaptive.TOTAL * purse.rho
    after = Purse(purse.rho - total, purse.max_rows, purse.tap)
    plan = adaptive.Plan.of(shape, after, rows)
    rest = after.rho - plan.one_way
    return Look(total, plan.one_way, adaptive.SELECT * rest, (1 - adaptive.SELECT) * rest, plan.tables)


def _mst(shape: Shape, purse: Purse, rows: float) -> Look:
    attributes = len(shape.domain)
    selection = mst.SELECTION * purse.rho if attributes > 2 else 0.0
    one_way = mst.ONE_WAY * purse.rho if attributes > 1 else purse.rho
    return Look(0.0, one_way, selection, purse.rho - one_way - selection, attributes - 1)


def _aim(shape: Shape, purse: Purse, rows: float) -> Look:
    one_way = aim.ONE_WAY * purse.rho if math.comb(len(shape.domain), 2) else purse.rho
    rest = purse.rho - one_way
    return Look(0.0, one_way, aim.SELECT * rest, (1 - aim.SELECT) * rest, None)


def _dp_ctgan(shape: Shape, purse: Purse, rows: float) -> Look:
    one_way = dp_ctgan.FREQUENCIES * purse.rho
    return Look(0.0, one_way, 0.0, purse.rho - one_way, dp_ctgan.STEPS)


_LOOKS: dict[str, Callable[[Shape, Purse, float], Look]] = {
    "adaptive": _adaptive,
    "mst": _mst,
    "aim": _aim,
    "dp-ctgan": _dp_ctgan,
}
