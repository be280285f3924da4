"""The picture of a trial: for each law, the charge in time, and how the gap closes with the step.

Measured is a broad pale line, predicted a thin dashed one upon it, the failing twin dotted: the styles tell them apart
without colour. The same trial gives the same files, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sympy import latex

from symlag.trial._account import Account
from symlag.trial._balance import Curve
from symlag.trial._files import whole
from symlag.trial._trial import Finding, Trial
from symlag.trial._verdict import EPSILON, Verdict

INK, PALE, FALSE = "#1B2A41", "#8FC1E3", "#C8500A"
MEASURED = {"color": PALE, "linewidth": 3.2, "zorder": 2, "solid_capstyle": "round"}
PREDICTED = {"color": INK, "linewidth": 0.9, "zorder": 3, "linestyle": (0, (4, 2))}
TWIN = {"color": FALSE, "linewidth": 1.0, "zorder": 1, "linestyle": (0, (1, 1.6))}
LAW = {"color": INK, "linewidth": 0.9, "marker": "o", "markersize": 4.5, "markerfacecolor": PALE}
FALSE_LAW = {**TWIN, "marker": "s", "markersize": 3.5}
KEY = {"borderpad": 0, "handlelength": 2.4}
SHOWN = 4  # samples of a charge
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
    "legend.fontsize": 8,
    "legend.frameon": False,
    "mathtext.fontset": "stix",
    "savefig.dpi": 220,
    "svg.hashsalt": "symlag",
    "xtick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.labelsize": 7.5,
    "ytick.major.width": 0.6,
}


def picture(trial: Trial, folder: str | Path, stem: str = "trial") -> tuple[Path, ...]:
    """Draw a trial into a folder, as `stem`.svg and `stem`.png; `OutputError` where they cannot be written."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    targets = tuple(Path(folder) / f"{stem}.{ending}" for ending in ("svg", "png"))
    with rc_context(STYLE):
        rows = len(trial.findings)
        figure = Figure(figsize=(6.6, 0.1 + 2.45 * rows), layout="constrained")
        panels = figure.subplots(rows, 2, squeeze=False, width_ratios=(1.75, 1))
        for (left, right), finding in zip(panels, trial.findings, strict=True):
            _draw_charge(left, finding)
            _draw_gap(right, finding)
        figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="upper right", ncols=3, **KEY)
        for target in targets:
            with whole(target) as draft:
                figure.savefig(draft, metadata=_undated(target))
    return targets


def _draw_charge(panel: Any, finding: Finding) -> None:
    """The charge of some samples along the run with the largest step, by its greatest value."""
    panel.set(title=_title(finding), xlabel=_clock(finding), ylabel=r"charge $C\,/\,\max|C|$")
    panel.axhline(0, color="0.85", linewidth=0.6, zorder=0)
    panel.margins(x=0.01)
    if not finding.curves:
        return
    shown = finding.curves[0]
    for values, style, label in (
        (shown.measured, MEASURED, "measured"),
        (shown.predicted, PREDICTED, "predicted"),
        (shown.twin, TWIN, "failing twin"),
    ):
        lines = panel.plot(shown.time, _some(shown, values), **style)
        lines[0].set_label(label)


def _title(finding: Finding) -> str:
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


def _some(curve: Curve, values: Any) -> Any:
    """The values of a few samples (n, SHOWN), those whose charges end far apart."""
    import numpy as np

    size = abs(curve.measured[np.isfinite(curve.measured)]).max(initial=0) or 1
    flat, ends = values.reshape(len(values), -1), curve.measured[-1].reshape(-1)
    chosen = np.argsort(ends)[np.linspace(0, len(ends) - 1, min(SHOWN, len(ends))).round().astype(int)]
    return flat[:, chosen] / size


def _undated(target: Path) -> dict[str, None]:
    """Metadata without dates and versions."""
    return {"Date": None} if target.suffix == ".svg" else {"Software": None}
