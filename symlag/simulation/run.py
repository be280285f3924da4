"""A run: a motion that was integrated, as arrays by name, with its energy and the charges of its laws.

A run knows the states at all times between its start and its end. It shows the steps of the method, or the times that
were asked for; `run(time)` is the same run at other times. Whatever is asked of it, `run[expression]`, is evaluated
along it.

>>> import numpy as np
>>> from symlag.calculus.jets import coordinates
>>> from symlag.simulation.motion import simulate
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> run = simulate(Lagrangian(x.dot**2 / 2, x**2 / 2), {x: 1, x.dot: 0}, end=10)
>>> bool(abs(run[x] - np.cos(run.t)).max() < 1e-8), run.t.shape
(True, (34,))
>>> round(float(run(np.pi)[x * x.dot + x.dot.dot]), 8)
1.0
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Any

from sympy import SympifyError, sympify

from symlag.calculus.jets import t
from symlag.calculus.matrices import zero_like
from symlag.errors import DefinitionError
from symlag.kernels.array_function import kernel
from symlag.kernels.identifiers import argument_name
from symlag.simulation.animation import Animation, animate
from symlag.simulation.charges import Curve, charge_along
from symlag.simulation.pictures import Picture, plot, portrait
from symlag.simulation.problem import Problem, Solution, solve
from symlag.simulation.values import read_times
from symlag.variational.constraints import constraint_order
from symlag.variational.equations_of_motion import energy
from symlag.variational.noether import Law


@dataclass(frozen=True, eq=False)
class Run:
    """A motion that was integrated.

    Parameters
    ----------
    problem : Problem
        What the motion follows from.
    solution : Solution
        The states at all times from the start to where the motion ends.
    t : numpy.ndarray, shape (…)
        The times that the run shows.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, simulate
    >>> x = coordinates("x")
    >>> run = simulate(Lagrangian(x.dot**2 / 2, x**4 / 4), {"x": 1, "x.dot": 0}, end=20, method="verlet", step=0.01)
    >>> run["x"].shape, run.method, bool(run.drift < 1e-4)
    ((2001,), 'verlet, step = 0.01', True)
    """

    problem: Problem
    solution: Solution
    t: Any

    @classmethod
    def of(cls, problem: Problem, times: Any = None) -> Run:
        """The run that solves a problem.

        Parameters
        ----------
        problem : Problem
            What the motion follows from.
        times : array_like, optional
            The times to show, or how many, evenly spaced; without them the ends of the steps.

        Returns
        -------
        Run
            Up to where the motion ends, which an event may bring about early.
        """
        import numpy as np

        solution = solve(problem)
        reached = solution.path.times
        if times is None:
            return cls(problem, solution, reached)
        asked = read_times("times", times)
        if asked.ndim == 0:
            if not 1 <= asked == round(float(asked)):
                raise DefinitionError(f"times={times!r}", "it is no number of times", "times=200")
            return cls(problem, solution, np.linspace(reached[0], reached[-1], int(asked)))
        low, high = sorted((reached[0], reached[-1]))
        kept = asked[(low <= asked) & (asked <= high)] if solution.early else asked
        return cls(problem, solution, reached)(kept)

    def __repr__(self) -> str:
        first, last = self.span
        told = f"{self.method}: {self.steps} steps, t = {first:g} … {last:g}"
        change = f"drift {self.drift:.0e}" if self.autonomous else f"{self._energies[0]:.4g} … {self._energies[-1]:.4g}"
        held = f", constraint drift {self.constraint_drift:.0e}" if self.problem.dynamics.held else ""
        return f"Run({told}, energy {change}{held}{f'; {self.ending}' if self.solution.failed else ''})"

    def __call__(self, time: Any) -> Run:
        """The same run at other times.

        Parameters
        ----------
        time : float or array_like
            Between the start and the end of the run.

        Returns
        -------
        Run
            With `t` as given, so that `run(time)[x]` is the value of x at that time, or at those times.

        Raises
        ------
        DefinitionError
            If a time is before the start or behind the end.
        """
        asked = read_times("the time", time)
        first, last = sorted(self.span)
        if asked.size and not (first <= asked.min() and asked.max() <= last):
            raise DefinitionError(f"run({time})", f"the run goes from t = {first:g} to {last:g}", f"run({last:g})")
        return replace(self, t=asked)

    def __getitem__(self, asked: Any) -> Any:
        """The values of something along the run.

        Parameters
        ----------
        asked : jet, block, Expr or str
            A coordinate, a derivative, or an expression in them, in symlag's notation or SymPy's; or the name of one.

        Returns
        -------
        numpy.ndarray
            A number has the shape of `t`, a block that of `t` with its sides behind.

        Raises
        ------
        DefinitionError
            If there is no such name, or no value of a symbol.
        """
        return self._along(self.read(asked), self.t)

    def read(self, asked: Any) -> Any:
        """What is asked for, as an expression in jets.

        Parameters
        ----------
        asked : jet, block, Expr or str
            As for `run[asked]`.

        Returns
        -------
        Expr or MatrixExpr
            With formulas in the place of given functions of time; `DefinitionError` where there is no such name.
        """
        if isinstance(asked, str):
            known = {name: jet for jet in self._jets for name in (str(jet), argument_name(jet))} | {t.name: t}
            if asked not in known:
                names = ", ".join(dict.fromkeys(map(str, known.values())))
                raise DefinitionError(f"run[{asked!r}]", f"the run has {names}", "Use one of these names.")
            return known[asked]
        try:
            written = sympify(asked, strict=True)
        except SympifyError:
            raise DefinitionError(f"run[{asked!r}]", "it is no expression", "run[x], or run[x.dot**2 / 2]") from None
        return self.problem.parameters.put(self.problem.notation.to_jets(written))

    def charge(self, law: Law) -> Curve:
        """The charge of a law at the steps of the run, beside what its balance law says.

        Parameters
        ----------
        law : Law
            A law of this mechanics, or of another over the same coordinates.

        Returns
        -------
        Curve
            The charge measured, predicted, and predicted by a false law, the failing twin; and `gap`, how far the first
            two are apart, relative to the greatest charge.
        """
        return charge_along(self, law)

    def charges(self, laws: Iterable[Law] | None = None) -> dict[str, Curve]:
        """The charges of some laws, or of all that are found.

        Parameters
        ----------
        laws : iterable of Law, optional
            Laws of this mechanics; without them those of all its symmetries, which are then looked for.

        Returns
        -------
        dict of str to Curve
            By the name of the law's generator; of several of one name the second has a 2 behind it, and so on.
        """
        from symlag.symmetry.find_laws import laws as find_laws  # a run is often made for its path alone

        curves: dict[str, Curve] = {}
        for law in find_laws(self.problem.lagrangian) if laws is None else laws:
            names = (f"{law.generator.name}{'' if k == 1 else f' {k}'}" for k in count(1))
            curves[next(name for name in names if name not in curves)] = charge_along(self, law)
        return curves

    def plot(self, *shown: Any) -> Picture:
        """Curves in time.

        Parameters
        ----------
        *shown : jet, Expr, str, Law, or list of these
            A panel for each: an expression, several in one list, or the charge of a law beside what the law says.
            Without them all coordinates and all velocities.

        Returns
        -------
        Picture
            It shows itself in a notebook; `.save(folder, stem)` writes it as SVG and PNG.
        """
        return plot(self, shown)

    def phase_portrait(self, coordinate: Any, *others: Run) -> Picture:
        """The motion in the plane of a coordinate and its rate, the start marked by a circle.

        Parameters
        ----------
        coordinate : jet or str
            A coordinate that is a number.
        *others : Run
            Other runs, to be drawn beside it.

        Returns
        -------
        Picture
            It shows itself in a notebook; `.save(folder, stem)` writes it as SVG and PNG.
        """
        return portrait(self, coordinate, others)

    def animate(self, bodies: Sequence[Any] | None = None, pivot: Sequence[Any] | None = None) -> Animation:
        """The motion as points that move.

        Parameters
        ----------
        bodies : sequence of tuple, optional
            The place of each point, two or three expressions. Without them the points are recognised from coordinates
            named x, y and z, with a number behind or not, or r and an angle, and from blocks of two or three columns.
        pivot : tuple of Expr, optional
            Where a rod begins that goes on from each point to the next, as in a chain of pendulums.

        Returns
        -------
        Animation
            It shows itself in a notebook; `.save(path)` writes a .gif, a page .html or, with ffmpeg, a film .mp4.

        Raises
        ------
        SymlagError
            If no points are known.
        """
        return animate(self, bodies, pivot)

    def ladder(self) -> tuple[Run, ...]:
        """The same motion three times, the coarsest first, for an order to be observed by; this run is one of them."""
        first, last = self.problem.span
        methods = self.problem.method.ladder(last - first)
        return tuple(
            self if method == self.problem.method else Run.of(replace(self.problem, method=method))
            for method in methods
        )

    @property
    def method(self) -> str:
        """The method, and its step or tolerance."""
        return str(self.problem.method)

    @property
    def span(self) -> tuple[float, float]:
        """The times of start and end."""
        times = self.solution.path.times
        return float(times[0]), float(times[-1])

    @property
    def steps(self) -> int:
        """How many steps the method took."""
        return len(self.solution.path.times) - 1

    @property
    def ending(self) -> str:
        """Why the run ends where it does."""
        return self.solution.ending

    @property
    def events(self) -> tuple[Any, ...]:
        """The times at which each event happened, in the order in which the events were given, each of shape (n,)."""
        import numpy as np

        return tuple(np.array(times) for times in self.solution.happened)

    @property
    def arrays(self) -> dict[str, Any]:
        """All coordinates and derivatives along the run, and the parameters, by the names that kernels know."""
        return {"t": self.t, **self.values(map(argument_name, self._jets), self.t), **self.problem.parameters.arrays}

    @property
    def energy(self) -> Any:
        """The energy Σ⟨p, q̇⟩ − L along the run, of the shape of `t`."""
        return self._along(self._energy, self.t)

    @cached_property
    def autonomous(self) -> bool:
        """Whether the energy is conserved: nothing depends on time, no force acts, and no constraint does work."""
        L = self.problem.lagrangian
        at_rest = {q.dot: zero_like(q) for q in L.coordinates}
        parts = (L.density, *L.constraints)
        return (
            L.damping == 0
            and not L.generalized_forces
            and not any(t in part.free_symbols for part in parts)
            and all(g.xreplace(at_rest) == 0 for g in L.constraints if constraint_order(g, L.coordinates))
        )

    @cached_property
    def constraint_drift(self) -> float:
        """The greatest value of any constraint, or of the rate of a holonomic one, at any step; 0 if there is none."""
        times = self.solution.path.times
        return max((float(abs(self._along(g, times)).max()) for g in self.problem.dynamics.held), default=0.0)

    @cached_property
    def drift(self) -> float:
        """The greatest distance of the energy from its first value at any step, by the greatest of kinetic or total."""
        kinetic = self._along(self.problem.lagrangian.kinetic, self.solution.path.times)
        size = max(abs(kinetic).max(), abs(self._energies).max()) or 1
        return float(abs(self._energies - self._energies[0]).max() / size)

    @cached_property
    def _energies(self) -> Any:
        return self._along(self._energy, self.solution.path.times)

    @cached_property
    def _energy(self) -> Any:
        return energy(self.problem.lagrangian)

    @cached_property
    def _jets(self) -> tuple[Any, ...]:
        """What the run has values of: the state, and the highest derivatives."""
        dynamics = self.problem.dynamics
        return (*dynamics.layout.shapes, *dynamics.unknowns.shapes)

    def _along(self, expression: Any, times: Any) -> Any:
        """An expression in jets at some times."""
        import numpy as np

        made = kernel(expression)
        values = self.values(made.inputs, times)
        result = made(**values)
        sides = getattr(expression, "shape", ())
        axes = len(sides[:1] if sides[1:] == (1,) else sides)  # of the array at one time: a column is a vector
        shape = result.shape[result.ndim - axes :]
        return np.broadcast_to(result, (*np.shape(times), *shape)).copy()

    def values(self, names: Iterable[str], times: Any) -> dict[str, Any]:
        """What some names stand for in kernels.

        Parameters
        ----------
        names : iterable of str
            Names of coordinates, derivatives, parameters and time, as kernels know them.
        times : array_like
            The times, of any shape.

        Returns
        -------
        dict of str to numpy.ndarray
            Values with the axes of the times in front; `DefinitionError` for a name without one.
        """
        import numpy as np

        dynamics, wanted = self.problem.dynamics, set(names)
        state = self.solution.path(times)
        found: dict[str, Any] = {"t": np.asarray(times, float), **self.problem.parameters.arrays}
        found |= {argument_name(jet): value for jet, value in dynamics.layout.split(state).items()}
        if wanted & {argument_name(u) for u in dynamics.unknowns.shapes}:
            flat = state.reshape(-1, state.shape[-1])
            solved = dynamics.highest(np.ravel(times), flat).reshape((*np.shape(times), -1))
            found |= {argument_name(u): value for u, value in dynamics.unknowns.split(solved).items()}
        if missing := sorted(wanted - set(found)):
            names = ", ".join(map(str, self._jets))
            wrong = f"it has no value along the run, which has {names}"
            raise DefinitionError(missing[0], wrong, f"parameters={{{missing[0]!r}: 1.0}} to simulate")
        return {name: found[name] for name in wanted}
