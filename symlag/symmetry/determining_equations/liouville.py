"""Basis functions of explicitly time-dependent linear oscillators, by Liouville's normal form.

Let q̈ + γ(t)q̇ + k(t)q be all that has q in its equation of motion. With Γ̇ = γ and q = e^{−Γ/2}u this is e^{−Γ/2}(ü +
κu),

    κ = k − γ̇/2 − γ²/4    (Liouville 1837).

Where κ is constant, solutions are e^{−Γ/2} times cos √κt and sin √κt. Products of two solutions of ü + κu = 0 stretch
time in a conformal symmetry; they have twice the frequency.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> [mode.functions for mode in oscillator_modes(Lagrangian(x.dot**2 / 2, x**2 / 2, damping=2 / t))]
[(1/t,), (cos(t), sin(t)), (cos(2*t), sin(2*t))]
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Integral, S, exp, integrate, powsimp

from symlag.calculus.differential_operators import gradient
from symlag.calculus.jets import Jet, jets, t
from symlag.calculus.normal_form import normal_form
from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.cyclic_modes import Mode, oscillating_mode
from symlag.variational.equations_of_motion import regular_accelerations
from symlag.variational.lagrangian import Lagrangian


def oscillator_modes(L: Lagrangian) -> tuple[Mode, ...]:
    """The functions of time that solutions are made of, of each coordinate with time-dependent linear friction."""
    if L.order > 1 or not (L.density.has(t) or L.damping.has(t)):
        return ()
    try:
        motion = list(regular_accelerations(L).values())
    except SymlagError:
        return ()
    return tuple(dict.fromkeys(mode for q, a in zip(L.coordinates, motion, strict=True) for mode in _modes(q, a)))


def _modes(q: Jet, acceleration: Expr) -> Iterator[Mode]:
    """e^{−Γ/2}, and oscillations at √κ and 2√κ; none where κ depends on time."""
    friction, stiffness = (-gradient(acceleration, jet) for jet in (q.dot, q))
    if jets(friction, stiffness) or not friction.has(t):
        return
    kappa = normal_form(stiffness - friction.diff(t) / 2 - friction**2 / 4)
    if not kappa.has(t) and not (decay := integrate(friction / 2, t)).has(Integral):
        yield Mode((powsimp(exp(-decay)),), 1)
        yield from (oscillating_mode(S.Zero, -n * kappa, 1, t) for n in (1, 4) if kappa != 0)
