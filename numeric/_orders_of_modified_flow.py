"""How far runs stray from their modified equations: by default on an anharmonic loss of two weights.

The fields of the equations are integrated to round-off.

>>> from symlag.optimizers.library.momentum import sgd
>>> round(observed(sgd(momentum=0), 1))
2
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from sympy import Expr, Matrix, Rational, Symbol, lambdify, symbols

from numeric._rule_simulation import Play
from symlag.optimizers.backward_error.modified_equations import modified_equation
from symlag.optimizers.backward_error.rooted_trees import Tree, differential
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, theta

p = Matrix(symbols("p1 p2", real=True))
eta, beta, decay = symbols("eta beta lambda", positive=True)
LOSS = p[0] ** 2 / 2 + p[1] ** 2 + p[0] ** 2 * p[1] / 3 + p[0] * p[1] ** 3 / 5 + p[0] ** 4 / 4
TIME, STEPS = 0.8, (0.02, 0.01, 0.005)
NUMBERS: Mapping[Symbol, float] = {beta: 0.4, decay: 0.1}


class Differentials:
    """The elementary differentials of F = −∇f − λx at a point, three derivatives deep."""

    def __init__(self, loss: Expr) -> None:
        field = -Matrix([loss + Rational(1, 10) * p.dot(p) / 2]).jacobian(p).T
        derived = [field]
        for _ in range(3):
            derived.append(derived[-1].reshape(len(derived[-1]), 1).jacobian(p))
        self.tensors = [lambdify(list(p), entries, "numpy") for entries in derived]

    def at(self, point: Any) -> Callable[[Tree], Any]:
        """F(τ) at a point, for each tree τ."""

        def derived(vectors: tuple[Any, ...]) -> Any:
            tensor = np.reshape(self.tensors[len(vectors)](*point), (2,) * (len(vectors) + 1))
            for vector in reversed(vectors):
                tensor = tensor @ vector
            return tensor

        return lambda tree: differential(tree, derived)


@dataclass(frozen=True)
class Landscape:
    """A loss: its gradient at a point, the elementary differentials of F there, and a point to start from."""

    slope: Callable[[Any], Any]
    at: Callable[[Any], Callable[[Tree], Any]]
    start: tuple[float, ...]


_SLOPE = lambdify(list(p), Matrix([LOSS]).jacobian(p).T, "numpy")
ANHARMONIC = Landscape(lambda point: _SLOPE(*point)[:, 0], Differentials(LOSS).at, (0.9, -0.6))


def observed(rule: UpdateRule, order: int) -> float:
    """The order in η at which a run leaves the modified equation with a number of corrections."""
    gaps = [gap(rule, order, step) for step in STEPS]
    return float(np.polyfit(np.log(STEPS), np.log(gaps), 1)[0])


def gap(rule: UpdateRule, order: int, step: float, land: Landscape = ANHARMONIC) -> float:
    """The distance of a run from the flow at the end, both begun on it."""
    return float(abs(run(rule, order, step, land)[-1] - flow(rule, order, step, land)).max())


def run(rule: UpdateRule, order: int, step: float, land: Landscape = ANHARMONIC) -> Any:
    """The points (steps + 1, weights) of a run that comes along the flow with a number of corrections."""
    played = Play(rule, {str(s): value for s, value in {eta: step, **NUMBERS}.items()})
    start = np.array(land.start)
    before = flow(rule, order, step, land, -1)
    state = played.start(start) | {Letter("v"): _arriving(rule, before, start, step, land)}
    points = [start]
    for k in range(round(TIME / step)):
        known = played.step(state, land.slope(state[theta]), k)
        state = {x: known[x.new] for x in rule.equations}
        points.append(state[theta])
    return np.array(points)


def flow(rule: UpdateRule, order: int, step: float, land: Landscape = ANHARMONIC, steps: int | None = None) -> Any:
    """Where the modified equation leads from the start, in all steps or in some."""
    made, numbers = modified_equation(rule, order), {eta: step, **NUMBERS}
    weights = {tree: float(c.subs(numbers)) for tree, c in made.coefficients.items()}

    def field(_: float, point: Any) -> Any:
        at = land.at(point)
        return sum(c * at(tree) for tree, c in weights.items())

    end = round(TIME / step) if steps is None else steps
    return solve_ivp(field, (0, end), np.array(land.start), method="DOP853", rtol=1e-13, atol=1e-15).y[:, -1]


def _arriving(rule: UpdateRule, before: Any, now: Any, step: float, land: Landscape) -> Any:
    """The buffer with which a rule comes from one point to the next."""
    applied = (before - now) / step
    slope = land.slope(before) + NUMBERS[decay] * before
    return (applied - slope) / NUMBERS[beta] if rule.name.startswith("Nesterov") else applied
