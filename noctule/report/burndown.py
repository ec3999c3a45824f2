"""The population's budget against time: what its caps count, a year back, and ahead as this calendar goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from noctule.contract import Contract
from noctule.ledger.balance import YEAR, Charged, charges
from noctule.ledger.burndown import Counted, spent
from noctule.ledger.entry import Entry
from noctule.ledger.forecast import Forecast, forecast
from noctule.ledger.grant import limits_on
from noctule.ledger.policy import Limit
from noctule.report.svg import line, picture, scrolled, steps, text, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP = 620.0, 190.0, 34.0, 8.0, 14.0
BEFORE = timedelta(days=60)  # shown at least
MONTHS = 2  # between the names on the axis
NEAR = 1.6  # caps beyond so many times the lowest are told in words


@dataclass(frozen=True)
class _Axes:
    start: datetime
    end: datetime
    top: float  # epsilon

    def x(self, when: datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((when - self.start) / (self.end - self.start))

    def y(self, epsilon: float) -> float:
        return TOP + HEIGHT * (1 - min(epsilon / self.top, 1))


def burn_down(book: Sequence[Entry], contract: Contract, now: datetime) -> tuple[str, str]:
    """The picture, and what it says in words. The caps of single datasets are not drawn."""
    outlook = forecast(book, [contract], now)
    limits = [limit for limit in limits_on(book, contract) if limit.dataset is None]
    drawn = [one for one in limits if one.cap.epsilon <= NEAR * min(limit.cap.epsilon for limit in limits)]
    charged = charges(book, contract.population, "lifetime", now)
    start = min([now - BEFORE, *(one.when for one in charged if one.when > now - YEAR)])
    axes = _Axes(start, now + YEAR, top=1.15 * max(limit.cap.epsilon for limit in drawn))
    parts = [*_grid(axes), *_caps(axes, drawn)]
    for counted in dict.fromkeys(Counted(limit.cap.per, limit.delta) for limit in limits):
        parts += _curve(axes, counted, (*charged, *outlook.charges.get(contract.population, ())), now)
    parts += [line(axes.x(now), TOP, axes.x(now), TOP + HEIGHT, "now")]
    parts += [text(axes.x(now) + 5, TOP + 9, f"{now:%Y-%m-%d}", "tick")]
    drawing = picture(WIDTH, TOP + HEIGHT + 22, parts, "epsilon spent against time")
    return scrolled(drawing, least=480, most=740), _words(limits, drawn, outlook.of(contract.name), contract)


def _grid(axes: _Axes) -> list[str]:
    found: list[str] = []
    for epsilon in ticks(axes.top, 4):
        y = axes.y(epsilon)
        found += [line(LEFT, y, WIDTH - RIGHT, y, "grid"), text(LEFT - 6, y + 4, f"{epsilon:g}", "tick", "end")]
    for when in _months(axes.start, axes.end):
        found.append(text(axes.x(when), TOP + HEIGHT + 15, f"{when:%b %Y}", "tick", "middle"))
    return found


def _caps(axes: _Axes, drawn: Sequence[Limit]) -> list[str]:
    found: list[str] = []
    for limit in drawn:
        y, words = axes.y(limit.cap.epsilon), f"cap {limit.cap.epsilon:g} per {limit.cap.per}"
        found.append(line(LEFT, y, WIDTH - RIGHT, y, f"cap {limit.cap.per}"))
        found.append(text(LEFT + 6, y - 4, words, f"tick {limit.cap.per}"))
    return found


def _curve(axes: _Axes, counted: Counted, known: Sequence[Charged], now: datetime) -> list[str]:
    """A line up to now, a dashed one after."""
    days = [axes.start + timedelta(days=day) for day in range((axes.end - axes.start).days + 1)]
    found: list[str] = []
    for kind, moments in (
        ("done", [*(day for day in days if day < now), now]),
        ("ahead", [now, *(day for day in days if day > now)]),
    ):
        heights = spent(known, counted, moments)
        points = [(axes.x(when), axes.y(epsilon)) for when, epsilon in zip(moments, heights, strict=True)]
        found.append(steps(_corners(points), f"spent {counted.per} {kind}"))
    return found


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
