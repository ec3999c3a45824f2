"""A picture of every population's budget: what its caps count, a year back and a year ahead."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

from noctule.contract import Contract
from noctule.ledger.balance import YEAR, Charged, charges
from noctule.ledger.compose import Sum
from noctule.ledger.entry import Entry
from noctule.ledger.forecast import Forecast, Outlook, limits_ahead
from noctule.ledger.policy import Limit
from noctule.picture import FAINT, GRID, INK, figure, png

COLOURS = {"year": "#0b63c5", "lifetime": "#7a3db8"}
REFUSED = "#c2410c"
BEFORE = timedelta(days=60)  # shown at least, so that there is room to the left of today
ROOM, NEAR = 1.22, 1.6  # above the highest cap drawn; caps beyond so many times the lowest are told in words


class Counted(NamedTuple):
    """Which charges a sum counts, and at which delta it becomes an epsilon."""

    per: Literal["year", "lifetime"]
    delta: float


def burn_down_png(entries: Sequence[Entry], contracts: Sequence[Contract], outlook: Outlook) -> bytes:
    """One panel for each population: epsilon spent against time, dashed from today on, caps as lines.

    `outlook`: the forecast of the same entries and contracts. Caps on a single dataset are not drawn. Nothing else
    enters, so that the picture is as public as they are. About 5 kB a population.
    """
    import matplotlib.dates as dates

    limits = _limits(entries, contracts)
    page = figure(9.4, 0.35 + 2.6 * max(len(limits), 1))
    start = min([outlook.at - BEFORE, *(e.when for e in entries if e.kind == "reserve" and e.when > outlook.at - YEAR)])
    for place, (population, caps) in enumerate(limits.items(), start=1):
        panel = page.add_subplot(max(len(limits), 1), 1, place)
        whole = [limit for limit in caps if limit.dataset is None]
        past = charges(entries, population, "lifetime", outlook.at)
        known = (*past, *outlook.charges.get(population, ()))
        drawn = [limit for limit in whole if limit.cap.epsilon <= NEAR * min(limit.cap.epsilon for limit in whole)]
        top = ROOM * max((limit.cap.epsilon for limit in drawn), default=1.0)
        _caps(panel, whole, start, top)
        for counted in dict.fromkeys(Counted(limit.cap.per, limit.delta) for limit in whole):
            _curve(panel, counted, known, start, outlook.at)
        _today(panel, outlook.at, top)
        mine = [one for one in outlook.datasets if one.population == population]
        _first_refusal(panel, mine, outlook.at, top)
        panel.set_title(population, loc="left", fontsize=10, color=INK, fontweight="bold", parse_math=False)
        panel.set_xlim(start, outlook.at + YEAR)
        panel.set_ylim(0, top)
        locator = dates.AutoDateLocator(minticks=6, maxticks=14)
        panel.xaxis.set_major_locator(locator)
        panel.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=False))
        _dress(panel)
    page.set_layout_engine("constrained", h_pad=0.08, w_pad=0.08)
    return png(page)


def spent(known: Iterable[Charged], counted: Counted, moments: Sequence[datetime]) -> list[float]:
    """Epsilon that the charges before each of `moments` (rising) come to in the window that ends there."""
    waiting, window = deque(sorted(known, key=lambda charged: charged.when)), deque[Charged]()
    nano_rho, atto_delta, events = 0, 0, Counter[str]()
    found: list[float] = []
    for moment in moments:
        while waiting and waiting[0].when <= moment:
            window.append(waiting.popleft())
            charge = window[-1].charge
            nano_rho, atto_delta = nano_rho + charge.nano_rho, atto_delta + charge.atto_delta
            events.update([charge.event] if charge.event else [])
        while counted.per == "year" and window and window[0].when <= moment - YEAR:
            charge = window.popleft().charge
            nano_rho, atto_delta = nano_rho - charge.nano_rho, atto_delta - charge.atto_delta
            events.subtract([charge.event] if charge.event else [])
        found.append(Sum(nano_rho, atto_delta, tuple((+events).items())).epsilon(counted.delta))
    return found


def _limits(entries: Sequence[Entry], contracts: Sequence[Contract]) -> dict[str, list[Limit]]:
    """Every population that was charged or may be, with the caps ahead."""
    names = {e.population for e in entries if e.kind == "reserve"} | {c.population for c in contracts}
    return {name: limits_ahead(entries, contracts, name) for name in sorted(names)}


def _curve(panel: Any, counted: Counted, known: Sequence[Charged], start: datetime, now: datetime) -> None:
    days = [start + timedelta(days=day) for day in range((now + YEAR - start).days + 1)]
    past, ahead = [*(day for day in days if day < now), now], [now, *(day for day in days if day > now)]
    for moments, style in ((past, "-"), (ahead, (0, (3, 1.6)))):
        heights = [min(epsilon, 1e9) for epsilon in spent(known, counted, moments)]
        panel.plot(moments, heights, color=COLOURS[counted.per], linestyle=style, linewidth=1.8, drawstyle="steps-post")


def _caps(panel: Any, limits: Sequence[Limit], start: datetime, top: float) -> None:
    above: list[str] = []
    heights: defaultdict[float, list[Limit]] = defaultdict(list)
    for limit in limits:
        heights[limit.cap.epsilon].append(limit)
    for height, alike in sorted(heights.items()):
        words = f"cap {height:g} per {' and '.join(dict.fromkeys(limit.cap.per for limit in alike))}"
        if height > top:
            above.append(words)
            continue
        panel.axhline(height, color=COLOURS[alike[0].cap.per], linewidth=1.1, alpha=0.65)
        _write(panel, words, start, height + 0.02 * top, color=COLOURS[alike[0].cap.per])
    if above:
        panel.set_title(f"above the picture: {', '.join(above)}", loc="right", fontsize=9, color=FAINT)


def _today(panel: Any, now: datetime, top: float) -> None:
    panel.axvline(now, color=FAINT, linewidth=0.9)
    _write(panel, f"{now:%Y-%m-%d}", now, 0.05 * top, left=False, color=FAINT)


def _first_refusal(panel: Any, datasets: Sequence[Forecast], now: datetime, top: float) -> None:
    """The date, at a line where it lies in the picture."""
    dated = [(one.refused, one.dataset) for one in datasets if one.refused is not None]
    if not dated:
        calm = (
            "no refit is refused in five years"
            if any(one.calendar for one in datasets)
            else "no calendar tells the refits"
        )
        _write(panel, calm, now, 0.05 * top, color=FAINT)
        return
    day, dataset = min(dated)
    words, when = f"refused from {day} ({dataset})", datetime.combine(day, time(), UTC)
    if when > now + YEAR:
        _write(panel, words, now, 0.05 * top, color=REFUSED, fontweight="bold")
        return
    panel.axvline(when, color=REFUSED, linewidth=1.2, linestyle=":")
    _write(panel, words, when, 0.2 * top, left=when < now + 0.6 * YEAR, color=REFUSED, fontweight="bold")


def _write(panel: Any, words: str, when: datetime, height: float, *, left: bool = True, **style: Any) -> None:
    """Words that begin to the right of a moment, or end to the left of it."""
    side = {"ha": "left", "xytext": (6, 0)} if left else {"ha": "right", "xytext": (-6, 0)}
    style = {"fontsize": 9.5, "va": "baseline", "parse_math": False, **side, **style}
    panel.annotate(words, (when, height), textcoords="offset points", **style)


def _dress(panel: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.set_ylabel("epsilon spent", fontsize=9, color=FAINT)
    panel.yaxis.set_major_locator(MaxNLocator(4, min_n_ticks=3))
    panel.tick_params(labelsize=9, labelcolor=INK, color=FAINT, length=0)
    panel.grid(axis="y", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.spines["bottom"].set_color(FAINT)
