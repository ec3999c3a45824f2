"""Pieces of inline SVG in the page's own colours (classes of `style.STYLE`), so that they follow its theme and paper.

Not matplotlib: its SVG has fixed colours and weighs ten times as much, and nothing in it can be pointed at.
"""

from collections.abc import Iterable
from html import escape
from math import floor, log10


def picture(width: float, height: float, parts: Iterable[str], label: str) -> str:
    """As wide as its place; `label` is what a screen reader says."""
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def scrolled(picture: str, least: float, most: float) -> str:
    """Between `least` and `most` CSS pixels wide; on a screen that is narrower, it scrolls by itself."""
    return f'<div class="scroll"><div style="min-width:{least:.0f}px;max-width:{most:.0f}px">{picture}</div></div>'


def rect(x: float, y: float, width: float, height: float, kind: str, tip: str = "", opacity: float = 1) -> str:
    """A filled rectangle; `tip` is shown where one points at it."""
    shade = "" if opacity == 1 else f' fill-opacity="{opacity:.2f}"'
    area = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    return f'<rect {area} class="{kind}"{shade}>{_tip(tip)}</rect>' if tip else f'<rect {area} class="{kind}"{shade}/>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def path(points: Iterable[tuple[float, float]], kind: str) -> str:
    """An open line through the points."""
    return f'<path d="M{" L".join(f"{x:.1f},{y:.1f}" for x, y in points)}" class="{kind}"/>'


def steps(points: Iterable[tuple[float, float]], kind: str) -> str:
    """A line that keeps its height until the next point."""
    found: list[tuple[float, float]] = []
    for x, y in points:
        found += [(x, found[-1][1]), (x, y)] if found else [(x, y)]
    return path(found, kind)


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start", turned: float = 0) -> str:
    turn = f' transform="rotate({turned:g} {x:.1f} {y:.1f})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}"{turn}>{escape(words)}</text>'


def ticks(top: float, about: int = 3) -> list[float]:
    """Round numbers from 0 up to `top`, at least one beside 0."""
    rough = top / about
    size = 10.0 ** floor(log10(rough))
    step = next(size * by for by in (1, 2, 5, 10) if size * by >= rough)
    return [step * at for at in range(floor(top / step + 1e-9) + 1)]


def _tip(words: str) -> str:
    return f"<title>{escape(words)}</title>"
