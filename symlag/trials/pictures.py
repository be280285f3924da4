"""The picture of a trial: for each law, the charge in time, and how the gap closes with the step.

Measured is a broad pale line, predicted a thin dashed one upon it, the failing twin dotted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sympy import latex

from symlag.plotting import BLACK, MEASURED, SKY, THEORY, TWIN, save
from symlag.trials.exact_trial import Account
from symlag.trials.trial import Finding, Trial
from symlag.trials.verdict import EPSILON, Verdict

LAW: dict[str, Any] = {"color": BLACK, "linewidth": 0.9, "marker": "o", "markersize": 4.5, "markerfacecolor": SKY}
FALSE_LAW: dict[str, Any] = {**TWIN, "marker": "s", "markersize": 3.5}
KEY: dict[str, Any] = {"borderpad": 0, "handlelength": 2.4}
SHOWN = 4  # samples of a charge


def picture(trial: Trial, folder: str | Path, stem: str = "trial") -> tuple[Path, ...]:
    """Draw a trial into a folder, as `stem`.svg and `stem`.png; `OutputError` where they cannot be written."""
    return save(partial(draw, trial), folder, stem)


def draw(trial: Trial, figure: Any) -> None:
    """Draw a trial upon a figure: a row for each law."""
    rows = len(trial.findings)
    figure.set_size_inches(6.6, 0.1 + 2.45 * rows)
    panels = figure.subplots(rows, 2, squeeze=False, width_ratios=(1.75, 1))
    for (left, right), finding in zip(panels, trial.findings, strict=True):
        _draw_charge(left, finding)
        _draw_gap(right, finding)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="upper right", ncols=3, **KEY)


def _draw_charge(panel: Any, finding: Finding) -> None:
    """The charge of some samples along the run with the largest step, by its greatest value."""
    panel.set(title=named(finding), xlabel=_clock(finding), ylabel=r"charge $C\,/\,\max|C|$")
    panel.axhline(0, color="0.85", linewidth=0.6, zorder=0)
    panel.margins(x=0.01)
    if not finding.curves:
        return
    shown = finding.curves[0]
    for values, style, label in (
        (shown.measured, MEASURED, "measured"),
        (shown.predicted, THEORY, "predicted"),
        (shown.twin, TWIN, "failing twin"),
    ):
        lines = panel.plot(shown.time, some(shown.measured, values), **style)
        lines[0].set_label(label)


def named(finding: Finding) -> str:
    """What to call a charge in a picture."""
    name = finding.law.generator.name.replace("$", r"\$")
    return f"{name}: ${latex(finding.charge)}$" if isinstance(finding, Account) else name


def _clock(finding: Finding) -> str:
    return "step $k$" if isinstance(finding, Account) else "time $t$"


def _draw_gap(panel: Any, finding: Finding) -> None:
    """The gap of the law and of its twin at every step size; nothing where a run diverged."""
    if finding.verdict is Verdict.DIVERGED:
        panel.set_axis_off()
        return
    panel.set(xlabel="step $h$", ylabel="relative gap", xscale="log", yscale="log")
    exact = finding.verdict is Verdict.EXACT
    _draw_line(panel, finding.steps, finding.gaps, "round-off" if exact else _ordered(finding.order), LAW)
    _draw_line(panel, finding.steps, finding.twin_gaps, _ordered(finding.twin_order), FALSE_LAW)
    panel.set_xticks(finding.steps, [f"{step:.3g}" for step in finding.steps])
    panel.minorticks_off()
    panel.margins(0.12)


def _draw_line(panel: Any, steps: Sequence[float], gaps: Sequence[float], note: str, style: dict[str, Any]) -> None:
    heights, middle = [max(gap, EPSILON) for gap in gaps], len(gaps) // 2
    panel.plot(steps, heights, **style)
    panel.annotate(note, (steps[middle], heights[middle]), (6, -12), textcoords="offset points", fontsize=8)


def _ordered(order: float) -> str:
    return f"order {round(order, 2) + 0:.2f}"


def some(measured: Any, values: Any) -> Any:
    """The values of a few samples (n, SHOWN), those that end far apart, by the greatest that was measured."""
    import numpy as np

    size = abs(measured[np.isfinite(measured)]).max(initial=0) or 1
    flat, ends = values.reshape(len(values), -1), measured[-1].reshape(-1)
    chosen = np.argsort(ends)[np.linspace(0, len(ends) - 1, min(SHOWN, len(ends))).round().astype(int)]
    return flat[:, chosen] / size
