"""How full the fullest cap is, in the words of an alarm."""

from collections.abc import Sequence
from dataclasses import dataclass

from noctule.ledger.balance import Balance
from noctule.ledger.forecast import Forecast
from noctule.ledger.policy import Limit

LEVELS = (0.95, 0.80, 0.50)  # shares of a cap's rho, the unit in which charges add up; its epsilon grows like the root
WARNING = 0.80


@dataclass(frozen=True)
class Alarm:
    """`used`: share of the rho that `limit` allows, in [0, 1]; `left`: the epsilon that one further charge may cost;
    `level`: the highest of LEVELS that is reached, else 0."""

    limit: Limit
    used: float
    spent: float
    left: float
    level: float

    @property
    def warns(self) -> bool:
        return self.level >= WARNING

    def words(self, ahead: Forecast) -> str:
        """One sentence, with what is left and the date on which it ends."""
        reached = f"{self.level:.0%} alarm: " if self.level else ""
        return (
            f"{reached}{self.used:.1%} of the cap is used ({self.limit.words()}); epsilon {self.spent:.3g} spent, "
            f"left {self.left:.3g} for one further charge; forecast date: {ahead.words}"
        )


def alarm(balances: Sequence[Balance]) -> Alarm:
    """Of the cap of which least is left, in parts of it; `balances` are those of one contract, one at least."""
    fullest = max(balances, key=_used)
    used = _used(fullest)
    level = next((level for level in LEVELS if used >= level), 0.0)
    return Alarm(fullest.limit, used, fullest.epsilon_spent, fullest.epsilon_left, level)


def _used(balance: Balance) -> float:
    worth = balance.cap_nano_rho
    return 1.0 if worth == 0 else 1 - min(balance.left_nano_rho / worth, 1.0)
