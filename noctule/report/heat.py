"""Every pair of attributes in one square: how far the release's joint shares may be, or are, from the table's."""

from collections.abc import Sequence

from noctule.report.svg import picture, rect, scrolled, text

Pairs = dict[tuple[str, str], float | None]  # a name before another as in the list of attributes

CELL, LETTER = 27.0, 5.6
DARKEST = 0.3  # TVD from which all cells look alike
MOST = 40  # attributes shown
LETTERS = 26


def heat(attributes: Sequence[str], below: Pairs, above: Pairs | None) -> str:
    """Percent of TVD in each cell: `below` the diagonal, and others `above` it. None: not known, shown by a dot."""
    room = LETTER * max(len(_cut(name)) for name in attributes) + 10
    size = len(attributes) * CELL
    parts: list[str] = []
    for row, name in enumerate(attributes):
        parts.append(text(room - 6, row * CELL + CELL / 2 + 4, _cut(name), "name", "end"))
        x = room + row * CELL + CELL / 2
        parts.append(text(x + 4, size + 12, _cut(name), "name", "end", -50))
        for column, other in enumerate(attributes):
            if column < row:
                parts += _cell(room, row, column, name, other, below.get((other, name)))
            elif column > row and above is not None:
                parts += _cell(room, row, column, name, other, above.get((name, other)))
    high = size + 0.8 * room + 10
    wide = room + size + 4
    drawing = picture(wide, high, parts, "distances of all pairs of attributes")
    return scrolled(drawing, least=0.8 * wide, most=1.3 * wide)


def _cell(room: float, row: int, column: int, name: str, other: str, distance: float | None) -> list[str]:
    x, y = room + column * CELL, row * CELL
    if distance is None:
        tip = f"{other} × {name}: not measured"
        return [
            rect(x + 1, y + 1, CELL - 2, CELL - 2, "unknown", tip),
            text(x + CELL / 2, y + 17, "·", "name", "middle"),
        ]
    depth = min(distance / DARKEST, 1)
    kind = "value deep" if depth > 0.55 else "value"
    tip = f"{other} × {name}: TVD {distance:.3f}"
    return [
        rect(x + 1, y + 1, CELL - 2, CELL - 2, "heat", tip, 0.06 + 0.94 * depth),
        text(x + CELL / 2, y + 17, f"{100 * distance:.0f}", kind, "middle"),
    ]


def _cut(name: str) -> str:
    return name if len(name) <= LETTERS else "…" + name[1 - LETTERS :]
