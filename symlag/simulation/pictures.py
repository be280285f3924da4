"""Pictures of a run: curves in time, the charge of a law beside what it says, and the plane of a coordinate and rate.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.simulation.motion import simulate
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> run = simulate(Lagrangian(x.dot**2 / 2, x**4), {x: 1, x.dot: 0}, 5)
>>> portrait(run, x)
Picture(phase portrait of x)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sympy import latex, pi

from symlag.errors import SymlagError
from symlag.plot_style import BLACK, MEASURED, THEORY, TWIN, Draw, render, save
from symlag.variational.noether import Law

if TYPE_CHECKING:
    from symlag.simulation.run import Run

MOST_CURVES = 7  # of one panel, as many as there are colours
SMOOTH = 1500  # times at which a curve is drawn at least


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that shows itself in a notebook, and can be saved.

    Parameters
    ----------
    title : str
        What it is a picture of.
    draw : callable
        Draws it upon an empty matplotlib `Figure`.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> picture = Picture("a line", lambda figure: figure.subplots().plot([0, 1], [0, 1]))
    >>> [path.name for path in picture.save(mkdtemp(), "line")]
    ['line.svg', 'line.png']
    """

    title: str
    draw: Draw

    def __repr__(self) -> str:
        return f"Picture({self.title})"

    def save(self, folder: str | Path, stem: str = "run") -> tuple[Path, ...]:
        """Write the picture as SVG and PNG.

        Parameters
        ----------
        folder : str or Path
            It is made if it is not there.
        stem : str, optional
            The name of the files, without their endings.

        Returns
        -------
        tuple of Path
            The two files; `OutputError` if the folder cannot be written.
        """
        return save(self.draw, folder, stem)

    def _repr_svg_(self) -> str:
        return render(self.draw, "run", ("svg",))["run.svg"].decode()


def plot(run: Run, shown: Sequence[Any]) -> Picture:
    """Curves in time, a panel for each thing that is shown."""
    panels: list[Callable[[Any], None]] = []
    for one in shown or _usual(run):
        if isinstance(one, Law):
            panels.append(partial(_draw_charge, run, one))
        else:
            listed = one if isinstance(one, list | tuple) else [one]
            panels.append(partial(_draw_curves, run, [(read := run.read(part), label(read)) for part in listed]))
    return Picture("curves in time", partial(_draw_panels, panels))


def portrait(run: Run, coordinate: Any, others: Iterable[Run] = ()) -> Picture:
    """The plane of a coordinate and its rate, with the motion as a curve from a circle on, and those of other runs."""
    q = run.read(coordinate)
    if getattr(q, "shape", ()) or not hasattr(q, "dot"):
        raise SymlagError(f"phase_portrait({coordinate})", "it is no coordinate that is a number", "phase_portrait(x)")
    return Picture(f"phase portrait of {q}", partial(_draw_portrait, [run, *others], q))


def label(expression: Any) -> str:
    """An expression as the label of a curve, in TeX as far as matplotlib knows it."""
    from matplotlib.mathtext import MathTextParser

    text = f"${latex(expression)}$"
    try:
        MathTextParser("path").parse(text)
    except ValueError:
        return str(expression).replace("$", r"\$")
    return text


def smooth(run: Run) -> Run:
    """The run at so many times that its curves look smooth."""
    import numpy as np

    first, last = run.span
    return run(np.linspace(first, last, max(SMOOTH, min(20 * run.steps, 20 * SMOOTH))))


def _usual(run: Run) -> list[Any]:
    """What is shown where nothing was asked for: all coordinates, all velocities."""
    state = [jet for jet in run.problem.dynamics.layout.shapes if sum(jet.order) < 2]
    by_order = [[jet for jet in state if sum(jet.order) == k] for k in (0, 1)]
    return [jets for jets in by_order if jets]


def _draw_panels(panels: Sequence[Callable[[Any], None]], figure: Any) -> None:
    figure.set_size_inches(6.6, 0.3 + 1.7 * len(panels))
    axes = figure.subplots(len(panels), 1, squeeze=False, sharex=True)[:, 0]
    for draw, axis in zip(panels, axes, strict=True):
        axis.margins(x=0.01)
        draw(axis)
    axes[-1].set_xlabel("time $t$")


def _draw_curves(run: Run, curves: Sequence[tuple[Any, str]], axis: Any) -> None:
    """Expressions in time; of a block its entries."""
    fine = smooth(run)
    for expression, name in curves:
        values = fine[expression].reshape(len(fine.t), -1)[:, :MOST_CURVES]
        lines = axis.plot(fine.t, values)
        lines[0].set_label(name)
    if len(curves) == 1:
        axis.set_ylabel(curves[0][1])
    else:
        axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _draw_charge(run: Run, law: Law, axis: Any) -> None:
    """The charge of a law as it was, as the law says, and as its failing twin does."""
    curve = run.charge(law)
    for values, style, name in (
        (curve.measured, MEASURED, "measured"),
        (curve.predicted, THEORY, f"by its law, gap {curve.gap:.0e}"),
        (curve.twin, TWIN, "failing twin"),
    ):
        axis.plot(curve.time, values, **{"linestyle": "-", **style}, label=name)
    size = abs(curve.measured).max() or 1
    low, high = curve.measured.min(), curve.measured.max()
    axis.set_ylim(low - 0.2 * size, high + 0.2 * size)
    axis.set(title=law.generator.name.replace("$", r"\$"), ylabel="charge")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _is_angle(run: Run, q: Any) -> bool:
    """Whether nothing changes as a coordinate that energies depend on makes a whole turn."""
    density = run.problem.lagrangian.density
    return q in density.free_symbols and density.xreplace({q: q + 2 * pi}) == density


def _within_a_turn(angle: Any) -> Any:
    """An angle between −π and π, with a gap in the curve where it jumps."""
    import numpy as np

    turned = (angle + np.pi) % (2 * np.pi) - np.pi
    turned[1:][abs(np.diff(turned)) > np.pi] = np.nan
    return turned


def _draw_portrait(runs: Sequence[Run], q: Any, figure: Any) -> None:
    figure.set_size_inches(3.6, 3.2)
    axis = figure.subplots()
    for run in runs:
        fine = smooth(run)
        values = _within_a_turn(fine[q]) if _is_angle(run, q) else fine[q]
        (line,) = axis.plot(values, fine[q.dot], linestyle="-")
        start = values[0], fine[q.dot][0]
        axis.plot(*start, "o", color=BLACK, markeredgecolor=line.get_color(), markerfacecolor="white", zorder=4)
    axis.set(xlabel=label(q), ylabel=label(q.dot))
