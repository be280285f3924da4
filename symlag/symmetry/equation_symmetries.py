"""Symmetries of the equations of motion, variational or not.

A field of characteristic ζ maps solutions of q̈ = a(t, q, q̇) to solutions just where it solves the linearised equations

    D̄²ζᵇ = Σ_c (∂aᵇ/∂q_c) ζᶜ + (∂aᵇ/∂q̇_c) D̄ζᶜ,    D̄ = ∂_t + q̇·∂_q + a·∂_q̇.

With ζ = f v, where v is a unit vector for ξ and −q̇ for τ, these are linear equations of second order for f(t, q).

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> found = symmetries_of_motion(Lagrangian(x.dot**2 / 2))
>>> found.verdict, found.name
('8, complete, proved', 'sl(3,ℝ)')
>>> len(found.strict), len(found.variational)
(3, 5)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sympy import Add, Expr, S

from symlag.calculus.jets import t
from symlag.calculus.operators import directional, gradient
from symlag.symmetry.determining.analysis import survey
from symlag.symmetry.determining.equations import System, admit_first_order, equation_of, flow, no, one, sum_of
from symlag.symmetry.determining.liouville import swings
from symlag.symmetry.determining.search import GROWING, Ansatz, search
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.point_symmetries import algebra_of
from symlag.symmetry.variational_part import adapted
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.lagrangian import Lagrangian


def symmetries_of_motion(L: Lagrangian, ansatz: Ansatz = GROWING) -> Algebra:
    """The Lie point symmetries of the equations of motion of an action of first order.

    Those of the action are among them: the generators that keep L dt come first, then those that change it by a
    differential, then those that keep the motion alone (`kinds`, `strict`, `variational`). Source: Olver, *Applications
    of Lie Groups to Differential Equations*, §2.4 and theorem 4.34.
    """
    admit_first_order(L)
    system = linearised(L)
    known = survey(system, swings(L))
    found = algebra_of(L, known, search(system, known, [L.density, L.damping], ansatz))
    basis = adapted(L, [X.map(L.spelling.read) for X in found.generators], found.page)
    return replace(found, generators=tuple(map(found.combination, basis)))


def linearised(L: Lagrangian) -> System:
    """The determining equations of all point symmetries of the motion."""
    motion = {q.dot: L.spelling.read(a) for q, a in zip(L.coordinates, accelerations(L).values(), strict=True)}
    variables = (t, *L.coordinates)
    fields = [{q: -q.dot for q in L.coordinates}, *({a: S.One} for a in L.coordinates)]
    equations = (
        equation_of(term for i, v in enumerate(fields) for term in _terms(L, motion, i, v, b)) for b in L.coordinates
    )
    return System(variables, variables, tuple(equations))


def _terms(
    L: Lagrangian, motion: Mapping[Any, Expr], i: int, v: Mapping[Any, Expr], b: Any
) -> Iterator[tuple[Any, Expr]]:
    """The coefficients of f and of its derivatives in the equation of q_b."""
    along = {**flow(L), **motion}
    rate = {q: directional(part, along) for q, part in v.items()}
    pull = {q: gradient(motion[b.dot], q) for q in v}
    drag = {q: gradient(motion[b.dot], q.dot) for q in v}
    bend = directional(rate[b], along) if b in v else S.Zero
    yield (i, no(L)), bend - Add(*(pull[q] * v[q] + drag[q] * rate[q] for q in v))
    slope = 2 * rate.get(b, S.Zero) - Add(*(drag[q] * v[q] for q in v))
    for z, speed in flow(L).items():
        yield (i, one(L, z)), speed * slope
        for y, other in flow(L).items():
            yield (i, sum_of(one(L, z), one(L, y))), speed * other * v.get(b, S.Zero)
    for q in L.coordinates:
        yield (i, one(L, q)), motion[q.dot] * v.get(b, S.Zero)
