"""All point symmetries of an action, and the proof that there are no more.

A point symmetry of ∫ e^Γ L dt is a vector field X = τ(t, q)∂_t + ξᵃ(t, q)∂_a along which the action changes by a
boundary term at most. They form a Lie algebra, the solutions of linear differential equations
(`determining_equations.equations`).

1. The number of solutions is bounded first, whatever their form (`determining_equations.solution_dimension`).
2. Along cyclic variables, such as the time of an autonomous action, solutions are exponentials, oscillations and
   powers, which the count reveals (`determining_equations.cyclic_modes`).
3. In the other variables polynomials of growing degree are tried, in them and in the functions that occur in L
   (`determining_equations.ansatz_search`).
4. Where as many independent generators are found as the bound allows, the list is complete: that is a proof.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> algebra = symmetries(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2)**2))
>>> [X.name for X in algebra], algebra.complete
(['time translation', 'rotation'], True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Expr

from symlag.calculus.differential_operators import gradient
from symlag.calculus.jets import jets, t
from symlag.symmetry.determining_equations.ansatz import DEFAULT_ANSATZ, Ansatz
from symlag.symmetry.determining_equations.equations import (
    bessel_hagen_equation,
    invariance_equations,
    require_particles,
)
from symlag.symmetry.generator_normal_form import normal_form
from symlag.symmetry.lie.algebra import Algebra
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

if TYPE_CHECKING:
    from symlag.symmetry.determining_equations.analysis import Analysis


def symmetries(L: Lagrangian, ansatz: Ansatz = DEFAULT_ANSATZ) -> Algebra:
    """The point symmetries of the action ∫ e^Γ L dt, divergence symmetries included, as a Lie algebra.

    Parameters
    ----------
    L : Lagrangian
        An action over coordinates that are numbers, of any order, with damping or without. Forces have a potential.
    ansatz : Ansatz
        What the coefficients τ and ξ are tried as. By default polynomials, of degree 6 and more, in time, coordinates
        and the functions that occur in L.

    Returns
    -------
    Algebra
        A sequence of generators. `complete` says whether there are provably no others, `verdict` says it in words, and
        `name` is the name of the Lie algebra.

    Raises
    ------
    SymlagError
        Where L has forces without a potential, no equation of motion, or a function that the search does not know.
    CoordinateError
        Where a coordinate is a block or a field.

    References
    ----------
    Bessel-Hagen, Math. Ann. 84, 258 (1921). Olver, *Applications of Lie Groups to Differential Equations*, §4.4.

    Examples
    --------
    The harmonic oscillator has five: time translation, two that stretch time, and two that add a solution.

    >>> from sympy import symbols
    >>> from symlag.calculus.jets import coordinates
    >>> x, k = coordinates("x"), symbols("k", positive=True)
    >>> algebra = symmetries(Lagrangian(x.dot**2 / 2, k * x**2 / 2))
    >>> algebra.verdict, algebra.name
    ('5, complete, proved', 'sl(2,ℝ) ⋉ ℝ²')
    >>> algebra[-1]
    Generator(solution: sin(sqrt(k)*t) ∂x)
    """
    # The search for symmetries is loaded when there is something to search.
    from symlag.symmetry.determining_equations.analysis import analyse
    from symlag.symmetry.determining_equations.ansatz_search import explicit_solutions
    from symlag.symmetry.determining_equations.candidate_functions import likely_expressions
    from symlag.symmetry.determining_equations.corners import require_no_jumps, solutions_across_corners
    from symlag.symmetry.determining_equations.linear_equations_in_time import modes_of_linear_motion
    from symlag.symmetry.driving import carried_along, with_potential_forces, without_driving
    from symlag.symmetry.region_of_reality import region_of_validity

    L = with_potential_forces(L)
    require_particles(L)
    require_no_jumps(L)
    free, motion = without_driving(L)
    if L.order == 1:
        # Without B there are fewer unknowns to search for; with it the equations are of lower order, better to count.
        counted, solved = bessel_hagen_equation(free), invariance_equations(free)
    else:
        from symlag.symmetry.determining_equations.higher_order import invariance_equations_of_any_order

        counted = solved = invariance_equations_of_any_order(free)
    analysis = analyse(counted, modes_of_linear_motion(free), solved)
    solutions = explicit_solutions(solved, analysis, likely_expressions(free), ansatz)
    solutions = [carried_along(f, motion) for f in solutions_across_corners(solved, solutions, analysis.values)]
    algebra = algebra_of_solutions(L, analysis, solutions)
    generators = tuple(_with_name_of_isometry(L, X) for X in algebra.generators)
    region = region_of_validity(L, [X.map(L.notation.to_jets) for X in generators])
    return replace(algebra, generators=generators, region=region)


def algebra_of_solutions(L: Lagrangian, analysis: Analysis, solutions: Iterable[Mapping[Any, Expr]]) -> Algebra:
    """The algebra of the generators with the given coefficients, in normal form, those that move time first."""
    generators: list[Generator] = []
    for solution in solutions:
        components = {q: xi for q, xi in solution.items() if q != t and xi != 0}
        generators.append(normal_form(Generator(components, solution[t])))
    generators.sort(key=lambda X: (X.tau == 0, X.tau.count_ops(), str(X.components)))
    return Algebra(L, tuple(X.map(L.notation.to_functions) for X in generators), analysis.bound, analysis.values)


def _with_name_of_isometry(L: Lagrangian, X: Generator) -> Generator:
    """The generator under the name "isometry" where it is one of the metric, and has no better name.

    Where T is quadratic in velocities, each symmetry that leaves time alone is an isometry of the mass metric: no other
    part of XL is quadratic in velocities.
    """
    metric = [gradient(gradient(L.density, a.dot), b.dot) for a in L.coordinates for b in L.coordinates]
    quadratic = L.order == 1 and all(jet == jet.root for jet in jets(*metric))
    unnamed = X.name == "symmetry" and X.tau == 0 and not any(xi.has(t) for xi in X.components.values())
    return replace(X, name="isometry") if quadratic and unnamed else X
