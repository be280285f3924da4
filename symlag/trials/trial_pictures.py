"""The picture of a trial: for each law, the charge in time, and how its gap closes with the step.

What was measured is a broad pale line, what is predicted a thin dashed one upon it, the failing twin dotted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sympy import latex

from symlag.plot_style import BLACK, MEASURED, SKY, THEORY, TWIN, save
from symlag.trials.exact_trial import ChargeFinding
from symlag.trials.trial import Finding, Trial
from symlag.trials.verdict import EPSILON, Verdict

LAW_MARKS: dict[str, Any] = {"color": BLACK, "linewidth": 0.9, "marker": "o", "markersize": 4.5, "markerfacecolor": SKY}
TWIN_MARKS: dict[str, Any] = {**TWIN, "marker": "s", "markersize": 3.5}
LEGEND: dict[str, Any] = {"borderpad": 0, "handlelength": 2.4}
SAMPLES_SHOWN = 4


def picture(trial: Trial, folder: str | Path, stem: str = "trial") -> tuple[Path, ...]:
    """Draw a trial into a folder, as SVG and PNG.

    Parameters
    ----------
    trial : Trial
        What is drawn: a row for each finding.
    folder : str or Path
        It is made if it is not there.
    stem : str
        The name of the files, without their endings.

    Returns
    -------
    tuple of Path
        The two files.

    Raises
    ------
    OutputError
        If the folder cannot be written.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from symlag import Lagrangian, coordinates, noether, time_translation
    >>> from symlag.trials import orbit, run
    >>> x = coordinates("x")
    >>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    >>> trial = run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01))
    >>> [path.name for path in picture(trial, mkdtemp(), "energy")]
    ['energy.svg', 'energy.png']
    """
    return save(partial(draw, trial), folder, stem)


def draw(trial: Trial, figure: Any) -> None:
    """Draw a trial upon a figure: for each finding a row of two panels, charge and gap.

    Parameters
    ----------
    trial : Trial
        What is drawn.
    figure : matplotlib.figure.Figure
        An empty figure; its size is set.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from symlag import Lagrangian, coordinates, noether, time_translation
    >>> from symlag.trials import orbit, run
    >>> x = coordinates("x")
    >>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    >>> figure = Figure(layout="constrained")
    >>> draw(run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01)), figure)
    >>> [panel.get_xlabel() for panel in figure.axes]
    ['time $t$', 'step $h$']
    """
    rows = len(trial.findings)
    figure.set_size_inches(6.6, 0.1 + 2.45 * rows)
    panels = figure.subplots(rows, 2, squeeze=False, width_ratios=(1.75, 1))
    for (left, right), finding in zip(panels, trial.findings, strict=True):
        _draw_charge(left, finding)
        _draw_gap(right, finding)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="upper right", ncols=3, **LEGEND)


def charge_label(finding: Finding) -> str:
    """The name of a charge in a picture."""
    name = finding.law.generator.name.replace("$", r"\$")
    return f"{name}: ${latex(finding.charge)}$" if isinstance(finding, ChargeFinding) else name


def sample_curves(measured: Any, values: Any) -> Any:
    """The values of a few samples, shape (n, SAMPLES_SHOWN), relative to the greatest that was measured.

    Chosen are samples whose measured charges end far apart: evenly spaced in the order of their last values.
    """
    import numpy as np

    size = abs(measured[np.isfinite(measured)]).max(initial=0) or 1
    flat, ends = values.reshape(len(values), -1), measured[-1].reshape(-1)
    chosen = np.argsort(ends)[np.linspace(0, len(ends) - 1, min(SAMPLES_SHOWN, len(ends))).round().astype(int)]
    return flat[:, chosen] / size


def _draw_charge(panel: Any, finding: Finding) -> None:
    """The charge of some samples along the run with the largest step, relative to its greatest value."""
    clock = "step $k$" if isinstance(finding, ChargeFinding) else "time $t$"
    panel.set(title=charge_label(finding), xlabel=clock, ylabel=r"charge $C\,/\,\max|C|$")
    panel.axhline(0, color="0.85", linewidth=0.6, zorder=0)
    panel.margins(x=0.01)
    if not finding.curves:
        return
    curve = finding.curves[0]
    for values, style, label in (
        (curve.measured, MEASURED, "measured"),
        (curve.predicted, THEORY, "predicted"),
        (curve.twin, TWIN, "failing twin"),
    ):
        lines = panel.plot(curve.time, sample_curves(curve.measured, values), **style)
        lines[0].set_label(label)


def _draw_gap(panel: Any, finding: Finding) -> None:
    """The gap of the law and of its twin at every step size; nothing if a run diverged."""
    if finding.verdict is Verdict.DIVERGED:
        panel.set_axis_off()
        return
    panel.set(xlabel="step $h$", ylabel="relative gap", xscale="log", yscale="log")
    note = "round-off" if finding.verdict is Verdict.EXACT else _order_note(finding.order)
    _draw_line(panel, finding.steps, finding.gaps, note, LAW_MARKS)
    _draw_line(panel, finding.steps, finding.twin_gaps, _order_note(finding.twin_order), TWIN_MARKS)
    panel.set_xticks(finding.steps, [f"{step:.3g}" for step in finding.steps])
    panel.minorticks_off()
    panel.margins(0.12)


def _draw_line(panel: Any, steps: Sequence[float], gaps: Sequence[float], note: str, style: dict[str, Any]) -> None:
    heights, middle = [max(gap, EPSILON) for gap in gaps], len(gaps) // 2
    panel.plot(steps, heights, **style)
    panel.annotate(note, (steps[middle], heights[middle]), (6, -12), textcoords="offset points", fontsize=8)


def _order_note(order: float) -> str:
    return f"order {order:z.2f}"  # z: no minus before zero
