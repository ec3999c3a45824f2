"""A small picture for each attribute: shares of the table against shares of the release.

The table's are exact in the internal version. In the publishable one they are the noisy counts that the fit paid for,
each with its 95 % error bar; an attribute that was not measured by itself shows the release alone.
"""

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Attribute, Codec
from noctule.evaluation.bars import Bars, bars
from noctule.report.svg import line, picture, rect, steps, text, ticks
from noctule.report.told import Told

Floats = NDArray[np.float64]

WIDTH, HEIGHT, LEFT, TOP = 300.0, 120.0, 34.0, 8.0
BELOW, TURNED = 18.0, 52.0  # room for labels, straight and slanted


def marginals(told: Told) -> str:
    """All attributes in the contract's order, in a grid that fits the screen."""
    return f'<div class="panels">{"".join(_panel(told, one) for one in Codec(told.contract).attributes)}</div>'


def _panel(told: Told, attribute: Attribute) -> str:
    released = _of_total(told.released[attribute.name].astype(np.float64))
    table, error = _table(told, attribute.name)
    layout = bars(told.contract.column(attribute.column), attribute, released if table is None else table)
    release = layout.heights(released)
    top = max(float(release.max()), 1e-9)
    parts: list[str] = []
    if table is not None:
        heights = layout.heights(table)
        spread = None if error is None else np.sqrt(layout.heights(error**2))
        top = max(top, float(np.max(heights if spread is None else heights + spread)))
        parts += _bars(layout, heights, spread, release, top)
    drawn = [*_grid(top), *parts, *_release(layout, release, top), *_labels(layout)]
    height = TOP + HEIGHT + (TURNED if layout.turned else BELOW)
    label = f"{attribute.name}: shares of the table and of the release"
    distance = _distance(told, attribute.name, table, released)
    return (
        f"<figure><figcaption><b>{escape(attribute.name)}</b><span>{distance}</span></figcaption>"
        f"{picture(WIDTH, height, drawn, label)}</figure>"
    )


def _table(told: Told, name: str) -> tuple[Floats | None, Floats | None]:
    """Shares of the table by code, and the half widths of their 95 % bands where they are noisy."""
    if told.internal is not None and name in told.internal.get("shares", {}):
        return np.asarray(told.internal["shares"][name], np.float64), None
    own = _own(told.trusted, name)
    if own is None or told.internal is not None:
        return None, None
    counts = np.maximum(np.asarray(own["counts"], np.float64), 0)
    total = max(float(counts.sum()), 1.0)
    return counts / total, np.broadcast_to(np.asarray(own["error95"], np.float64) / total, counts.shape)


def _own(trusted: dict[str, Any] | None, name: str) -> dict[str, Any] | None:
    tables = trusted["tables"] if trusted else []
    return next((one for one in tables if one["attributes"] == [name] and one["cells"] == "codes"), None)


def _distance(told: Told, name: str, table: Floats | None, released: Floats) -> str:
    """In words beside the name: exact where it is internal, else the bound."""
    if told.internal is not None:
        return "" if table is None else f"TVD {np.abs(table - released).sum() / 2:.3f}"
    bound = told.suitable["columns"].get(name, {}).get("tvd95") if told.suitable else None
    return "not measured" if bound is None else f"TVD ≤ {bound:.3f}"


def _x(layout: Bars, at: float) -> float:
    right = float((layout.left + layout.width)[-1])
    first = float(layout.left[0])
    return LEFT + (WIDTH - LEFT - 2) * (at - first) / (right - first)


def _y(share: float, top: float) -> float:
    return TOP + HEIGHT * (1 - share / (1.04 * top))


def _grid(top: float) -> list[str]:
    found: list[str] = []
    for share in ticks(1.04 * top):
        y = _y(share, top)
        found += [line(LEFT, y, WIDTH, y, "grid"), text(LEFT - 5, y + 3.5, f"{100 * share:.3g}%", "tick", "end")]
    return found


def _bars(layout: Bars, table: Floats, spread: Floats | None, release: Floats, top: float) -> list[str]:
    found: list[str] = []
    for at, (start, width) in enumerate(zip(layout.left, layout.width, strict=True)):
        x, right, share = _x(layout, float(start)), _x(layout, float(start + width)), float(table[at])
        error = "" if spread is None else f" ± {100 * spread[at]:.2g}"
        tip = f"table {100 * share:.3g}{error} %, release {100 * float(release[at]):.3g} %"
        found.append(rect(x, _y(share, top), right - x, _y(0, top) - _y(share, top), "table", tip))
        if spread is not None:
            low, high = _y(max(share - float(spread[at]), 0), top), _y(share + float(spread[at]), top)
            found.append(line((x + right) / 2, low, (x + right) / 2, high, "error"))
    return found


def _release(layout: Bars, release: Floats, top: float) -> list[str]:
    """A line along the bins that touch, a stroke for each value that stands apart."""
    found: list[str] = []
    if (touching := layout.touching) > 0:
        starts = [_x(layout, float(start)) for start in layout.left[:touching]]
        heights = [_y(float(share), top) for share in release[:touching]]
        end = (_x(layout, float(layout.left[touching - 1] + layout.width[touching - 1])), heights[-1])
        found.append(steps([*zip(starts, heights, strict=True), end], "release"))
    for at in range(touching, len(release)):
        y = _y(float(release[at]), top)
        start, end = float(layout.left[at]), float(layout.left[at] + layout.width[at])
        found.append(line(_x(layout, start), y, _x(layout, end), y, "release"))
    return found


def _labels(layout: Bars) -> list[str]:
    """Bounds of bins are written inwards from their ends."""
    y, found = TOP + HEIGHT + 13, list[str]()
    for number, (at, label) in enumerate(zip(layout.at, layout.labels, strict=True)):
        x = _x(layout, at)
        if layout.touching and number < 2:
            found.append(text(x, y, label, "tick", "start" if number == 0 else "end"))
        elif layout.turned:
            found.append(text(x + 3, y - 3, label, "tick", "end", -35))
        else:
            found.append(text(x, y, label, "tick", "middle"))
    return found


def _of_total(counts: Floats) -> Floats:
    return counts / max(float(counts.sum()), 1.0)
