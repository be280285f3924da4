"""The one style of all pictures: measurements solid and broad, theory dashed upon them, what must fail dotted.

Colours are those of Okabe and Ito, which the colour-blind tell apart; line styles tell the curves apart in grey. The
same drawing gives the same files, byte for byte.

>>> sorted(render(lambda figure: figure.subplots().plot([0, 1], [0, 1], **MEASURED), "line"))
['line.png', 'line.svg']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from symlag.files import write_all

Draw = Callable[[Any], object]  # upon an empty matplotlib Figure

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"

MEASURED: dict[str, Any] = {"color": SKY, "linewidth": 3.2, "zorder": 2, "solid_capstyle": "round"}
THEORY: dict[str, Any] = {"color": BLACK, "linewidth": 0.9, "zorder": 3, "linestyle": (0, (4, 2))}
TWIN: dict[str, Any] = {"color": VERMILION, "linewidth": 1.0, "zorder": 1, "linestyle": (0, (1, 1.6))}

COLOURS = (BLUE, VERMILION, GREEN, BLACK, PURPLE, ORANGE, SKY)  # yellow is for areas: as a line it is lost on white
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))
SIZE = (6.6, 2.6)  # inches: the width of a page of text

STYLE: dict[Any, Any] = {
    "axes.formatter.use_mathtext": True,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "figure.dpi": 100,
    "font.family": "STIXGeneral",
    "image.cmap": "cividis",
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "mathtext.fontset": "stix",
    "savefig.dpi": 220,
    "svg.hashsalt": "symlag",
    "xtick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.labelsize": 7.5,
    "ytick.major.width": 0.6,
}


def render(draw: Draw, stem: str, endings: Sequence[str] = ("svg", "png")) -> dict[str, bytes]:
    """The files `stem`.svg and `stem`.png, or one of them, of what `draw` draws upon an empty figure."""
    from cycler import cycler
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({**STYLE, "axes.prop_cycle": cycler(color=COLOURS, linestyle=DASHES)}):
        figure = Figure(figsize=SIZE, layout="constrained")
        draw(figure)
        return {f"{stem}.{ending}": _saved(figure, ending) for ending in endings}


def save(draw: Draw, folder: str | Path, stem: str) -> tuple[Path, ...]:
    """Write what `draw` draws into a folder, as SVG and PNG; `OutputError` where that cannot be done."""
    return write_all(Path(folder), render(draw, stem))


def _saved(figure: Any, ending: str) -> bytes:
    """A figure without dates and versions."""
    undated = {"Date": None} if ending == "svg" else {"Software": None}
    file = BytesIO()
    figure.savefig(file, format=ending, metadata=undated)
    return file.getvalue()
