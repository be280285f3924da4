"""The variational integrator of the midpoint rule: the discrete Euler–Lagrange equations of a discrete action.

**Definition.** The discrete Lagrangian L_d(q₀, q₁) = h L(q̄, v, t̄) takes the mean q̄ = (q₀ + q₁)/2, the rate
v = (q₁ − q₀)/h and the middle t̄ of a step. Its motion, D₂L_d(q₋₁, q₀) + D₁L_d(q₀, q₁) = 0, is written with the momentum
p₀ = −D₁L_d(q₀, q₁) and p₁ = D₂L_d(q₀, q₁), where p̄ = ∂L/∂q̇ and f̄ = ∂L/∂q + F at the middle of the step:

    p₀ = p̄ − (h/2) f̄,        p₁ = p̄ + (h/2) f̄.

The first is solved for v by Newton's method. The map is symplectic, and keeps the momentum of every symmetry that is
linear in q to round-off (the discrete theorem of Noether). Forces enter by the principle of d'Alembert; under damping
L_d has the factor e^Γ, and the momenta are divided by it: e^{Γ₀−Γ̄}p₀ = p̄ − (h/2) f̄, e^{Γ₁−Γ̄}p₁ = p̄ + (h/2) f̄.

Source: Marsden and West, *Discrete mechanics and variational integrators*, Acta Numerica 10 (2001), §2.2 and §3.2.

>>> import numpy as np
>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> layout = Layout.of({x: (), x.dot: ()})
>>> step = MidpointAction.of(Lagrangian(x.dot**2 / 2, x**2 / 2), layout, {}, lambda time: 0.0)
>>> energy = (step(0.0, np.array([1.0, 0.0]), 0.1) ** 2).sum()  # the midpoint rule keeps what is quadratic
>>> bool(abs(energy - 1) < 1e-14)
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sympy import DiracDelta, S

from symlag.calculus.differential_operators import gradients
from symlag.calculus.jets import Block
from symlag.simulation.evaluator import Evaluator
from symlag.simulation.layout import Layout
from symlag.variational.lagrangian import Lagrangian

MOST_ITERATIONS = 50
ENOUGH = 4e-16  # of a Newton step, relative to the unknown


def not_regular(L: Lagrangian) -> str | None:
    """Why there is no midpoint rule here: it is one of numbers, with second-order equations; None where there is."""
    if any(isinstance(q, Block) for q in L.coordinates):
        return "it has a matrix among its coordinates"
    if L.order != 1:
        return "its energies have second derivatives"
    if L.constraints:
        return "it has constraints"
    return None


@dataclass(frozen=True, eq=False)
class MidpointAction:
    """The step of the midpoint rule, for states that are positions and, behind them, velocities.

    `momenta` has p, `forces` has f, and `slopes` the entries of ∂p/∂q, ∂p/∂q̇, ∂f/∂q and ∂f/∂q̇ at the places `entries`.
    """

    evaluate: Evaluator
    entries: Any
    damping: Callable[[float], float]
    size: int

    @classmethod
    def of(
        cls, L: Lagrangian, layout: Layout, parameters: Mapping[str, Any], damping: Callable[[float], float]
    ) -> Self:
        """The midpoint rule of a Lagrangian with numbers for its parameters."""
        import numpy as np

        q, v = [*L.coordinates], [p.dot for p in L.coordinates]
        slopes = gradients(L.density, [*q, *v])
        values = [*(slopes[one] for one in v), *(slopes[one] + L.generalized_forces.get(one, 0) for one in q)]
        # A slope is for Newton's method alone, so that it may lack what it has where a force jumps.
        smooth = [gradients(value, [*q, *v]) for value in values]
        table = [{one: slope.replace(DiracDelta, lambda *_: S.Zero) for one, slope in row.items()} for row in smooth]
        n = len(q)
        found = [(i, j, row[one]) for i, row in enumerate(table) for j, one in enumerate([*q, *v]) if row[one] != 0]
        entries = np.array([i * 2 * n + j for i, j, _ in found], int)
        evaluate = Evaluator.of([*values, *(value for *_, value in found)], layout, parameters)
        return cls(evaluate, entries, damping, n)

    def __call__(self, time: float, state: Any, step: float) -> Any:
        import numpy as np

        n, half = self.size, step / 2
        q, v = state[:n], state[n:]
        first = math.exp(-half * self.damping(time + half / 2)) * self._linearised(time, q, v)[0]

        def at_start(rate: Any) -> tuple[Any, Any]:
            """p̄ − (h/2) f̄ less what it is to be, and its slope in v."""
            p, f, p_q, p_v, f_q, f_v = self._linearised(time + half, q + half * rate, rate)
            return p - half * f - first, half * p_q + p_v - half * (half * f_q + f_v)

        rate = _newton(at_start, v)
        p, f, *_ = self._linearised(time + half, q + half * rate, rate)
        last = math.exp(-half * self.damping(time + 3 * half / 2)) * (p + half * f)
        end, arrival = time + step, q + step * rate

        def at_end(velocity: Any) -> tuple[Any, Any]:
            """The momentum of a velocity less what it is to be, and its slope."""
            p, _, _, p_v, _, _ = self._linearised(end, arrival, velocity)
            return p - last, p_v

        return np.concatenate((arrival, _newton(at_end, rate)))

    def _linearised(self, time: float, q: Any, v: Any) -> tuple[Any, ...]:
        """p and f at a point, and their slopes in q and v."""
        import numpy as np

        n, values = self.size, np.array(self.evaluate(time, np.concatenate((q, v))))
        flat = np.zeros(4 * n * n)
        flat[self.entries] = values[2 * n :]
        table = flat.reshape(2 * n, 2 * n)
        return values[:n], values[n : 2 * n], table[:n, :n], table[:n, n:], table[n:, :n], table[n:, n:]


def _newton(equations: Callable[[Any], tuple[Any, Any]], guess: Any) -> Any:
    """The zero of some equations near a guess, given their values and slopes; nan where none is found."""
    import numpy as np

    size = math.inf
    for _ in range(MOST_ITERATIONS):
        values, slopes = equations(guess)
        change = np.linalg.solve(slopes, values)
        guess = guess - change
        before, size = size, float(abs(change).max())
        # At round-off the steps stop to shrink.
        if size <= ENOUGH * float(abs(guess).max()) or (size >= before and size <= 1e-10 * float(1 + abs(guess).max())):
            return guess
    return np.full_like(guess, np.nan)
