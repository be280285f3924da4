"""Symmetries of the equations of motion, variational or not.

A vector field of characteristic ζ maps solutions of q̈ = a(t, q, q̇) to solutions just where it solves the linearised
equations (Lie; Olver, *Applications of Lie Groups to Differential Equations*, theorem 2.36)

    D̄²ζᵇ = Σ_c (∂aᵇ/∂q_c) ζᶜ + (∂aᵇ/∂q̇_c) D̄ζᶜ,    D̄ = ∂_t + q̇·∂_q + a·∂_q̇.

With ζ = f v, where v is a unit vector for ξ and −q̇ for τ, these are linear equations of second order for f(t, q). They
are counted and solved as those of an action are (`action_symmetries`).

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> algebra = symmetries_of_motion(Lagrangian(x.dot**2 / 2))
>>> algebra.verdict, algebra.name
('8, complete, proved', 'sl(3,ℝ)')
>>> len(algebra.strict), len(algebra.variational)
(3, 5)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Add, Expr, S

from symlag.calculus.differential_operators import directional, gradient
from symlag.calculus.jets import t
from symlag.symmetry.action_symmetries import algebra_of_solutions
from symlag.symmetry.determining_equations.ansatz import DEFAULT_ANSATZ, Ansatz
from symlag.symmetry.determining_equations.equations import System, Term, flow, operator, require_first_order
from symlag.symmetry.lie.algebra import Algebra
from symlag.variational.equations_of_motion import regular_accelerations
from symlag.variational.lagrangian import Lagrangian


def symmetries_of_motion(L: Lagrangian, ansatz: Ansatz = DEFAULT_ANSATZ) -> Algebra:
    """The Lie point symmetries of the equations of motion of an action of first order, as a Lie algebra.

    Parameters
    ----------
    L : Lagrangian
        An action of first order over coordinates that are numbers, with damping, forces and dissipation or without.
    ansatz : Ansatz
        What the coefficients of generators are tried as. By default polynomials, of degree 6 and more, in time, the
        coordinates and the functions that occur in L.

    Returns
    -------
    Algebra
        A sequence of generators: first those that keep L dt, then those that change it by a differential, then those
        that keep the equations of motion alone. Forces are no part of L dt: what they feed into a charge, `noether`
        says. `kinds` marks each; `strict` and `variational` are the first two sorts.

    Raises
    ------
    SymlagError
        Where L is not of first order, has constraints, a degenerate mass matrix, or a function that the search does
        not know.
    CoordinateError
        Where a coordinate is a block or a field.

    References
    ----------
    Olver, *Applications of Lie Groups to Differential Equations*, §2.4 and theorem 4.34.

    Examples
    --------
    Kepler's third law is the dilation t → s³t, q → s²q, which keeps the equations of motion, but not the action.

    >>> from sympy import sqrt
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> algebra = symmetries_of_motion(Lagrangian((x.dot**2 + y.dot**2) / 2, -1 / sqrt(x**2 + y**2)))
    >>> [(X.name, kind) for X, kind in zip(algebra, algebra.kinds)]
    [('time translation', 'L dt'), ('rotation', 'L dt'), ('dilation', 'the motion')]
    >>> algebra[-1].tau, algebra[-1].components
    (3*t, {x: 2*x, y: 2*y})
    """
    # The search for symmetries is loaded when there is something to search.
    from symlag.symmetry.determining_equations.analysis import analyse
    from symlag.symmetry.determining_equations.ansatz_search import explicit_solutions
    from symlag.symmetry.determining_equations.candidate_functions import likely_expressions
    from symlag.symmetry.determining_equations.corners import require_no_jumps, solutions_across_corners
    from symlag.symmetry.determining_equations.linear_equations_in_time import modes_of_linear_motion
    from symlag.symmetry.divergence_symmetries import basis_by_kind
    from symlag.symmetry.driving import carried_along, with_potential_forces, without_driving

    L = with_potential_forces(L)
    require_first_order(L, forced=True)
    require_no_jumps(L)
    # Forces that depend on velocities are no part of an action that could be freed of its driving.
    free, motion = (L, {}) if L.generalized_forces else without_driving(L)
    system = linearised_equations(free)
    analysis = analyse(system, modes_of_linear_motion(free))
    solutions = explicit_solutions(
        system, analysis, [*likely_expressions(free), *free.generalized_forces.values()], ansatz
    )
    solutions = [carried_along(f, motion) for f in solutions_across_corners(system, solutions, analysis.values)]
    algebra = algebra_of_solutions(L, analysis, solutions)
    basis = basis_by_kind(L, [X.map(L.notation.to_jets) for X in algebra.generators], analysis.values)
    return replace(algebra, generators=tuple(map(algebra.combination, basis)))


def linearised_equations(L: Lagrangian) -> System:
    """The determining equations of all point symmetries of the motion.

    With ζ = f v and R = D̄v: D̄ζ = (D̄f)v + fR, and D̄²ζ = (D̄²f)v + 2(D̄f)R + fD̄R. Here D̄f = Df, D = ∂_t + q̇·∂_q,
    for an f of t and q, and D̄²f = D²f + Σ_a a ∂f/∂q_a.
    """
    motion = {jet.root.dot: a for jet, a in regular_accelerations(L).items()}
    variables, speeds = (t, *L.coordinates), flow(L)
    along = {**speeds, **motion}
    directions: list[Mapping[Any, Expr]] = [{q: -q.dot for q in L.coordinates}, *({a: S.One} for a in L.coordinates)]
    equations = []
    for b in L.coordinates:
        terms: list[Term] = []
        for i, v in enumerate(directions):
            rate = {q: directional(part, along) for q, part in v.items()}
            by_q = {q: gradient(motion[b.dot], q) for q in v}
            by_velocity = {q: gradient(motion[b.dot], q.dot) for q in v}
            second_rate = directional(rate[b], along) if b in v else S.Zero
            terms.append((i, (), second_rate - Add(*(by_q[q] * v[q] + by_velocity[q] * rate[q] for q in v))))
            factor = 2 * rate.get(b, S.Zero) - Add(*(by_velocity[q] * v[q] for q in v))
            v_b = v.get(b, S.Zero)
            terms += [(i, (z,), speed * factor) for z, speed in speeds.items()]
            terms += [(i, (z, y), u * w * v_b) for z, u in speeds.items() for y, w in speeds.items()]
            terms += [(i, (q,), motion[q.dot] * v_b) for q in L.coordinates]
        equations.append(operator(variables, terms))
    return System(variables, variables, tuple(equations))
