"""The picture of a family: for each of its charges what sources added, stacked, and what is left over of the law.

The measured charge is a broad pale line, the sum of its sources a thin dashed one upon it,
and what the continuous law has for it a red one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symlag.document.boxes.expressions import typeset
from symlag.document.tex import tex
from symlag.networks.monitor.charge_series import Course
from symlag.plotting import BLACK, BLUE, GREEN, MEASURED, ORANGE, PURPLE, THEORY, TWIN, VERMILION

COLOURS = {"decay": ORANGE, "memory": PURPLE, "KSB": GREEN, "metric": BLUE, "breaking": VERMILION}
POINTS = 160  # of a curve: a page wants no more
CONTINUOUS: dict[str, Any] = {**THEORY, "color": VERMILION, "linestyle": (3, (4, 2))}
LEAST = 1e-3  # of round-off: what is less is as good as nothing
KEY: dict[str, Any] = {"borderpad": 0, "handlelength": 1.3, "handletextpad": 0.5, "columnspacing": 0.9}

Told = tuple[Course, Any]  # a charge, and the form that it is


def draw(told: Sequence[Told], alarmed: Sequence[int], precision: str, figure: Any) -> None:
    """Draw the charges of a family upon a figure, a row for each; alarms are upright lines."""
    figure.set_size_inches(6.6, 0.25 + 2.2 * len(told))
    panels = figure.subplots(len(told), 2, squeeze=False, width_ratios=(1.75, 1), sharex=True)
    for (left, right), (course, form) in zip(panels, told, strict=True):
        _stack(left, course, f"${tex(typeset(form))}$")
        _left_over(right, course, precision)
        for step in alarmed:
            left.axvline(step, **TWIN)
    for panel in panels[-1]:
        panel.set_xlabel("step $k$")
    handles = {label: h for row in panels for h, label in zip(*row[0].get_legend_handles_labels(), strict=True)}
    labels = [label for label in (*COLOURS, "measured", "the law", "continuous") if label in handles]
    figure.legend([handles[label] for label in labels], labels, loc="outside upper left", ncols=len(labels), **KEY)


def _stack(panel: Any, course: Course, name: str) -> None:
    """What each source added, gains above zero and losses below, with the charge upon it."""
    summed, at = course.whole, _thinned(len(course.steps))
    told = course.added if summed else course.terms
    steps, heights = course.steps[at] + summed, {term: np.nan_to_num(values)[at] for term, values in told.items()}
    for sign in (1, -1):
        base = np.zeros(len(at))
        for term, values in heights.items():
            top = base + sign * np.maximum(sign * values, 0)
            if (top != base).any():
                panel.fill_between(steps, base, top, color=COLOURS[term], alpha=0.5, linewidth=0, label=term)
            base = top
    if summed:
        panel.plot(steps, course.change[at], **MEASURED, label="measured")
    panel.plot(steps, np.sum([*heights.values()], 0), **THEORY, label="the law")
    if summed and course.continuous is not None:
        panel.plot(steps, (course.continuous - course.first)[at], **CONTINUOUS, label="continuous")
    panel.axhline(0, color=BLACK, linewidth=0.5, zorder=0)
    panel.set_title(f"{name} since the first step" if summed else f"what a step adds to {name}")
    panel.margins(x=0.01)


def _left_over(panel: Any, course: Course, precision: str) -> None:
    """What the law leaves over, beside what round-off explains."""
    at = _thinned(len(course.steps))
    panel.plot(course.steps[at] + 1, np.clip(course.floors[at], LEAST, None), color=BLACK, linewidth=0.8)
    panel.axhline(1, color=VERMILION, linewidth=0.9, linestyle=(0, (4, 2)))
    panel.annotate(precision, (1, 1), (-2, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
                   ha="right", fontsize=7.5, color=VERMILION)  # fmt: skip
    panel.set(yscale="log", title="left over / round-off", ylim=(LEAST, max(30.0, 3 * np.nanmax(course.floors))))
    panel.margins(x=0.01)


def _thinned(count: int) -> NDArray[np.int64]:
    """Some of many positions, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, POINTS)).round().astype(np.int64))
