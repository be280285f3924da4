"""The picture of a family: for each of its charges what terms added, stacked, and the residual beside round-off.

The measured charge is a broad pale line, the sum of its terms a thin dashed one upon it, and the prediction of the
continuous law a red one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symlag.document.boxes.expressions import typeset
from symlag.document.tex import tex
from symlag.networks.monitor.charge_series import ChargeSeries
from symlag.plot_style import BLACK, BLUE, GREEN, MEASURED, ORANGE, PURPLE, THEORY, TWIN, VERMILION

COLOURS = {"decay": ORANGE, "memory": PURPLE, "KSB": GREEN, "metric": BLUE, "breaking": VERMILION}
MAX_POINTS = 160  # of a curve: a page wants no more
CONTINUOUS: dict[str, Any] = {**THEORY, "color": VERMILION, "linestyle": (3, (4, 2))}
LEAST_FLOORS = 1e-3  # of round-off: a smaller residual is drawn as this one
LEGEND: dict[str, Any] = {"borderpad": 0, "handlelength": 1.3, "handletextpad": 0.5, "columnspacing": 0.9}

NamedSeries = tuple[ChargeSeries, Any]  # a charge, and the form that it is


def draw(charges: Sequence[NamedSeries], alarm_steps: Sequence[int], precision: str, figure: Any) -> None:
    """Draw the charges of a family on a figure, a row for each; alarms are upright lines."""
    figure.set_size_inches(6.6, 0.25 + 2.2 * len(charges))
    panels = figure.subplots(len(charges), 2, squeeze=False, width_ratios=(1.75, 1), sharex=True)
    for (left, right), (series, form) in zip(panels, charges, strict=True):
        _draw_terms(left, series, f"${tex(typeset(form))}$")
        _draw_residual(right, series, precision)
        for step in alarm_steps:
            left.axvline(step, **TWIN)
    for panel in panels[-1]:
        panel.set_xlabel("step $k$")
    handles = {label: h for row in panels for h, label in zip(*row[0].get_legend_handles_labels(), strict=True)}
    labels = [label for label in (*COLOURS, "measured", "the law", "continuous") if label in handles]
    figure.legend([handles[label] for label in labels], labels, loc="outside upper left", ncols=len(labels), **LEGEND)


def _draw_terms(panel: Any, series: ChargeSeries, name: str) -> None:
    """What each term added, gains above zero and losses below, with the charge on top.

    Since the first step, where every step was measured; otherwise step by step.
    """
    summed, at = series.gapless, _thinned(len(series.steps))
    terms = series.added if summed else series.terms
    steps, heights = series.steps[at] + summed, {term: np.nan_to_num(values)[at] for term, values in terms.items()}
    for sign in (1, -1):
        base = np.zeros(len(at))
        for term, values in heights.items():
            top = base + sign * np.maximum(sign * values, 0)
            if (top != base).any():
                panel.fill_between(steps, base, top, color=COLOURS[term], alpha=0.5, linewidth=0, label=term)
            base = top
    if summed:
        panel.plot(steps, series.change[at], **MEASURED, label="measured")
    panel.plot(steps, np.sum([*heights.values()], 0), **THEORY, label="the law")
    if summed and series.continuous is not None:
        panel.plot(steps, (series.continuous - series.first)[at], **CONTINUOUS, label="continuous")
    panel.axhline(0, color=BLACK, linewidth=0.5, zorder=0)
    panel.set_title(f"{name} since the first step" if summed else f"what a step adds to {name}")
    panel.margins(x=0.01)


def _draw_residual(panel: Any, series: ChargeSeries, precision: str) -> None:
    """The residual of the law, in units of what round-off explains."""
    at = _thinned(len(series.steps))
    panel.plot(series.steps[at] + 1, np.clip(series.floors[at], LEAST_FLOORS, None), color=BLACK, linewidth=0.8)
    panel.axhline(1, color=VERMILION, linewidth=0.9, linestyle=(0, (4, 2)))
    panel.annotate(precision, (1, 1), (-2, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
                   ha="right", fontsize=7.5, color=VERMILION)  # fmt: skip
    highest = max(30.0, 3 * np.nanmax(series.floors))
    panel.set(yscale="log", title="left over / round-off", ylim=(LEAST_FLOORS, highest))
    panel.margins(x=0.01)


def _thinned(count: int) -> NDArray[np.int64]:
    """At most `MAX_POINTS` positions, evenly, with the first and the last."""
    return np.unique(np.linspace(0, count - 1, min(count, MAX_POINTS)).round().astype(np.int64))
