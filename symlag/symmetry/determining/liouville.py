"""Swings under a friction that changes with time: the functions that their symmetries are made of.

Let q̈ + γ(t)q̇ + k(t)q be all that has q in an equation of motion. Where κ = k − γ̇/2 − γ²/4 is constant, q = e^{−Γ/2}u
with Γ̇ = γ and ü + κu = 0 (Liouville's normal form): solutions swing at √κ, and the squares that stretch time at 2√κ.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> [mode.functions for mode in swings(Lagrangian(x.dot**2 / 2, x**2 / 2, damping=2 / t))]
[(1/t,), (cos(t), sin(t)), (cos(2*t), sin(2*t))]
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Integral, S, exp, integrate, powsimp

from symlag.calculus.jets import Jet, jets, t
from symlag.calculus.operators import gradient
from symlag.calculus.zero_test import tidy
from symlag.errors import SymlagError
from symlag.symmetry.determining.cyclic_modes import Mode, swinging
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.lagrangian import Lagrangian


def swings(L: Lagrangian) -> tuple[Mode, ...]:
    """What solutions of equations of motion that are linear, and know the time, are made of, where that is known."""
    if L.order > 1 or not (L.density.has(t) or L.damping.has(t)):
        return ()
    try:
        found = [L.spelling.read(a) for a in accelerations(L).values()]
    except SymlagError:
        return ()
    return tuple(dict.fromkeys(mode for q, a in zip(L.coordinates, found, strict=True) for mode in _modes(q, a)))


def _modes(q: Jet, acceleration: Expr) -> Iterator[Mode]:
    """The decay of one coordinate, its swing, and that of twice the frequency."""
    friction, stiffness = (-gradient(acceleration, jet) for jet in (q.dot, q))
    if jets(friction, stiffness) or not friction.has(t):
        return
    square = tidy(stiffness - friction.diff(t) / 2 - friction**2 / 4)
    if not square.has(t) and not (decay := integrate(friction / 2, t)).has(Integral):
        yield Mode((powsimp(exp(-decay)),), 1)
        yield from (swinging(S.Zero, -n * square, 1, t) for n in (1, 4) if square != 0)
