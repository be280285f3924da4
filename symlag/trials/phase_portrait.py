"""The phase portrait of a trial: each charge C against the function of position Q that it is the rate of, C = m dQ/dt.

A charge such as m⟨w, ẇ⟩ of scale is the rate of a function of position, here Q = |w|²/2. In the plane of Q and C a run
of a damped law is a spiral into the steady state. Drawn is the run with the smallest step: what was measured solid, and
dashed upon it what the law predicts from the start alone; the start is a circle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from symlag.errors import SymlagError
from symlag.kernels.array_function import kernel
from symlag.plot_style import BLACK, MEASURED, THEORY, Draw, save
from symlag.simulation.charges import Curve
from symlag.trials.record import Record, kernel_arguments
from symlag.trials.trial import Finding, Trial
from symlag.trials.trial_pictures import LEGEND, charge_label, draw, sample_curves
from symlag.variational.closed_form import mass
from symlag.variational.noether import Law

WIDTH = 3.1  # inches, of a panel


@dataclass(frozen=True, eq=False)
class PhaseCurve:
    """The curve of a run in the plane of Q and C: Q as it was and as the law predicts it, each (n, …), and C."""

    finding: Finding
    measured: Any
    predicted: Any
    charge: Curve


def portrait(trial: Trial, folder: str | Path, stem: str = "portrait") -> tuple[Path, ...]:
    """Draw the phase portrait of a trial into a folder, as SVG and PNG.

    Parameters
    ----------
    trial : Trial
        Laws in continuous time, tried on runs.
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
    SymlagError
        If no charge is the rate of a function of position.
    OutputError
        If the folder cannot be written.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from symlag import Lagrangian, coordinates, noether, scale
    >>> from symlag.trials import orbit, run
    >>> x, y = coordinates("x y")
    >>> law = noether(Lagrangian((x.dot**2 + y.dot**2) / 2, x * y / (x**2 + y**2), damping=1), scale(x, y))
    >>> trial = run([law], orbit([law]), steps=(0.04, 0.02, 0.01))
    >>> [path.name for path in portrait(trial, mkdtemp())]
    ['portrait.svg', 'portrait.png']
    """
    curves = phase_curves(trial)
    if not curves:
        raise SymlagError("the portrait", "no charge is the rate of a function of position", "picture(trial, folder)")
    return save(partial(draw_phase_curves, curves), folder, stem)


def pictures_of(trial: Trial, stem: str) -> Mapping[str, Draw]:
    """All pictures of a trial: its charges in time, and its phase portrait if it has one.

    Parameters
    ----------
    trial : Trial
        What is drawn.
    stem : str
        The name of the first picture; that of the portrait ends in "_portrait".

    Returns
    -------
    mapping of str to callable
        By the name of the picture, a function that draws it upon an empty matplotlib `Figure`.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, noether, time_translation
    >>> from symlag.trials import orbit, run
    >>> x = coordinates("x")
    >>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    >>> [*pictures_of(run([energy], orbit([energy]), steps=(0.04, 0.02, 0.01)), "energy")]
    ['energy']
    """
    pictures: dict[str, Draw] = {stem: partial(draw, trial)}
    if curves := phase_curves(trial):
        pictures[f"{stem}_portrait"] = partial(draw_phase_curves, curves)
    return pictures


def phase_curves(trial: Trial) -> tuple[PhaseCurve, ...]:
    """The phase curves of those charges that are the rate of a function of position."""
    return tuple(curve for finding in trial.findings for curve in _phase_curves(finding, trial.records))


def draw_phase_curves(curves: Sequence[PhaseCurve], figure: Any) -> None:
    """Draw phase curves upon a figure, side by side."""
    figure.set_size_inches(max(WIDTH * len(curves), 4), 3.1)
    panels = figure.subplots(1, len(curves), squeeze=False)[0]
    for panel, curve in zip(panels, curves, strict=True):
        _draw(panel, curve)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, **LEGEND)


def _draw(panel: Any, curve: PhaseCurve) -> None:
    panel.set(title=charge_label(curve.finding), xlabel=r"$Q\,/\,\max|Q|$", ylabel=r"$C\,/\,\max|C|$")
    panel.axhline(0, color="0.85", linewidth=0.6, zorder=0)
    Q, C = partial(sample_curves, curve.measured), partial(sample_curves, curve.charge.measured)
    for position, charge, style, label in (
        (curve.measured, curve.charge.measured, {**MEASURED, "linestyle": "-"}, "measured"),
        (curve.predicted, curve.charge.predicted, THEORY, "predicted"),
    ):
        lines = panel.plot(Q(position), C(charge), **style)
        lines[0].set_label(label)
    start = Q(curve.measured)[0], C(curve.charge.measured)[0]
    panel.plot(*start, "o", color=BLACK, markerfacecolor="white", zorder=4)


def _phase_curves(finding: Finding, records: Sequence[Record]) -> Iterator[PhaseCurve]:
    """The phase curve of a law along its finest record; none if there is no Q, or the run did not come to its end."""
    import numpy as np

    if not isinstance(finding.law, Law) or records[-1].diverged is not None:
        return
    try:
        evaluate = kernel({"Q": finding.law.potential, "m": mass(finding.law.lagrangian)})
    except SymlagError:
        return
    curve = finding.curves[-1]
    record = next(record for record in records if record.time is curve.time)
    values = evaluate(**kernel_arguments(evaluate, record.arrays))
    Q, rate = values["Q"], curve.predicted / values["m"]
    spans = np.diff(record.time).reshape(-1, *[1] * (rate.ndim - 1))
    increments = np.cumsum(spans * (rate[1:] + rate[:-1]) / 2, axis=0)  # by the trapezoidal rule
    yield PhaseCurve(finding, Q, Q[0] + np.concatenate([0 * rate[:1], increments]), curve)
