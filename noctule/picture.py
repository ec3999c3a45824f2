"""What all our pictures share: colours on white, so that they read in light and dark pages, and a small PNG."""

import io
import warnings
from typing import Any

import numpy as np

INK, FAINT, GRID = "#1f2733", "#5f6b7a", "#e8ebf0"
PALETTE = 32  # colours of the image; a few inks and their edges need no more


def figure(width: float, height: float) -> Any:
    """A matplotlib Figure (inches, 100 dots each) with a canvas of its own, apart from pyplot's state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), dpi=100, facecolor="white")
    FigureCanvasAgg(made)
    return made


def png(drawn: Any) -> bytes:
    """The figure as a PNG of few colours, well under 40 kB at a page's width."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a glyph that the font does not have is drawn as a box
        drawn.canvas.draw()
    pixels = np.asarray(drawn.canvas.buffer_rgba())[:, :, :3]
    sink = io.BytesIO()
    Image.fromarray(pixels).quantize(PALETTE, method=Image.Quantize.MEDIANCUT).save(sink, "PNG", optimize=True)
    return sink.getvalue()
