"""Equations of motion solved for the highest derivatives, whatever these are.

**Definitions.** The leading derivatives of a system of equations are, of each coordinate, the highest derivative that
occurs; the *leading matrix* has the derivatives of the equations by them. For L = T − V it is minus the mass matrix
∂²L/∂q̇∂q̇; beside constraints it is the augmented matrix [[−M, Aᵀ], [A, 0]] over (q̈, λ).

**Theorem** (Dirac and Bergmann). Where the leading matrix is regular, the equations are solved for the leading
derivatives. Where it is not, a combination w of the equations with w·(leading matrix) = 0 has lower derivatives alone.
It is a constraint on the state, holds at all times, and so its rate D_t is an equation, too, which takes the place of
one of those combined. This ends in a regular matrix, or in a combination that is 0, some motion being left free, or in
one that is a constant other than 0: then there is no motion.

Source: Dirac, *Lectures on Quantum Mechanics*, lecture 1; for L + λg, the index reduction of Hairer and Wanner,
*Solving Ordinary Differential Equations II*, §VII.1.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> solve_for_leading({x: -x.dot.dot - x, y: x - y}, (x, y))
{x.dot.dot: -x, y: x}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Add, Expr, Matrix, S

from symlag.calculus.differential_operators import total
from symlag.calculus.differentiation_rules import partial_derivatives
from symlag.calculus.jets import jets
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import vanishes
from symlag.errors import CoordinateError, SymlagError


def solve_for_leading(equations: Mapping[Any, Expr], coordinates: Sequence[Any]) -> dict[Any, Expr]:
    """The highest derivatives of numbers, from as many equations, those that hide in degenerate ones included."""
    rows = list(equations.values())
    leading, matrix = leading_derivatives(rows, coordinates)
    names = ", ".join(map(str, leading))
    for _ in range(1 + sum(q.order[0] + 1 for q in leading)):
        rows = [_raised(row, leading, coordinates) for row in rows]
        matrix = leading_matrix(rows, leading)
        hidden = _hidden_equation(matrix, rows, leading)
        if hidden is None:
            return solve_linear(rows, leading, matrix)
        replaced, rest = hidden
        if not any(jet.root in coordinates for jet in jets(rest)) and rest != 0:
            wrong = f"their equations contradict each other, for together they read {rest} = 0"
            raise SymlagError(names, wrong, "an L that some motion obeys")
        if rest == 0:
            break
        rows[replaced] = rest
    wrong = "the mass matrix is degenerate, they cannot be solved for"
    raise CoordinateError(names, wrong, "T with every velocity in it")


def solve_regular(equations: Mapping[Any, Expr]) -> dict[Any, Expr]:
    """The unknowns, each named beside one of the equations; `CoordinateError` where their matrix is degenerate."""
    unknowns, rows = list(equations), list(equations.values())
    matrix = leading_matrix(rows, unknowns)
    if vanishes(matrix.det()):
        names = ", ".join(map(str, unknowns))
        wrong = "the mass matrix is degenerate, they cannot be solved for"
        raise CoordinateError(names, wrong, "T with every velocity in it")
    return solve_linear(rows, unknowns, matrix)


def leading_derivatives(equations: Sequence[Expr], coordinates: Sequence[Any]) -> tuple[list[Any], Matrix]:
    """The highest derivative of each coordinate that the equations depend on, and the leading matrix."""
    leading = [
        max([q, *(jet for jet in jets(*equations) if jet.root == q)], key=lambda jet: jet.order) for q in coordinates
    ]
    while True:
        matrix = leading_matrix(equations, leading)
        # Where the highest derivatives cancel, as in L = -q q.dot.dot / 2, the next ones lead.
        idle = [j for j, u in enumerate(leading) if u != u.root and all(map(vanishes, matrix[:, j]))]
        if not idle:
            return leading, matrix
        for j in idle:
            leading[j] = leading[j].at((leading[j].order[0] - 1,))


def leading_matrix(equations: Sequence[Expr], leading: Sequence[Any]) -> Matrix:
    """The derivatives of the equations by the leading ones; `SymlagError` where they are not linear in these."""
    matrix = Matrix([[slopes[u] for u in leading] for slopes in (partial_derivatives(e, leading) for e in equations)])
    if matrix.has(*leading) and matrix.applyfunc(normal_form).has(*leading):
        names = ", ".join(map(str, leading))
        raise SymlagError(names, "they do not enter linearly, so that they are not solved for", "T quadratic in them")
    return matrix


def solve_linear(equations: Sequence[Expr], unknowns: Sequence[Any], matrix: Matrix) -> dict[Any, Expr]:
    """The unknowns of equations that are linear in them, with a regular matrix."""
    return dict(zip(unknowns, map(normal_form, -matrix.LUsolve(Matrix(_rests(equations, unknowns)))), strict=True))


def _rests(equations: Sequence[Expr], unknowns: Sequence[Any]) -> list[Expr]:
    """What is left of equations where the unknowns are 0."""
    return [e.xreplace(dict.fromkeys(unknowns, S.Zero)) for e in equations]


def _raised(equation: Expr, leading: Sequence[Any], coordinates: Sequence[Any]) -> Expr:
    """The equation, or its rate of that order at which leading derivatives occur in it."""
    highest = {q.root: q.order[0] for q in leading}
    missing = [highest[jet.root] - jet.order[0] for jet in jets(equation) if jet.root in coordinates]
    for _ in range(min(missing, default=0)):
        equation = total(equation)
    return equation


def _hidden_equation(matrix: Matrix, equations: Sequence[Expr], leading: Sequence[Any]) -> tuple[int, Expr] | None:
    """A combination of the equations without leading derivatives, and the last equation in it; none where regular."""
    if not vanishes(matrix.det()):
        return None
    weights = matrix.T.nullspace(iszerofunc=vanishes)[0]
    combined = Add(*(w * rest for w, rest in zip(weights, _rests(equations, leading), strict=True)))
    return max(i for i, w in enumerate(weights) if w != 0), normal_form(combined)
