"""Symplectic integrators of separable mechanics: Störmer and Verlet's method, and its compositions of higher order.

**Theorem.** Where L = ½⟨q̇, M q̇⟩ − V(q, t) with a mass matrix M that stands still, the flow of the kinetic energy alone
and that of the potential alone are shears, and symplectic. Verlet's step is half a kick by V, a drift, and half a kick.
It is its own adjoint, and of order 2. Composed with itself at steps wᵢh, Σwᵢ = 1, it stays symplectic; where
Σwᵢ^{k+1} = 0 as well, it is of order k + 2 instead of k. Yoshida's triple is w, 1 − 2w, w with w = 1/(2 − 2^{1/(k+1)});
Suzuki's quintuple w, w, 1 − 4w, w, w with w = 1/(4 − 4^{1/(k+1)}) takes smaller steps, and has a smaller error.

Damping γ shrinks the velocities by e^{−∫γ} between the kicks, exactly where γ is constant. The map is then *conformally
symplectic*, as the flow is: the symplectic form shrinks by e^{−∫γ}, whatever the step.

Sources: Yoshida, Phys. Lett. A 150 (1990); Suzuki, Phys. Lett. A 146 (1990); Hairer, Lubich and Wanner, *Geometric
Numerical Integration*, §II.4 and §VI.3; McLachlan and Perlmutter, J. Geom. Phys. 39 (2001).

>>> [round(w, 3) for w in weights("yoshida4")]
[1.351, -1.702, 1.351]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Dummy, MatrixSymbol, S

from symlag.calculus.differential_operators import directional, gradient
from symlag.calculus.jets import Block, jets, t
from symlag.calculus.matrices import zero_like
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import vanishes
from symlag.simulation.dynamics import Dynamics
from symlag.variational.lagrangian import Lagrangian

COMPOSITIONS = {"verlet": (2, 2), "yoshida4": (3, 4), "yoshida6": (3, 6), "suzuki4": (5, 4), "suzuki6": (5, 6)}


def weights(name: str) -> tuple[float, ...]:
    """The steps of a composition, as parts of the whole step."""
    stages, order = COMPOSITIONS[name]
    parts: tuple[float, ...] = (1.0,)
    outer = stages - 1  # as many equal steps, half of them before and half of them after the long one backwards
    for k in range(2, order, 2):
        w = 1 / (outer - outer ** (1 / (k + 1)))
        side = tuple(w * part for part in parts) * (outer // 2)
        parts = (*side, *((1 - outer * w) * part for part in parts), *side)
    return parts


def not_separable(L: Lagrangian) -> str | None:
    """Why the mechanics is not the sum of a kinetic energy ½⟨q̇, M q̇⟩, M constant, and a potential; None where it is."""
    if L.order != 1:
        return "it has no second-order equations of motion"
    if L.generalized_forces:
        return "its forces stand outside the action"
    if L.constraints:
        return "it has constraints"
    velocities = [q.dot for q in L.coordinates]
    at_rest = {v: zero_like(v) if isinstance(v, Block) else S.Zero for v in velocities}
    along = {v: MatrixSymbol(f"{v.stem}_probe", *v.shape) if isinstance(v, Block) else Dummy() for v in velocities}
    for v in velocities:
        momentum = gradient(L.density, v)
        if not vanishes(normal_form(momentum.xreplace(at_rest))):
            return f"the momentum of {v.root} does not vanish at rest"
        mass = normal_form(directional(momentum, along))
        if jets(mass) or mass.has(t):
            return f"the mass that {v.root} moves with does not stand still"
    return None


@dataclass(frozen=True, eq=False)
class Composition:
    """The step of a composition of Verlet's method, for states that are positions and, behind them, velocities."""

    dynamics: Dynamics
    damping: Callable[[float], float]
    parts: tuple[float, ...]

    def __call__(self, time: float, state: Any, step: float) -> Any:
        import numpy as np

        n = self.dynamics.unknowns.size
        q, v = state[:n], state[n:]
        pull = self._pull(time, q)
        for part in self.parts:
            h = part * step
            v = math.exp(-h / 2 * self.damping(time + h / 4)) * (v + h / 2 * pull)
            q = q + h * v
            pull = self._pull(time + h, q)
            v = math.exp(-h / 2 * self.damping(time + 3 * h / 4)) * v + h / 2 * pull
            time += h
        return np.concatenate((q, v))

    def _pull(self, time: float, q: Any) -> Any:
        """The acceleration by the potential: at rest, damping takes nothing."""
        import numpy as np

        return self.dynamics.highest(time, np.concatenate((q, np.zeros_like(q))))
