"""The laws of all symmetries of an action, and of charges that are known first.

Noether's theorem has a converse: a charge C of an action of first order belongs to the symmetry that moves q by
ζ = M⁻¹ ∂C/∂q̇, M the mass matrix, and B = p·ζ − C is its boundary term. So charges that are polynomials in the momenta
become laws whose generators depend on velocities, as that of Laplace, Runge and Lenz does.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> for law in laws(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2)**2)):
...     print(law.generator.name, law.charge)
time translation -x.dot**2/2 - y.dot**2/2 - (x**2 + y**2)**2
rotation x*y.dot - x.dot*y
>>> *_, law = laws(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) / 2), degree=1)
>>> law.charge, law.generator.components, law.defect()
(x*y + x.dot*y.dot, {x: y.dot, y: x.dot}, 0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Add, Expr, Matrix, MatrixSymbol, S

from symlag.calculus.jets import t
from symlag.calculus.operators import gradient, weighted
from symlag.calculus.zero_test import tidy
from symlag.symmetry.determining.equations import admit_first_order
from symlag.symmetry.determining.search import GROWING, Ansatz
from symlag.symmetry.first_integrals import integrals
from symlag.symmetry.integrability import generating, speed
from symlag.symmetry.loss_symmetries import symmetries_of_potential
from symlag.symmetry.matrix_entries import lagrangian_in_entries
from symlag.symmetry.point_symmetries import symmetries
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law, noether


def laws(L: Lagrangian, ansatz: Ansatz = GROWING, degree: int = 0) -> tuple[Law, ...]:
    """The conservation law of every generator that `symmetries` finds.

    With a `degree` those of generators up to that degree in the velocities, too, in so far as their charges are no
    polynomials in the charges without explicit time before them.
    """
    found = tuple(noether(L, X) for X in symmetries(L, ansatz).generators)
    if not degree:
        return found
    known = [C for C in (L.spelling.read(law.charge) for law in found) if not C.has(t)]
    charges = sorted(integrals(L, degree + 1, ansatz).charges, key=speed)
    return (*found, *(converse(L, C) for C in generating([*known, *charges])[len(known) :]))


def laws_in_training(L: Lagrangian, V: Expr, given: Sequence[MatrixSymbol] = ()) -> tuple[Law, ...]:
    """The balance law of every affine field along which a loss V stands still, for blocks of whole size by entries.

    What such a field costs the kinetic energy is the law's `ksb`. Constant matrices that are not `given` stand for all.

    >>> from symlag.variational.generator import scale
    >>> from symlag.calculus.jets import block
    >>> from symlag.learning.losses import invariant_loss
    >>> from symlag.learning.continuous_rules import heavy_ball
    >>> V = invariant_loss("f", scale(block("w", 2)))
    >>> (law,) = laws_in_training(heavy_ball().lagrangian(V, [block("w", 2)]), V)
    >>> law.generator.components, law.sources["potential"]
    ({w_1: w_1, w_2: w_2}, -lambda*w_1**2 - lambda*w_2**2)
    """
    found = symmetries_of_potential(V, given)
    moving = lagrangian_in_entries(L, given)
    return tuple(noether(moving, X) for X in found)


def converse(L: Lagrangian, charge: Expr, name: str = "hidden symmetry") -> Law:
    """The law of a charge of an action of first order, with the symmetry behind it; sources are those on the motion.

    The charge is constant, but for the damping, where (D_t + γ)C = 0: then all sources add up to zero. Source: Olver,
    *Applications of Lie Groups to Differential Equations*, theorem 5.58.
    """
    admit_first_order(L)
    speak, C = L.spelling.speak, L.spelling.read(charge)
    X = Generator(_moves(L, C), name=name)
    motion = {L.spelling.read(jet): L.spelling.read(a) for jet, a in accelerations(L).items()}
    changes = {"kinetic": X.act(L.kinetic), "potential": -X.act(L.potential), "force": S.Zero}
    sources = {part: tidy(change.xreplace(motion)) for part, change in changes.items()}
    sources["boundary"] = tidy(weighted(C, L.damping).xreplace(motion)) - Add(*sources.values())
    return Law(L, X, speak(C), speak(L.damping), {part: speak(value) for part, value in sources.items()})


def _moves(L: Lagrangian, C: Expr) -> dict[Any, Expr]:
    """ζ with M ζ = ∂C/∂q̇."""
    q = L.coordinates
    mass = Matrix([[gradient(gradient(L.density, a.dot), b.dot) for b in q] for a in q])
    moves = mass.LUsolve(Matrix([gradient(C, a.dot) for a in q]))
    return {a: tidy(move) for a, move in zip(q, moves, strict=True)}
