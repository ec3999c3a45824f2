"""Bounds wider than the data: the next 1, 2 or 5 times a power of ten, so that no exact extreme is written down."""

from decimal import Decimal

UP = (Decimal(1), Decimal(2), Decimal(5), Decimal(10), Decimal(20))
DOWN = (Decimal(5), Decimal(2), Decimal(1), Decimal("0.5"))


def outward(low: Decimal, high: Decimal, *, rare_low: bool, rare_high: bool) -> tuple[Decimal, Decimal]:
    """(lower, upper) of the form ±{1, 2, 5} x 10^n or 0, with lower <= low, high <= upper and lower < upper.

    A rare extreme (few people hold it) that is of this form itself, but for 0, moves on to the next.
    """
    lower, upper = -_up(-low, rare_low), _up(high, rare_high)
    return (lower, upper) if lower < upper else (lower, _up(high, True) or Decimal(1))


def _up(value: Decimal, beyond: bool) -> Decimal:
    """The smallest number of the form at or above `value`; strictly above it, with `beyond`."""
    size, unit = abs(value), Decimal(1).scaleb(value.adjusted())
    if value == 0:
        return value
    if value > 0:
        return next(step * unit for step in UP if step * unit > size or (step * unit == size and not beyond))
    return -next(step * unit for step in DOWN if step * unit < size or (step * unit == size and not beyond))
