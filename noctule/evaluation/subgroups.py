"""Groups of people whom the release serves worst, and categories it lost. Internal tier."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Attribute, Codec, Codes
from noctule.counts.marginals import marginals
from noctule.evaluation.bars import category_names
from noctule.evaluation.fidelity import of_total
from noctule.evaluation.halves import Halves, taken

LEAST_ROWS = 200  # of a group in the targets: in smaller ones, fresh rows differ as much
RARE = 0.01  # share of rows
SHOWN = 10

Counts = NDArray[np.int64]


def subgroups(real: Codes, synthetic: Codes, codec: Codec, parts: Halves) -> list[dict[str, Any]]:
    """The ten worst of the groups that one category makes, of 200 raw rows at least, the worst first.

    `tvd`: mean over the other columns' attributes of the TVD within the group, raw against synthetic; `fresh_rows`:
    the same for fresh real rows; `size`: the group's share in the release over that in the table. At equal sizes.
    """
    targets, rest, release = taken(real, parts.targets), taken(real, parts.rest), taken(synthetic, parts.release)
    found: list[dict[str, Any]] = []
    for group in _categories(codec):
        others = [(group.name, other.name) for other in codec.attributes if other.column != group.column]
        if not others:
            continue
        ours, fresh, made = (
            [marginals(side, others, codec.domain)[pair] for pair in others] for side in (targets, rest, release)
        )
        sizes, kept = ours[0].sum(axis=1), made[0].sum(axis=1)
        names = _names(codec, group)
        found += [
            {
                "column": group.column,
                "group": names[code],
                "rows": int(sizes[code]),
                "tvd": _within(ours, made, code),
                "fresh_rows": _within(ours, fresh, code),
                "size": float(kept[code] / sizes[code]),
            }
            for code in np.flatnonzero(sizes >= LEAST_ROWS).tolist()
        ]
    return sorted(found, key=lambda row: -row["tvd"])[:SHOWN]


def _within(left: list[Counts], right: list[Counts], code: int) -> float:
    """Mean TVD of the row `code` of each table; 1 where the group is empty on one side."""
    if not right[0][code].sum():
        return 1.0
    apart = [np.abs(of_total(a[code]) - of_total(b[code])).sum() / 2 for a, b in zip(left, right, strict=True)]
    return float(np.mean(apart))


def rare_categories(real: Codes, synthetic: Codes, codec: Codec) -> dict[str, Any]:
    """Of the categories that 1 % of the raw rows or fewer have, and at least one: how many the release has a row of.

    `kept`: their mean share in the release over that in the table, each at most 1. DP hides whether one person is
    there: a category of a few rows must be likely to be lost.
    """
    ratios: list[float] = []
    for attribute in _categories(codec):
        ours, theirs = (
            of_total(np.bincount(side[attribute.name], minlength=attribute.size)) for side in (real, synthetic)
        )
        rare = (ours > 0) & (ours <= RARE)
        ratios += (theirs[rare] / ours[rare]).tolist()
    if not ratios:
        return {"categories": 0, "recall": None, "kept": None}
    held = np.array(ratios)
    return {"categories": len(held), "recall": float((held > 0).mean()), "kept": float(np.minimum(held, 1).mean())}


def _categories(codec: Codec) -> list[Attribute]:
    return [attribute for attribute in codec.attributes if not attribute.ordered]


def _names(codec: Codec, attribute: Attribute) -> list[str]:
    return category_names(codec.contract.column(attribute.column))
