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
from math import prod
from typing import Any

from sympy import Add, Expr, Matrix, Mul, Pow, S, cos, expand, fraction, sin

from symlag.calculus.differential_operators import directional, scaled, total
from symlag.calculus.differentiation_rules import partial_derivatives
from symlag.calculus.jets import jets, t
from symlag.calculus.linear_systems import LinearSolution, Rows, regular_at_random_points, solve_linear_system
from symlag.calculus.normal_form import lowest_terms, normal_form
from symlag.calculus.zero_test import vanishes
from symlag.errors import CoordinateError, SymlagError

SOON_EXPANDED, SOON_CANCELLED = 400, 60  # terms that an expression is expanded to, and cancelled in, without delay
DEGENERATE = "the mass matrix is degenerate, they cannot be solved for", "T with every velocity in it"


def solve_for_leading(
    equations: Mapping[Any, Expr], coordinates: Sequence[Any], degenerate: tuple[str, str] = DEGENERATE
) -> dict[Any, Expr]:
    """The highest derivatives of numbers, from as many equations, those that hide in degenerate ones included.

    `degenerate` says what is wrong and what to write where a motion is left free.
    """
    rows = list(equations.values())
    leading = leading_derivatives(rows, coordinates)
    names = ", ".join(map(str, leading))
    for _ in range(1 + sum(q.order[0] + 1 for q in leading)):
        rows = [raised(row, leading, coordinates) for row in rows]
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
    raise CoordinateError(names, *degenerate)


def solve_regular(equations: Mapping[Any, Expr], degenerate: tuple[str, str] = DEGENERATE) -> dict[Any, Expr]:
    """The unknowns, each named beside one of the equations; `CoordinateError` where their matrix is degenerate."""
    unknowns, rows = list(equations), list(equations.values())
    matrix = leading_matrix(rows, unknowns)
    if not regular_at_random_points(matrix):
        raise CoordinateError(", ".join(map(str, unknowns)), *degenerate)
    return solve_linear(rows, unknowns, matrix)


def leading_derivatives(equations: Sequence[Expr], coordinates: Sequence[Any]) -> list[Any]:
    """The highest derivative of each coordinate that the equations depend on."""
    leading = [
        max([q, *(jet for jet in jets(*equations) if jet.root == q)], key=lambda jet: jet.order) for q in coordinates
    ]
    while idle := [u for u in leading if u != u.root and all(vanishes(directional(e, {u: S.One})) for e in equations)]:
        # Where the highest derivatives cancel, as in L = -q q.dot.dot / 2, the next ones lead.
        leading = [u.at((u.order[0] - 1,)) if u in idle else u for u in leading]
    return leading


def leading_matrix(equations: Sequence[Expr], leading: Sequence[Any]) -> Rows:
    """The derivatives of the equations by the leading ones; `SymlagError` where they are not linear in these."""
    slopes = [partial_derivatives(e, leading) for e in equations]
    rows = [[_short_entry(slope[u]) for u in leading] for slope in slopes]
    if set(leading) & set(jets(*(entry for row in rows for entry in row))):
        names = ", ".join(map(str, leading))
        raise SymlagError(names, "they do not enter linearly, so that they are not solved for", "T quadratic in them")
    return rows


def _short_entry(entry: Expr) -> Expr:
    """An entry expanded, and sin² + cos² written as 1 where that makes it shorter."""
    if entry.is_number or entry.is_Symbol or _number_of_terms(entry) > SOON_EXPANDED:
        return entry
    expanded = expand(entry)
    circles = {f**2: 1 - cos(f.args[0]) ** 2 for f in expanded.atoms(sin) if expanded.has(f**2)}
    unit = expand(expanded.xreplace(circles)) if circles else expanded
    return min(unit, expanded, key=lambda e: len(Add.make_args(e)))


def solve_linear(equations: Sequence[Expr], unknowns: Sequence[Any], matrix: Rows) -> dict[Any, Expr]:
    """The unknowns of equations that are linear in them, with a regular matrix."""
    right = [scaled(-1, rest) for rest in _rests(equations, unknowns)]
    solution = solve_linear_system(_symmetric(matrix), right, lambda entry: not jets(entry) and not entry.has(t))
    return dict(zip(unknowns, map(_short_form, solution), strict=True))


def _symmetric(matrix: Rows) -> Rows:
    """The matrix with equal entries across the diagonal written alike, so that the symmetry is seen."""
    rows = [list(row) for row in matrix]
    for i, row in enumerate(rows):
        for j in range(i):
            if row[j] != rows[j][i] and expand(row[j] - rows[j][i]) == 0:
                row[j] = rows[j][i]
    return rows


def _short_form(expression: Expr) -> Expr:
    """The expression in normal form or in lowest terms, whichever is shorter, where either is soon found."""
    terms = S.Infinity if expression.has(LinearSolution) else _number_of_terms(expression)
    if terms > SOON_EXPANDED:
        return expression
    numerator, denominator = fraction(expression)
    expression = _short_entry(numerator) / _short_entry(denominator)
    forms = [normal_form(expression), *([lowest_terms(expression)] if terms <= SOON_CANCELLED else [])]
    return min(forms, key=lambda e: (e.count_ops(), str(e)))


def _number_of_terms(expression: Expr) -> int:
    """How many terms an expression has, numerator and denominator, once it is expanded."""
    if isinstance(expression, Add):
        return sum(map(_number_of_terms, expression.args))
    if isinstance(expression, Mul):
        return prod(map(_number_of_terms, expression.args))
    if isinstance(expression, Pow) and expression.exp.is_Integer:
        return _number_of_terms(expression.base) ** abs(int(expression.exp))
    return 1


def _rests(equations: Sequence[Expr], unknowns: Sequence[Any]) -> list[Expr]:
    """What is left of equations where the unknowns are 0."""
    return [_short_entry(e.xreplace(dict.fromkeys(unknowns, S.Zero))) for e in equations]


def raised(equation: Expr, leading: Sequence[Any], coordinates: Sequence[Any]) -> Expr:
    """The equation, or its rate of that order at which leading derivatives occur in it."""
    highest = {q.root: q.order[0] for q in leading}
    missing = [highest[jet.root] - jet.order[0] for jet in jets(equation) if jet.root in coordinates]
    for _ in range(min(missing, default=0)):
        equation = total(equation)
    return equation


def _hidden_equation(matrix: Rows, equations: Sequence[Expr], leading: Sequence[Any]) -> tuple[int, Expr] | None:
    """A combination of the equations without leading derivatives, and the last equation in it; none where regular."""
    if regular_at_random_points(matrix):
        return None
    weights = Matrix(matrix).T.nullspace(iszerofunc=vanishes)[0]
    combined = Add(*(w * rest for w, rest in zip(weights, _rests(equations, leading), strict=True)))
    return max(i for i, w in enumerate(weights) if w != 0), normal_form(combined)
