"""The functions that coefficients of generators are likely to be made of: those that occur in the Lagrangian.

The unit vectors along curvilinear coordinates are ∂_a/h_a, with Lamé's coefficients h_a = √g_aa of the mass metric g. A
translation of Cartesian coordinates is a combination of them, so that the 1/h_a belong to the candidates, too.

>>> from sympy import sqrt
>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> candidate_functions([1 / sqrt(x**2 + y**2), x.dot**2 * y], [x, y])
[x, y, sqrt(x**2 + y**2), 1/sqrt(x**2 + y**2)]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sympy import (
    Abs,
    Basic,
    Expr,
    Function,
    Pow,
    Rational,
    Symbol,
    cos,
    exp,
    factor_terms,
    log,
    postorder_traversal,
    sin,
)
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from symlag.calculus.differential_operators import gradient
from symlag.calculus.jets import jets
from symlag.variational.lagrangian import Lagrangian


def candidate_functions(
    expressions: Iterable[Basic], variables: Sequence[Symbol], *, inverses: bool = True
) -> list[Expr]:
    """The variables, and the functions in the expressions that depend on a variable; with all inverses, or fewer."""
    candidates = dict.fromkeys(variables)
    for expression in expressions:
        for node in postorder_traversal(expression):
            if isinstance(node, Pow | Function) and node.free_symbols & set(variables):
                candidates.update(dict.fromkeys(_candidates(node, inverses=inverses)))
    return [*candidates]


def likely_expressions(L: Lagrangian) -> list[Expr]:
    """What the coefficients of the symmetries of an action are likely to have in common with it."""
    return [L.density, L.damping, *inverse_lame_coefficients(L)]


def inverse_lame_coefficients(L: Lagrangian) -> list[Expr]:
    """The factors of 1/√g_aa, with g_aa = ∂²T/∂q̇_a², of an action whose mass metric knows no velocities.

    >>> from symlag.calculus.jets import coordinates
    >>> r, theta = coordinates("r theta")
    >>> inverse_lame_coefficients(Lagrangian((r.dot**2 + r**2 * theta.dot**2) / 2))
    [1/r]
    """
    inverses: list[Expr] = []
    for q in L.coordinates:
        g = factor_terms(gradient(gradient(L.density, q.dot), q.dot))
        if all(jet == jet.root for jet in jets(g)):
            inverses += [base ** (-e / 2) for base, e in g.as_powers_dict().items() if jets(base**e)]
    return inverses


def _candidates(node: Any, *, inverses: bool) -> Iterator[Expr]:
    """A function and its inverse; roots in place of broken powers, cos and sin in place of tan and others."""
    match node:
        case exp():
            yield from (node, 1 / node)
        case TrigonometricFunction():
            c, s = cos(node.args[0]), sin(node.args[0])
            yield from (s, c)
            if inverses:
                yield from (1 / s, c / s, 1 / c, s / c)
        case log() | Abs():
            yield node
        case Pow(base=base, exp=e) if e.is_Integer:
            if e.is_negative:
                yield 1 / base
        case Pow(base=base, exp=e) if e.is_Rational:
            yield from (base ** Rational(1, e.q), base ** Rational(-1, e.q))
        case Pow(base=base):
            yield from (node, 1 / base)
        case _:
            return
