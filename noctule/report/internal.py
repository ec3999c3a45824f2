"""Sections that only the internal version has: what was computed on raw rows, and nobody paid for."""

from collections.abc import Iterator
from html import escape
from typing import Any

from noctule.html import table
from noctule.report.interval import interval

GROUPS = 10


def findings(internal: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Name -> pieces of HTML, of the evaluation's internal figures; a figure that failed is missing."""
    if attacks := internal.get("attacks"):
        yield "Attacks", _attacks(attacks)
    if targets := [one for one in internal.get("targets", []) if one["tstr"] is not None]:
        yield "Use for prediction", _targets(targets)
    yield "Fidelity", _fidelity(internal)


def _attacks(attacks: list[dict[str, Any]]) -> list[str]:
    measured = [one for one in attacks if one["low"] is not None]
    far = max([0.02, *(abs(one[end]) for one in measured for end in ("low", "high"))])
    words = (
        "Each attack is made on people who are in the table and on a control; only what it gains on the first speaks. "
        "The bar is the 95 % interval of the difference, on a scale of "
        f"± {100 * far:.2g} percentage points around the line at 0. An attack that finds nothing proves nothing."
    )
    rows = [
        [
            escape(one["name"]),
            f'<span class="{one["verdict"].split()[0]}">{one["verdict"]}</span>',
            "" if one["low"] is None else interval(one["low"], one["high"], (-far, far), marks=(0,)),
            escape(one["sentence"]),
        ]
        for one in attacks
    ]
    return [f"<p>{words}</p>", table(["attack", "verdict", "gain over the control", "in words"], rows)]


def _targets(targets: list[dict[str, Any]]) -> list[str]:
    rows: list[list[str]] = []
    for one in targets:
        for name, words in (("tstr", "release"), ("trtr", "table")):
            low, high = one[f"{name}95"] or (one[name], one[name])
            bar = interval(low, high, (0.5, 1), at=one[name])
            rows.append(
                [
                    escape(f"{one['target']}, from the {words}"),
                    f"{one[name]:.3f}",
                    bar,
                    f"{low:.3f} to {high:.3f}",
                ]
            )
    words = (
        "Area under the ROC curve of boosted trees on held-out real rows, trained on the release or on the table: .5 "
        "knows nothing, 1 all. The axis runs from .5 to 1; the bar is the 95 % interval over the rows tested."
    )
    return [f"<p>{words}</p>", table(["target", "AUROC", "its interval", "at 95 %"], rows)]


def _fidelity(internal: dict[str, Any]) -> list[str]:
    """Each figure beside that of fresh real rows, where there is one."""
    propensity, linked = internal.get("propensity", {}), internal.get("associations", {})
    ways = {1: "columns", 2: "pairs", 3: "triples"}
    figures = [
        (f"mean TVD of {ways[one['ways']]}, {one['rows']:,} rows a side", one["tvd"], one["fresh_rows"])
        for one in internal.get("ceilings", [])
    ]
    figures += [
        ("mean difference of Cramér's V", linked.get("cramers_v"), linked.get("cramers_v_fresh_rows")),
        ("mean difference of Spearman's correlation", linked.get("spearman"), linked.get("spearman_fresh_rows")),
        ("pMSE", propensity.get("pmse"), propensity.get("pmse_fresh_rows")),
        ("AUROC of telling release from table", propensity.get("auroc"), propensity.get("auroc_fresh_rows")),
        ("NIST k-marginal score", internal.get("k_marginal"), None),
        ("SDMetrics quality", internal.get("sdmetrics_quality"), None),
        ("SDMetrics diagnostic", internal.get("sdmetrics_diagnostic"), None),
        ("rare categories kept", internal.get("rare", {}).get("recall"), None),
    ]
    shown = [[escape(name), _number(value), _number(fresh)] for name, value, fresh in figures if value is not None]
    pieces = [table(["figure", "release", "fresh real rows"], shown)]
    if groups := internal.get("subgroups"):
        rows = [
            [
                escape(f"{one['column']}: {one['group']}"),
                f"{one['rows']:,}",
                _number(one["tvd"]),
                _number(one["fresh_rows"]),
            ]
            for one in groups[:GROUPS]
        ]
        pieces += ["<p>The groups that fare worst, by the mean TVD of the other columns inside:</p>"]
        pieces += [table(["group", "rows", "release", "fresh real rows"], rows)]
    if failures := internal.get("failures"):
        failed = ", ".join(f"{one['metric']} ({one['error']})" for one in failures)
        pieces.append(f'<p class="banner"><b>Not measured:</b> {escape(failed)}.</p>')
    return pieces


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
