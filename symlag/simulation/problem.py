"""An initial value problem of mechanics, and the path that solves it.

A `Problem` is all that a motion follows from: the mechanics with numbers for its parameters, the state at the start,
the time from start to end, the method, and the events to look for. `solve` follows the motion to its end; where it
cannot go on, as at a collision, the path ends there, and the solution says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from symlag.calculus.sympy_notation import Notation
from symlag.errors import SymlagError
from symlag.simulation.dynamics import Dynamics
from symlag.simulation.evaluator import Evaluator
from symlag.simulation.events import Event, Signal, zeros_of
from symlag.simulation.methods import Adaptive, Advance, FixedStep, StoppedError
from symlag.simulation.progress import progress
from symlag.simulation.runge_kutta import runge_kutta_step
from symlag.simulation.symplectic import COMPOSITIONS, Composition, weights
from symlag.simulation.trajectory import Path, Step
from symlag.simulation.values import Parameters
from symlag.simulation.variational_integrator import MidpointAction
from symlag.variational.lagrangian import Lagrangian


@dataclass(frozen=True, eq=False)
class Problem:
    """What a motion follows from.

    `lagrangian` is in jets, and has formulas in the place of given functions, and so have the events; `notation` is
    that of the Lagrangian as the user wrote it.
    """

    lagrangian: Lagrangian
    notation: Notation
    parameters: Parameters
    dynamics: Dynamics
    start: Any
    span: tuple[float, float]
    method: Adaptive | FixedStep
    events: tuple[Event, ...] = ()

    def function(self, expression: Any) -> Signal:
        """A number in jets as a function of times and states."""
        evaluate = Evaluator.of([expression], self.dynamics.layout, self.parameters.arrays)
        return lambda time, state: evaluate(time, state)[0]

    @property
    def advance(self) -> Advance | None:
        """The step of a method of fixed steps; None for SciPy's, which make their own."""
        name, L = self.method.name, self.lagrangian
        if isinstance(self.method, Adaptive):
            return None
        damping = self._damping()
        if name in COMPOSITIONS:
            return Composition(self.dynamics, damping, weights(name))
        if name == "variational":
            return MidpointAction.of(L, self.dynamics.layout, self.parameters.arrays, damping)
        return partial(runge_kutta_step, self.dynamics.rates)

    def _damping(self) -> Callable[[float], float]:
        rate = self.lagrangian.damping
        evaluate = Evaluator.of([rate], self.dynamics.layout, self.parameters.arrays)
        return lambda time: float(evaluate(time, self.start)[0])


@dataclass(frozen=True, eq=False)
class Solution:
    """The path of a problem, when each event happened, and why the path ends where it does.

    `early` says that it ends before its time is over, and `failed` that it does because the motion cannot go on.
    """

    path: Path
    happened: tuple[tuple[float, ...], ...]
    ending: str
    failed: bool = False
    early: bool = False


def solve(problem: Problem) -> Solution:
    """Follow the motion step by step to its end, or to where it cannot go on; `SymlagError` where it cannot begin."""
    import numpy as np

    first, last = problem.span
    rates, events = problem.dynamics.rates, problem.events
    signals = [problem.function(event.expression) for event in events]
    taken: list[Step] = []
    happened: list[list[float]] = [[] for _ in events]
    ending, failed = f"its time is over at t = {last:g}", False
    try:
        with np.errstate(all="ignore"), progress("simulating", first, last) as update:
            for step in problem.method.steps(rates, problem.advance, problem.start, first, last):
                if not np.isfinite(step.state).all():
                    raise StoppedError("simulate(…)", "the state is no longer finite", "Begin elsewhere.")
                found = zeros_of(step, taken[-1].time if taken else first, events, signals)
                end = next((time for time, i in found if events[i].ends), None)
                for time, i in found:
                    if end is None or abs(time - first) <= abs(end - first):
                        happened[i].append(time)
                taken.append(step if end is None else Step(end, step.between(end), step.between))
                update(step.time)
                if end is not None:
                    ending = f"an event ends it at t = {end:g}"
                    break
    except (StoppedError, np.linalg.LinAlgError) as error:
        failed, wrong = True, error.wrong if isinstance(error, StoppedError) else "the mass matrix is singular"
        ending = f"at t = {taken[-1].time if taken else first:g} {wrong[0].lower()}{wrong[1:]}"
    if not taken:
        write = "Begin elsewhere, or write a T that has every velocity in it."
        raise SymlagError("simulate(…)", f"the motion cannot begin, for {ending}", write)
    with np.errstate(all="ignore"):
        path = problem.method.path(problem.start, first, taken, rates)
    return Solution(path, tuple(map(tuple, happened)), ending, failed, early=taken[-1].time != last)
