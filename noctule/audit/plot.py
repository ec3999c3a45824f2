"""A picture of all audits: how near the lower bounds come to what is claimed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from noctule.picture import FAINT, GRID, INK, figure, png

COLOURS = {"gaussian": "#0b63c5", "zcdp": "#0f8a7e", "clopper_pearson": "#7a3db8"}
NAMES = {"gaussian": "Gaussian fit", "zcdp": "zCDP", "clopper_pearson": "Clopper-Pearson"}
MARKS = {"gaussian": "o", "zcdp": "s", "clopper_pearson": "^"}
FAILED = "#c2410c"


def trend_png(reports: Sequence[dict[str, Any]]) -> bytes:
    """One panel an engine: lower bounds of its cells against the time of the audit, the claim as a line.

    A cross marks an audit in which any test of the engine failed; a faint line, a change of the code. About 10 kB.
    """
    engines = sorted({name for report in reports for name in report["engines"]})
    page = figure(9.4, 0.35 + 2.3 * max(len(engines), 1))
    for place, name in enumerate(engines, start=1):
        panel = page.add_subplot(len(engines), 1, place)
        mine = [report for report in reports if name in report["engines"]]
        times = [datetime.fromisoformat(report["at"]) for report in mine]
        cells = [_cells(report, name) for report in mine]
        claim = cells[-1]["claim"]
        for kind, colour in COLOURS.items():
            heights = [one["facts"][kind] for one in cells]
            panel.plot(times, heights, color=colour, linewidth=1.6, marker=MARKS[kind], markersize=5, label=NAMES[kind])
        panel.set_xlim(times[0] - timedelta(days=4), times[-1] + timedelta(days=4))
        panel.axhline(claim, color=INK, linewidth=1.4, label=f"claimed: {claim:g}")
        failed = [at for at, report in zip(times, mine, strict=True) if _failed(report, name)]
        panel.plot(failed, [claim] * len(failed), "x", color=FAILED, markersize=9, markeredgewidth=2.2)
        for before, report, at in zip(mine, mine[1:], times[1:], strict=False):
            if before["code"] != report["code"]:
                panel.axvline(at, color=FAINT, linewidth=0.8, linestyle=":")
        _dress(panel, name, bool(failed))
    page.set_layout_engine("constrained", h_pad=0.08, w_pad=0.08)
    return png(page)


def _cells(report: dict[str, Any], engine: str) -> dict[str, Any]:
    return next(one for one in report["findings"] if (one["engine"], one["test"]) == (engine, "cells"))


def _failed(report: dict[str, Any], engine: str) -> bool:
    return any(not one["passed"] for one in report["findings"] if one["engine"] in ("", engine))


def _dress(panel: Any, name: str, failed: bool) -> None:
    import matplotlib.dates as dates

    words = f"{name}: lower bounds on epsilon" + (", and a cross where a test failed" if failed else "")
    panel.set_title(words, loc="left", fontsize=10, color=INK, fontweight="bold", parse_math=False)
    panel.set_ylim(bottom=0)
    panel.margins(y=0.12)
    locator = dates.AutoDateLocator(minticks=3, maxticks=9)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    panel.set_ylabel("epsilon", fontsize=9, color=FAINT)
    panel.tick_params(labelsize=9, labelcolor=INK, color=FAINT, length=0)
    panel.grid(axis="y", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9, frameon=False)
