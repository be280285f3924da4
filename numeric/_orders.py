"""How far runs stray from their modified equations: an anharmonic loss of two weights, fields integrated to round-off.

>>> from symlag.discrete.library import sgd
>>> round(observed(sgd(momentum=0), 1))
2
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from sympy import Expr, Matrix, Rational, Symbol, lambdify, symbols

from numeric._play import Play
from symlag.discrete.updates import Letter, UpdateRule, theta
from symlag.expansion import ModifiedEquation, modified_equation
from symlag.expansion.trees import Tree, differential

p = Matrix(symbols("p1 p2", real=True))
eta, beta, decay = symbols("eta beta lambda", positive=True)
LOSS = p[0] ** 2 / 2 + p[1] ** 2 + p[0] ** 2 * p[1] / 3 + p[0] * p[1] ** 3 / 5 + p[0] ** 4 / 4
TIME, STEPS, START = 0.8, (0.02, 0.01, 0.005), (0.9, -0.6)
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


ANHARMONIC = Differentials(LOSS)
SLOPE = lambdify(list(p), Matrix([LOSS]).jacobian(p).T, "numpy")


def observed(rule: UpdateRule, order: int) -> float:
    """The order in η at which a run leaves the modified equation with a number of corrections."""
    gaps = [gap(rule, order, step) for step in STEPS]
    return float(np.polyfit(np.log(STEPS), np.log(gaps), 1)[0])


def gap(rule: UpdateRule, order: int, step: float) -> float:
    """The distance of a run from the flow, both begun on it."""
    made, numbers = modified_equation(rule, order), {eta: step, **NUMBERS}
    played = Play(rule, {str(s): value for s, value in numbers.items()})
    start, steps = np.array(START), round(TIME / step)
    state = played.start(start) | {Letter("v"): _arriving(rule, _flow(made, numbers, start, -1), start, step)}
    for k in range(steps):
        known = played.step(state, SLOPE(*state[theta])[:, 0], k)
        state = {x: known[x.new] for x in rule.equations}
    return float(abs(state[theta] - _flow(made, numbers, start, steps)).max())


def _flow(made: ModifiedEquation, numbers: Mapping[Symbol, float], start: Any, steps: int) -> Any:
    """Where the field leads from a point in a number of steps."""
    weights = {tree: float(c.subs(numbers)) for tree, c in made.coefficients.items()}

    def field(_: float, point: Any) -> Any:
        at = ANHARMONIC.at(point)
        return sum(c * at(tree) for tree, c in weights.items())

    return solve_ivp(field, (0, steps), start, method="DOP853", rtol=1e-13, atol=1e-15).y[:, -1]


def _arriving(rule: UpdateRule, before: Any, now: Any, step: float) -> Any:
    """The buffer with which a rule comes from one point to the next."""
    applied = (before - now) / step
    slope = SLOPE(*before)[:, 0] + NUMBERS[decay] * before
    return (applied - slope) / NUMBERS[beta] if rule.name.startswith("Nesterov") else applied
