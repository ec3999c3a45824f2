"""A picture of all trials: the score of each model, night by night, and where it was kept out."""

from collections.abc import Sequence
from typing import Any

from noctule.golden.history import Night
from noctule.golden.trial import Trial
from noctule.golden.verdict import standings
from noctule.picture import FAINT, GRID, INK, figure, png

COLOURS = ("#0b63c5", "#0f8a7e", "#7a3db8", "#a16207", "#be185d", "#4d7c0f")
OUT = "#c2410c"


def scores_png(nights: Sequence[Night]) -> bytes:
    """A line a model of its mean score (0 to 1) against the day; a cross, a night at whose end it was in quarantine."""
    names = sorted({record.name for night in nights for record in night.records if isinstance(record, Trial)})
    page = figure(9.4, 3.2)
    panel = page.add_subplot(1, 1, 1)
    for place, name in enumerate(names):
        _draw(panel, name, COLOURS[place % len(COLOURS)], nights)
    panel.plot([], [], "x", color=OUT, markersize=8, markeredgewidth=2, label="in quarantine")
    _dress(panel)
    page.set_layout_engine("constrained", h_pad=0.08, w_pad=0.08)
    return png(page)


def _draw(panel: Any, name: str, colour: str, nights: Sequence[Night]) -> None:
    dated = [(night.at, record) for night in nights for record in night.records if record.name == name]
    after = zip(dated, standings(record for _, record in dated), strict=True)
    judged = [(at, one, now) for (at, one), now in after if isinstance(one, Trial) and one.outcome == "judged"]
    times, scores = [at for at, _, _ in judged], [trial.mean for _, trial, _ in judged]
    panel.plot(times, scores, color=colour, linewidth=1.6, marker="o", markersize=3.5, label=name)
    out = [(at, trial.mean) for at, trial, now in judged if now.quarantined]
    panel.plot([at for at, _ in out], [mean for _, mean in out], "x", color=OUT, markersize=8, markeredgewidth=2)


def _dress(panel: Any) -> None:
    import matplotlib.dates as dates

    panel.set_title("Mean score on the golden set", loc="left", fontsize=10, color=INK, fontweight="bold")
    panel.set_ylim(0, 1)
    panel.margins(x=0.08)
    locator = dates.AutoDateLocator(minticks=3, maxticks=9)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    panel.tick_params(labelsize=9, labelcolor=INK, color=FAINT, length=0)
    panel.grid(axis="y", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9, frameon=False)
