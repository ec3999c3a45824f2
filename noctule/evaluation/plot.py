"""A picture of real against synthetic marginals, small enough for a page of metadata. Internal tier."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noctule.codes import Attribute, Codec, Codes
from noctule.contract import Contract
from noctule.evaluation.bars import bars
from noctule.evaluation.fidelity import shares, tvd
from noctule.picture import FAINT, GRID, INK, figure, png

REAL, SYNTHETIC = "#c3ccd9", "#0b63c5"
ACROSS = 3
TITLE = 24  # letters beside the distance


def marginals_png(contract: Contract, real: Codes, synthetic: Codes, columns: int = 9) -> bytes:
    """Small multiples of 1-way marginals, share of rows on the y axis; the `columns` attributes that differ most.

    Internal tier: the grey bars are exact shares of the raw table, so the picture never leaves the vault side, and
    shows in metadata only where the instance is inside it. On white, so that it reads in light and dark pages; a
    palette image, under 37 kB at 9 panels: inside a page, in base64, it is a third more.
    """
    codec = Codec(contract)
    distances = tvd(real, synthetic, codec.domain, 1)
    worst = sorted(codec.domain, key=lambda name: -distances[name,])[:columns]
    shown = [attribute for attribute in codec.attributes if attribute.name in worst]
    down = -(-len(shown) // ACROSS)
    page = figure(9.4, 0.5 + 2.3 * down)
    for place, attribute in enumerate(shown, start=1):
        clique = (attribute.name,)
        sides = [shares(codes, clique, codec.domain) for codes in (real, synthetic)]
        panel = page.add_subplot(down, ACROSS, place)
        _draw(panel, contract, attribute, *sides)
        _dress(panel, attribute.name, distances[clique])
    _head(page, len(shown), len(codec.attributes))
    return png(page)


def _draw(panel: Any, contract: Contract, attribute: Attribute, *sides: NDArray[np.float64]) -> None:
    """Grey bars for the raw table, a blue line at the height of the synthetic share."""
    layout = bars(contract.column(attribute.column), attribute, sides[0])
    real, synthetic = (layout.heights(side) for side in sides)
    right = layout.left + layout.width
    panel.bar(layout.left, real, layout.width, align="edge", color=REAL, linewidth=0)
    if touching := layout.touching:
        panel.stairs(synthetic[:touching], np.append(layout.left[:touching], touching), color=SYNTHETIC, linewidth=1.5)
    apart = slice(touching, None)
    panel.hlines(synthetic[apart], layout.left[apart], right[apart], color=SYNTHETIC, linewidth=2.2)
    panel.set_xlim(layout.left[0] - 0.02 * right[-1], right[-1] * 1.02)
    panel.set_ylim(0, max(real.max(), synthetic.max(), 1e-9) * 1.06)
    panel.set_xticks(layout.at, layout.labels)
    _turn(panel, turned=layout.turned, bounds=bool(touching))


def _turn(panel: Any, *, turned: bool, bounds: bool) -> None:
    """Bounds are written inwards from the ends of the bins; long names are slanted."""
    labels = panel.get_xticklabels()
    for label in labels:
        label.set_parse_math(False)  # a "$" in a name is a dollar
    for label, side in zip(labels[: 2 * bounds], ("left", "right"), strict=False):
        label.set_horizontalalignment(side)
    for label in labels[2 * bounds :] if turned else ():
        label.set(rotation=32, ha="right", rotation_mode="anchor")


def _dress(panel: Any, name: str, distance: float) -> None:
    from matplotlib.ticker import MaxNLocator

    title = name if len(name) <= TITLE else "…" + name[1 - TITLE :]  # the end tells the parts of a template apart
    panel.set_title(title, loc="left", fontsize=9, color=INK, fontweight="bold", parse_math=False)
    panel.set_title(f"TVD {distance:.3f}", loc="right", fontsize=8.5, color=FAINT)
    panel.yaxis.set_major_locator(MaxNLocator(4, min_n_ticks=3))
    panel.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    panel.tick_params(labelsize=8.5, labelcolor=INK, color=FAINT, length=0)
    panel.grid(axis="y", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.spines["bottom"].set_color(FAINT)


def _head(page: Any, shown: int, attributes: int) -> None:
    """One line above the panels: what is drawn, and how much of the table."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    height = page.get_figheight()
    handles: list[Any] = [Patch(color=REAL), Line2D([], [], color=SYNTHETIC, linewidth=2.2)]
    page.legend(
        handles,
        ["raw table (internal)", "synthetic"],
        loc="upper left",
        ncols=2,
        frameon=False,
        fontsize=10,
        labelcolor=INK,
        borderaxespad=0.3,
    )
    if shown < attributes:
        note = f"the {shown} of {attributes} attributes that differ most"
        page.text(0.99, 1 - 0.22 / height, note, ha="right", va="center", fontsize=9, color=FAINT)
    page.set_layout_engine("constrained", rect=(0, 0, 1, 1 - 0.45 / height), h_pad=0.1, w_pad=0.08)
