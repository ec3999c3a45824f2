"""Which bars stand for an attribute's codes, where they stand, and what is written under them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Attribute
from noctule.contract.columns import CategoryColumn, Column, NumericColumn, TemplateColumn, TimeColumn

MOST_BARS = 8
MOST_LETTERS = 13


@dataclass(frozen=True)
class Bars:
    """`codes[i]` are summed in bar i, which covers [left[i], left[i] + width[i]]. The first `touching` are bins.

    A label is placed at `at[i]` on the axis; bounds of bins come first. `turned` says that the others need a slant.
    """

    codes: list[list[int]]
    left: NDArray[np.float64]
    width: NDArray[np.float64]
    touching: int
    at: list[float]
    labels: list[str]
    turned: bool

    def heights(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([shares[codes].sum() for codes in self.codes])


def bars(column: Column, attribute: Attribute, shares: NDArray[np.float64]) -> Bars:
    """Bins in order with their bounds below; or the most common categories by `shares`, and the rest in one bar."""
    return _bins(column, attribute) if attribute.ordered else _categories(column, shares)


def _bins(column: Column, attribute: Attribute) -> Bars:
    """Bins touch each other. Atoms, special codes and null stand apart, wide enough to be seen beside many bins."""
    low, high, beside = _described(column, attribute)
    bins = attribute.size - len(beside)
    thick = max(0.6, bins / 12)
    left = [*range(bins), *(bins + thick * (0.5 + 1.3 * i) for i in range(len(beside)))]
    width = [1.0] * bins + [thick] * len(beside)
    middles = [start + thick / 2 for start in left[bins:]]
    return Bars(
        codes=[[code] for code in range(attribute.size)],
        left=np.array(left),
        width=np.array(width),
        touching=bins,
        at=[0.0, float(bins), *middles],
        labels=[low, high, *map(_cut, beside)],
        turned=len(beside) > 1 and max(map(len, beside)) > 1,
    )


def _described(column: Column, attribute: Attribute) -> tuple[str, str, list[str]]:
    """The bounds, and the values that stand beside the bins, in the order of their codes."""
    null = ["null"]
    match column:
        case NumericColumn():
            beside = [*map(_short, column.points), *column.special, *(null if column.nullable else [])]
            scale = " (log)" if column.scale == "log" else ""
            return _short(column.bounds[0]), _short(column.bounds[1]) + scale, beside
        case TimeColumn():
            return _day(column.bounds[0]), _day(column.bounds[1]), null if column.nullable else []
        case TemplateColumn():
            field = attribute.name.removeprefix(f"{column.name}.")
            low, high = column.parts[field].bounds
            has_null = column.nullable and field == column.fields[0]  # the codec keeps it in the first part
            return _short(low), _short(high), null if has_null else []
        case _:
            raise TypeError(f"{type(column).__name__} has no bins")


def _categories(column: Column, shares: NDArray[np.float64]) -> Bars:
    names = category_names(column)
    order = list(range(len(shares)))
    if len(order) > 3:
        order.sort(key=lambda code: -shares[code])
    codes = [[code] for code in order]
    if len(order) > MOST_BARS:
        codes = [*codes[: MOST_BARS - 1], order[MOST_BARS - 1 :]]
    labels = [_cut(names[group[0]]) if len(group) == 1 else f"{len(group)} more" for group in codes]
    left = np.arange(len(codes), dtype=np.float64) + 0.1
    return Bars(
        codes=codes,
        left=left,
        width=np.full(len(codes), 0.8),
        touching=0,
        at=[float(start) + 0.4 for start in left],
        labels=labels,
        turned=max(map(len, labels)) * len(labels) > 40,
    )


def category_names(column: Column) -> list[str]:
    """What each code of a category or boolean stands for: categories, other, null."""
    if not isinstance(column, CategoryColumn):
        return ["false", "true", "null"]
    names = [column.labels.get(str(category), str(category)) for category in column.categories]
    return [*names, *([] if column.other_label is None else [str(column.other_label)]), "null"]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"


def _short(number: Any) -> str:
    return f"{number / 1e6:.4g}M" if abs(number) >= 1e6 else f"{number:,.6g}"


def _day(bound: date) -> str:
    return bound.isoformat()[:10]
