"""The phase portrait of a trial: each charge C against the function of position that it is the rate of, C = m dQ/dt.

Of the run with the smallest step, measured solid, and dashed upon it what the law predicts from the start alone, which
is a circle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from symlag.errors import SymlagError
from symlag.kernels.kernel import kernel
from symlag.plotting import BLACK, MEASURED, THEORY, Draw, save
from symlag.trials.integrated_law import Curve
from symlag.trials.pictures import KEY, draw, named, some
from symlag.trials.record import Record, admitted
from symlag.trials.trial import Finding, Trial
from symlag.variational.closed_form import mass
from symlag.variational.noether import Law

WIDTH = 3.1  # inches, of a panel


@dataclass(frozen=True, eq=False)
class Orbit:
    """Where a charge was and where its law says it was: Q and C, each (n, …)."""

    finding: Finding
    position: Any
    predicted: Any
    curve: Curve


def portrait(trial: Trial, folder: str | Path, stem: str = "portrait") -> tuple[Path, ...]:
    """Draw the portrait into a folder, as `stem`.svg and `stem`.png.

    `SymlagError` where no charge is the rate of a function of position, `OutputError` where nothing can be written.
    """
    found = orbits(trial)
    if not found:
        raise SymlagError("the portrait", "no charge is the rate of a function of position", "picture(trial, folder)")
    return save(partial(draw_orbits, found), folder, stem)


def figures(trial: Trial, stem: str) -> Mapping[str, Draw]:
    """All that is drawn of a trial, by the names of the pictures: its charges in time, and their orbits if any."""
    found = orbits(trial)
    return {stem: partial(draw, trial)} | ({f"{stem}_portrait": partial(draw_orbits, found)} if found else {})


def orbits(trial: Trial) -> tuple[Orbit, ...]:
    """The orbits of those charges that are the rate of a function of position."""
    return tuple(orbit for finding in trial.findings for orbit in _orbits(finding, trial.records))


def draw_orbits(found: Sequence[Orbit], figure: Any) -> None:
    """Draw orbits upon a figure, side by side."""
    figure.set_size_inches(max(WIDTH * len(found), 4), 3.1)
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for panel, orbit in zip(panels, found, strict=True):
        _draw(panel, orbit)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, **KEY)


def _draw(panel: Any, orbit: Orbit) -> None:
    panel.set(title=named(orbit.finding), xlabel=r"$Q\,/\,\max|Q|$", ylabel=r"$C\,/\,\max|C|$")
    panel.axhline(0, color="0.85", linewidth=0.6, zorder=0)
    told = orbit.curve
    for position, charge, style, label in (
        (orbit.position, told.measured, {**MEASURED, "linestyle": "-"}, "measured"),
        (orbit.predicted, told.predicted, THEORY, "predicted"),
    ):
        lines = panel.plot(some(orbit.position, position), some(told.measured, charge), **style)
        lines[0].set_label(label)
    starts = some(orbit.position, orbit.position)[0], some(told.measured, told.measured)[0]
    panel.plot(*starts, "o", color=BLACK, markerfacecolor="white", zorder=4)


def _orbits(finding: Finding, records: Sequence[Record]) -> Iterator[Orbit]:
    """The orbit of a law along its finest record; none where there is no Q, or no end to the run."""
    if not isinstance(finding.law, Law) or records[-1].diverged is not None:
        return
    try:
        told = kernel({"Q": finding.law.potential, "m": mass(finding.law.lagrangian)})
    except SymlagError:
        return
    curve = finding.curves[-1]
    record = next(record for record in records if record.time is curve.time)
    seen = told(**admitted(told, record.arrays))
    yield Orbit(finding, seen["Q"], _summed(record.time, seen["Q"], curve.predicted / seen["m"]), curve)


def _summed(time: Any, position: Any, rate: Any) -> Any:
    """Q from its first value on, at a rate, by the trapezoidal rule."""
    import numpy as np

    spans = np.diff(time).reshape(-1, *[1] * (rate.ndim - 1))
    gained = np.cumsum(spans * (rate[1:] + rate[:-1]) / 2, axis=0)
    return position[0] + np.concatenate([0 * rate[:1], gained])
