"""The population's budget against time: what its caps count, a year back, and ahead as this calendar goes on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from noctule.contract import Contract
from noctule.ledger.balance import YEAR, charges
from noctule.ledger.burndown import Counted, spent
from noctule.ledger.entry import Entry
from noctule.ledger.forecast import Forecast, forecast
from noctule.ledger.grant import limits_on
from noctule.ledger.policy import Limit
from noctule.report.svg import line, path, picture, scrolled, steps, text, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP = 620.0, 190.0, 34.0, 8.0, 14.0
BEFORE = timedelta(days=60)  # shown at least
MONTHS = 2  # between the names on the axis
NEAR = 1.6  # caps beyond so many times the lowest are told in words


def burn_down(book: Sequence[Entry], contract: Contract, now: datetime) -> tuple[str, str]:
    """The picture, and what it says in one sentence. The caps of single datasets are not drawn."""
    outlook = forecast(book, [contract], now)
    limits = [limit for limit in limits_on(book, contract) if limit.dataset is None]
    charged = charges(book, contract.population, "lifetime", now)
    known = (*charged, *outlook.charges.get(contract.population, ()))
    start = min([now - BEFORE, *(one.when for one in charged if one.when > now - YEAR)])
    end = now + YEAR
    lowest = min(limit.cap.epsilon for limit in limits)
    drawn = [limit for limit in limits if limit.cap.epsilon <= NEAR * lowest]
    top = 1.15 * max(limit.cap.epsilon for limit in drawn)

    def x(when: datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((when - start) / (end - start))

    def y(epsilon: float) -> float:
        return TOP + HEIGHT * (1 - min(epsilon / top, 1))

    parts: list[str] = []
    for epsilon in ticks(top, 4):
        parts += [line(LEFT, y(epsilon), WIDTH - RIGHT, y(epsilon), "grid")]
        parts += [text(LEFT - 6, y(epsilon) + 4, f"{epsilon:g}", "tick", "end")]
    parts += [text(x(when), TOP + HEIGHT + 15, f"{when:%b %Y}", "tick", "middle") for when in _months(start, end)]
    for limit in drawn:
        height = y(limit.cap.epsilon)
        parts += [line(LEFT, height, WIDTH - RIGHT, height, f"cap {limit.cap.per}")]
        parts += [text(LEFT + 6, height - 4, f"cap {limit.cap.epsilon:g} per {limit.cap.per}", f"tick {limit.cap.per}")]
    days = [start + timedelta(days=day) for day in range((end - start).days + 1)]
    past, ahead = [*(day for day in days if day < now), now], [now, *(day for day in days if day > now)]
    for counted in dict.fromkeys(Counted(limit.cap.per, limit.delta) for limit in limits):
        for kind, moments in (("done", past), ("ahead", ahead)):
            heights = spent(known, counted, moments)
            points = [(x(when), y(epsilon)) for when, epsilon in zip(moments, heights, strict=True)]
            parts.append(steps(_corners(points), f"spent {counted.per} {kind}"))
    parts += [
        path([(x(now), TOP), (x(now), TOP + HEIGHT)], "now"),
        text(x(now) + 5, TOP + 9, f"{now:%Y-%m-%d}", "tick"),
    ]
    drawing = picture(WIDTH, TOP + HEIGHT + 22, parts, "epsilon spent against time")
    return scrolled(drawing, least=480, most=740), _words(limits, drawn, outlook.of(contract.name), contract)


def _words(limits: Sequence[Limit], drawn: Sequence[Limit], ahead: Forecast, contract: Contract) -> str:
    above = [f"{limit.cap.epsilon:g} per {limit.cap.per}" for limit in limits if limit not in drawn]
    hidden = f" Not drawn, for they are far above: caps of {', '.join(above)}." if above else ""
    return (
        f"All that was charged to the population {contract.population}, by any dataset. Dashed: what this dataset "
        f"alone will ask for. {_outlook(ahead)}{hidden}"
    )


def _outlook(ahead: Forecast) -> str:
    if not ahead.calendar:
        return f"No calendar tells its refits; at most {ahead.refits} fit into the next year."
    if ahead.refused is None:
        return "No refit is refused in the next five years."
    return f"A refit is refused on {ahead.refused}."


def _months(start: datetime, end: datetime) -> list[datetime]:
    """First days of every other month."""
    found: list[datetime] = []
    for month in range(start.year * 12 + start.month, end.year * 12 + end.month, MONTHS):
        found.append(start.replace(year=month // 12, month=month % 12 + 1, day=1, hour=0, minute=0, second=0))
    return [when for when in found if start + timedelta(days=12) < when < end - timedelta(days=12)]


def _corners(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without the points at which nothing changes."""
    kept = [one for at, one in enumerate(points) if at == 0 or one[1] != points[at - 1][1]]
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]
