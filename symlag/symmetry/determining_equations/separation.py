"""Determining equations, separated by the monomials in velocities.

A determining equation Σ a_iα(z, w) ∂^α f_i = 0 holds for all values of the jets w that are no variables, which are
velocities as a rule. Where every a_iα is a polynomial in w, it is one equation for each monomial in w (Lie; Olver,
*Applications of Lie Groups to Differential Equations*, §2.4). These have few terms each, and no w in them.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.symmetry.determining_equations.equations import bessel_hagen_equation
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> separated = separate(bessel_hagen_equation(Lagrangian(x.dot**2 / 2)))
>>> [dict(equation) for equation in separated.equations[:2]]
[{(0, (0, 1)): -1/2}, {(0, (1, 0)): -1/2, (1, (0, 1)): 1}]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sympy import Add, Expr, Mul, Pow, S

from symlag.symmetry.determining_equations.equations import System

Monomial = tuple[int, ...]

# The parts of a polynomial in jets, by the exponents of these.
Parts = Mapping[Monomial, Expr]

# Polynomials of higher degree than this are left as they are: there are too many monomials in them.
HIGHEST_POWER = 12


def separate(system: System) -> System:
    """The system with one equation for each monomial in velocities; the same where it is no polynomial in them."""
    if not system.fibre:
        return system
    equations: list[Mapping[Any, Expr]] = []
    for equation in system.equations:
        separated: defaultdict[Monomial, dict[Any, Expr]] = defaultdict(dict)
        for place, coefficient in equation.items():
            parts = polynomial_parts(coefficient, system.fibre)
            if parts is None:
                return system
            for monomial, part in parts.items():
                separated[monomial][place] = part
        equations += [separated[monomial] for monomial in sorted(separated, key=lambda m: (-sum(m), m))]
    return replace(system, equations=tuple(equations))


def polynomial_parts(expression: Expr, variables: Sequence[Any]) -> Parts | None:
    """An expression as a polynomial in some variables, with any expressions in the others as coefficients."""
    if not expression.free_symbols & set(variables):
        return {(0,) * len(variables): expression} if expression != 0 else {}
    if expression in variables:
        return {tuple(int(expression == v) for v in variables): S.One}
    if isinstance(expression, Pow):
        if not expression.exp.is_Integer or not 0 < int(expression.exp) <= HIGHEST_POWER:
            return None
        factors: Sequence[Expr] = [expression.base] * int(expression.exp)
    elif isinstance(expression, Add | Mul):
        factors = expression.args
    else:
        return None
    parts = [polynomial_parts(factor, variables) for factor in factors]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if isinstance(expression, Add):
        return _collected((m, c) for part in known for m, c in part.items())
    product: Parts = {(0,) * len(variables): S.One}
    for part in known:
        product = _collected(
            (tuple(a + b for a, b in zip(m, n, strict=True)), c * d)
            for m, c in product.items()
            for n, d in part.items()
        )
    return product


def _collected(terms: Iterable[tuple[Monomial, Expr]]) -> Parts:
    """The sums of the coefficients of each monomial, zeros left out."""
    collected: defaultdict[Monomial, list[Expr]] = defaultdict(list)
    for monomial, coefficient in terms:
        collected[monomial].append(coefficient)
    sums = {monomial: Add(*coefficients) for monomial, coefficients in collected.items()}
    return {monomial: total for monomial, total in sums.items() if total != 0}
