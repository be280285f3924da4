"""Mechanics integrated to the last digits by the method of Dormand and Prince, and what a law makes of a charge on it.

The charge by the law, and by its failing twin, are integrated along: dC/dt = source − γC from the first charge on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from sympy import Symbol

from numeric._evaluate import evaluate
from symlag.kernels.array_function import kernel
from symlag.trials.record import kernel_arguments
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.noether import Law

State = Mapping[str, Any]
INSTANTS = 241
LAW, TWIN = Symbol("law", real=True), Symbol("twin", real=True)


@dataclass(frozen=True, eq=False)
class Orbit:
    """What moves, by name (n, …), at some instants, and the charge (n,) as measured, by the law, and by its twin."""

    time: Any
    state: State
    measured: Any

    @property
    def gap(self) -> float:
        """The greatest distance of the law from the measured charge, by the greatest charge."""
        return self._off("law")

    @property
    def twin_gap(self) -> float:
        """The same of the twin."""
        return self._off("twin")

    def _off(self, name: str) -> float:
        return float(abs(self.state[name] - self.measured).max() / abs(self.measured).max())


def orbit(law: Law, start: State, still: State, span: float, **false: Any) -> Orbit:
    """The motion of a law's mechanics from positions and rates by name; the twin has another `rate` or `source`."""
    wrong = {"rate": law.rate, "source": law.source, **false}
    charges = {"law_dot": law.source - law.rate * LAW, "twin_dot": wrong["source"] - wrong["rate"] * TWIN}
    first = evaluate(law.charge, {**start, **still, "t": 0.0})
    rates = rates_of({**accelerations(law.lagrangian), **charges}, still)
    time, state = flow(rates, {**start, "law": first, "twin": first}, span)
    return Orbit(time, state, evaluate(law.charge, {**state, **still, "t": time}))


def rates_of(asked: Mapping[Any, Any], still: State) -> Callable[[float, State], State]:
    """The rate of each of a state's names at a time: a name of the state, as x_dot is of x, or what is asked."""
    made = kernel(asked)

    def rates(time: float, state: State) -> State:
        known = {**state, **still, "t": time}
        known |= made(**kernel_arguments(made, known))
        return {name: known[f"{name}_dot"] for name in state}

    return rates


def flow(rates: Callable[[float, State], State], start: State, span: float) -> tuple[Any, State]:
    """The instants (n,), and where rates lead from a start, by name (n, …)."""
    shapes = {name: np.shape(value) for name, value in start.items()}
    cuts = [0, *np.cumsum([np.prod(shape, dtype=int) for shape in shapes.values()])]

    def split(flat: Any) -> State:
        parts = zip(shapes.items(), pairwise(cuts), strict=True)
        return {name: flat[..., i:j].reshape((*flat.shape[:-1], *shape)) for (name, shape), (i, j) in parts}

    def joined(state: State) -> Any:
        return np.concatenate([np.ravel(state[name]) for name in shapes])

    time, precise = np.linspace(0, span, INSTANTS), {"method": "DOP853", "rtol": 1e-13, "atol": 1e-14}
    path = solve_ivp(lambda t, y: joined(rates(t, split(y))), (0, span), joined(start), t_eval=time, **precise)
    return time, split(path.y.T)
