"""A range on a line, small enough for the cell of a table."""

from collections.abc import Sequence

WIDE = 100.0


def interval(
    low: float, high: float, ends: tuple[float, float], *, at: float | None = None, marks: Sequence[float] = ()
) -> str:
    """From `low` to `high` on a scale between `ends`, a stroke `at` the estimate, and public `marks` across."""

    def x(value: float) -> float:
        return WIDE * min(max((value - ends[0]) / (ends[1] - ends[0]), 0), 1)

    parts = [f'<line x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="0" y2="12" class="mark"/>' for mark in marks]
    width = max(x(high) - x(low), 0.8)
    parts.append(f'<rect x="{x(low):.1f}" y="4" width="{width:.1f}" height="4" class="range"/>')
    if at is not None:
        parts.append(f'<line x1="{x(at):.1f}" x2="{x(at):.1f}" y1="1" y2="11" class="at"/>')
    return (
        f'<svg viewBox="0 0 {WIDE:g} 12" preserveAspectRatio="none" class="interval" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )
