"""Driving forces, taken out of an action by going over to coordinates that move with a particular solution.

**Theorem.** Let the expressions E_i of Euler and Lagrange be E_i(t, q, q̇, q̈) = E°_i + f_i(t), where E° is zero at rest
at the origin, and let s(t) be a motion with

    E°_i(t, q + s, q̇ + ṡ, q̈ + s̈) = E°_i(t, q, q̇, q̈) − f_i(t)    for all q, q̇, q̈.

Then q ↦ q + s(t) maps the motions of the action L − Σ f_i q_i, which is not driven, to those of L, and its symmetries
τ∂_t + ξ·∂_q to

    τ(t, q − s) ∂_t + (ξ(t, q − s) + ṡ τ(t, q − s))·∂_q.

For the two actions have the same equations of motion in these coordinates, so that they differ by a total derivative.
Such an s lies in directions n in which E° is affine: all of them for an oscillator, a translation of all bodies
together for bodies that act on each other (Kohn 1961).

A force that has a potential U(t, q) belongs to the action: F_i = −∂U/∂q_i is the same as U in V.

>>> from sympy import cos
>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> driven = Lagrangian(x.dot**2 / 2, x**2 / 2 - x * cos(2 * t))
>>> free, motion = without_driving(driven)
>>> free.density, motion
(-x**2/2 + x.dot**2/2, {x: -cos(2*t)/3})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from sympy import Add, Dummy, Expr, Rational, S, expand, expand_mul, linsolve, nan, oo, zoo

from symlag.calculus.differential_operators import eulers, gradient
from symlag.calculus.exponential_polynomials import closed_under_derivatives, coefficients_of_functions
from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import Jet, jets, t
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import vanishes
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError, Vector, null_space, rational_reconstruction
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.lagrangian import Lagrangian

# Points at which directions are compared.
POINTS = 4

Motion = Mapping[Jet, Expr]


def with_potential_forces(L: Lagrangian) -> Lagrangian:
    """The same mechanics with those forces that have a potential in V; the Lagrangian itself where they have none."""
    if not L.forces or any(jet != jet.root for jet in jets(*L.forces.values())):
        return L
    # The potential is that at one time.
    now = Dummy("t", real=True)
    power = Add(*(F.subs(t, now) * q.dot for q, F in L.forces.items()))
    U = -antiderivative(power).subs(now, t)
    if not all(vanishes(gradient(U, q) + L.forces.get(q, S.Zero)) for q in L.coordinates):
        return L
    return Lagrangian(L.kinetic, L.potential + U, L.coordinates, L.damping, constraints=L.constraints)


def without_driving(L: Lagrangian) -> tuple[Lagrangian, Motion]:
    """The action that is not driven, and the motion s that takes it there; no motion where there is none to find."""
    if L.order != 1 or not (L.density.has(t) or L.damping.has(t)):
        return L, {}
    E = [*eulers(L.density, L.coordinates, L.damping).values()]
    rest = dict.fromkeys(jets(*E), S.Zero)
    forces = [normal_form(e.subs(rest)) for e in E]
    if not any(forces) or any(f.has(nan, zoo, oo) or jets(f) for f in forces):
        return L, {}
    s = _particular_solution(L.coordinates, E, forces)
    if s is None:
        return L, {}
    driving = Add(*(f * q for f, q in zip(forces, L.coordinates, strict=True)))
    return Lagrangian(expand(L.density - driving), coordinates=L.coordinates, damping=L.damping), s


def carried_along(solution: Mapping[Any, Expr], s: Motion) -> dict[Any, Expr]:
    """The symmetry of the driven action that belongs to one of that which is not."""
    if not s:
        return dict(solution)
    back = {q: q - move for q, move in s.items()}
    moved = {unknown: f.subs(back, simultaneous=True) for unknown, f in solution.items()}
    return {u: expand_mul(f + s[u].diff(t) * moved[t]) if u in s else expand_mul(f) for u, f in moved.items()}


def _particular_solution(q: Sequence[Jet], E: Sequence[Expr], forces: Sequence[Expr]) -> Motion | None:
    """An s that consists of the functions in the forces and their derivatives, times powers of t at resonance."""
    directions = _affine_directions(q, E)
    functions = closed_under_derivatives([S.One, *forces], t)
    if functions is None or not directions:
        return None
    for powers in ((0,), (0, 1), (0, 1, 2)):
        unknowns = {(d, m): Dummy() for d in range(len(directions)) for m in product(powers, range(len(functions)))}
        s = {
            a: Add(*(c * directions[d][i] * t**n * functions[m] for (d, (n, m)), c in unknowns.items()))
            for i, a in enumerate(q)
        }
        shift = {jet: s[jet.root].diff(t, sum(jet.order)) for jet in jets(*E)}
        moved = [
            Add(*(gradient(e, jet) * move for jet, move in shift.items())) + f for e, f in zip(E, forces, strict=True)
        ]
        conditions = [c for e in moved for c in coefficients_of_functions(expand(e), t)]
        if any(jets(c) for c in conditions):
            return None
        for answer in linsolve(conditions, [*unknowns.values()]):
            values = {
                c: a.xreplace(dict.fromkeys(unknowns.values(), S.Zero))
                for c, a in zip(unknowns.values(), answer, strict=True)
            }
            return {a: move.xreplace(values) for a, move in s.items()}
    return None


def _affine_directions(q: Sequence[Jet], E: Sequence[Expr]) -> list[list[Expr]]:
    """A basis of the constant n for which Σ_j n_j ∂E_i/∂q_j is free of jets, for every i, and so with q̇_j and q̈_j."""
    slopes = [
        [gradient(e, jet) for jet in row] for e in E for row in zip(*(_jets_up_to_second(a) for a in q), strict=True)
    ]
    differing = [row for row in slopes if jets(*row)]
    rows: list[Vector] = [[0] * len(q)]
    prime, values = PRIMES[0], list[list[Vector]]()
    symbols = {s for row in differing for e in row for s in e.free_symbols if not isinstance(s, Jet)}
    constants = {s: int(Specialization(prime).draw(s)) for s in symbols}
    for point in range(10 * POINTS):
        at = Specialization(prime, constants, (), point, point)
        try:
            values.append([[at.value(e) for e in row] for row in differing])
        except UnluckyError:
            continue
        if len(values) == POINTS:
            break
    for other in values[1:]:
        rows += [[(b - a) % prime for a, b in zip(*pair, strict=True)] for pair in zip(values[0], other, strict=True)]
    vectors = [[rational_reconstruction(c, prime) for c in v] for v in null_space(rows, prime)]
    return [[Rational(*c) for c in v if c] for v in vectors if None not in v]


def _jets_up_to_second(q: Jet) -> tuple[Jet, Jet, Jet]:
    """A coordinate, its velocity and its acceleration."""
    return q, q.dot, q.dot.dot
