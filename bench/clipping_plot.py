"""A picture of what clipping costs: error against the rows kept of each person, one panel a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from noctule.evaluation.plot import FAINT, GRID, INK, SYNTHETIC

if TYPE_CHECKING:
    from bench.clipping import Clipped

NOISE, BIAS = "#7a8699", "#c8553d"


def plot(found: "dict[int, list[Clipped]]", epsilon: float, path: Path) -> None:
    """Write a PNG of tvd2 against k: `found` has the tables by their number of people. The two parts do not add up:
    by the triangle inequality, the whole error lies between their difference and their sum."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(9.4, 4.0), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for panel, (people, clipped) in zip(panels, found.items(), strict=True):
        _draw(panel, clipped, epsilon)
        title = f"{people:,} people, {clipped[-1].rows:,} rows"
        panel.set_title(title, loc="left", fontsize=10, color=INK, fontweight="bold")
    panels[0].set_ylabel("mean TVD of pairs", fontsize=9, color=INK)
    panels[0].legend(frameon=False, fontsize=9, labelcolor=INK, loc="upper center")
    figure.savefig(path)


def _draw(panel: Any, clipped: "list[Clipped]", epsilon: float) -> None:
    at = list(range(len(clipped)))
    both = [one.fits[epsilon].both[1] for one in clipped]
    panel.plot(
        at, [one.fits[epsilon].noise[1] for one in clipped], "s--", color=NOISE, label="noise: release to cut table"
    )
    panel.plot(at, [one.bias[1] for one in clipped], "^--", color=BIAS, label="bias: cut table to whole table")
    panel.plot(at, both, "o-", color=SYNTHETIC, linewidth=2.4, label="both: release to whole table")
    best = min(at, key=both.__getitem__)
    panel.plot(best, both[best], "o", markersize=14, markerfacecolor="none", color=SYNTHETIC)
    panel.set_xticks(at, [f"{one.max_rows}\n{one.share:.0%}" for one in clipped])
    panel.set_xlabel(f"rows kept of a person, and of the table (epsilon {epsilon:g})", fontsize=9, color=INK)
    panel.set_ylim(bottom=0)
    panel.tick_params(labelsize=8.5, labelcolor=INK, color=FAINT, length=0)
    panel.grid(axis="y", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.spines["bottom"].set_color(FAINT)
