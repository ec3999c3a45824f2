"""What each column and pair is good for: the error bars of `trust`, as a word and as a smallest safe group.

Tier `released`: from quality.json's bands alone. The thresholds are a convention, and stand in every release. At a
bound of 0.05 on the TVD no share of any group of values is off by more than 5 percentage points; beyond 0.15 shares
such as 40 %, 30 % and 20 % may change places. A count whose 95 % band is a tenth of it to each side has a relative
standard error of about 5 %.
"""

import math
from typing import Any

import numpy as np

from noctule.contract import Contract
from noctule.contract.columns import DerivedColumn

TRUST, CAUTION = 0.05, 0.15  # of the TVD, bounded at 95 %
WIDTH = 0.10  # of the count: half of its 95 % band, at most
WORDS = ("trust", "caution", "do not use")

MEANING = (
    f"trust: the share of any group of values is within {TRUST:.0%} of all rows, at 95 %. caution: {CAUTION:.0%}. "
    "do not use: more, or not measured, or a stand-in. A pair's word is about its joint shares. Bounds hold at the "
    "resolution measured (bins, groups of codes). smallest_safe_group: rows below which the 95 % band of one cell's "
    f"count is wider than ± {WIDTH:.0%} of it; null where there is no band of single cells. Noise alone is meant: "
    "nothing here was computed on the rows."
)


def suitability(trusted: dict[str, Any], contract: Contract, names: list[str]) -> dict[str, Any]:
    """Plain JSON: `columns` (an entry for each of `names`, the release's columns, and for each part of a template) and
    `pairs` of attributes. `trusted`: what `noctule.release.trust.trust` found."""
    columns = {name: _column(name, trusted, contract) for name in names}
    parts = {name: _attribute(name, trusted) for name in trusted["attributes"] if name not in columns}
    return {
        "tier": "released",
        "meaning": MEANING,
        "thresholds": {"trust_tvd95": TRUST, "caution_tvd95": CAUTION, "count_half_width": WIDTH},
        "columns": {**columns, **parts},
        "pairs": [
            {"attributes": pair["attributes"], "tvd95": pair["tvd95"], "use": word(pair["tvd95"])}
            for pair in trusted["pairs"]
        ],
    }


def word(tvd95: float | None) -> str:
    """Of a bound on the TVD; None stands for no bound."""
    if tvd95 is None or tvd95 > CAUTION:
        return "do not use"
    return "trust" if tvd95 <= TRUST else "caution"


def _attribute(name: str, trusted: dict[str, Any]) -> dict[str, Any]:
    """By its own tables, or by a pair that holds it: sums over the other attribute bring shares no farther apart."""
    own = [table for table in trusted["tables"] if table["attributes"] == [name]]
    held = [pair["tvd95"] for pair in trusted["pairs"] if name in pair["attributes"] and pair["tvd95"] is not None]
    bound = min([table["tvd95"] for table in own] + held, default=None)
    finest = sorted(own, key=lambda table: len(table["counts"]))[-1:]
    safe = [math.ceil(int(np.max(table["error95"])) / WIDTH) for table in finest]
    return {"use": word(bound), "tvd95": bound, "smallest_safe_group": safe[0] if safe else None}


def _column(name: str, trusted: dict[str, Any], contract: Contract) -> dict[str, Any]:
    """A released column by what it is made from: the worst of a template's parts and of their pairs.

    Only a column that is one attribute as it stands has a smallest safe group: a map or template adds up noise.
    """
    column = contract.column(name)
    derived = isinstance(column, DerivedColumn)
    origin = column.source if isinstance(column, DerivedColumn) else name
    parts = [attribute for attribute, one in trusted["attributes"].items() if one["column"] == origin]
    if not parts:
        return {"use": "do not use", "tvd95": None, "smallest_safe_group": None, "why": "stand-in"}
    if len(parts) == 1 and not derived:
        return _attribute(parts[0], trusted)
    bounds = [_attribute(part, trusted)["tvd95"] for part in parts]
    bounds += [pair["tvd95"] for pair in trusted["pairs"] if set(pair["attributes"]) <= set(parts)]
    bound = None if None in bounds else max(bounds)
    why = {"why": f"from {origin}"} if derived else {}
    return {"use": word(bound), "tvd95": bound, "smallest_safe_group": None, **why}


def suitability_section(found: dict[str, Any]) -> str:
    """The card's table, a line for each column and part."""
    return "\n".join([HEAD, *(_line(name, one, found["pairs"]) for name, one in found["columns"].items())])


HEAD = f"""## What to use it for

**trust**: the share of any group of values is within {100 * TRUST:.0f} percentage points, at 95 %; **caution**: within
{100 * CAUTION:.0f}; **do not use**: more, not measured, or an invented stand-in. The smallest safe group is the number
of rows below which noise alone moves one cell's count by more than {WIDTH:.0%}. The last column counts the pairs with
other attributes by their joint shares; `quality.json` names each. Good for pipelines, exploration and prototypes; bad
for rare groups, causal claims, the hunt for anomalies, and linkage. Intervals computed as if these rows were observed
are too narrow: they leave out the noise of the fit.

| column | use | smallest safe group, rows | pairs: trust / caution / do not use |
|---|---|---|---|"""


def _line(name: str, one: dict[str, Any], pairs: list[dict[str, Any]]) -> str:
    words = [pair["use"] for pair in pairs if name in pair["attributes"]]
    told = " / ".join(str(words.count(word)) for word in WORDS) if words else ""
    use = f"{one['use']} ({one['why']})" if "why" in one else one["use"]
    safe = "" if one["smallest_safe_group"] is None else f"{one['smallest_safe_group']:,}"
    name = " ".join(name.split()).replace("|", "\\|")
    return f"| {name} | {use} | {safe} | {told} |"
