"""Determining equations of an action of any order.

X is a symmetry of an action just where E_b(XL + (D_tτ + γτ)L) = 0 for every b, with Euler's operator E_b (Olver,
*Applications of Lie Groups to Differential Equations*, theorem 4.7). For one coefficient f of X the left-hand side is

    Σ_α a_α ∂^α f,

linear in the derivatives of f. The a_α are found one after the other, by inserting f = zᵝ/β! for all β up to the order
of the equations: as ∂^α(zᵝ/β!) = z^{β−α}/(β−α)!, the result is a_β plus terms with a_α for α < β, which are known by
then.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> system = invariance_equations_of_any_order(Lagrangian(x.dot.dot**2 / 2))
>>> system.order, system.parameters
(4, ())
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Add, Expr, Mul, S, expand

from symlag.calculus.differential_operators import euler, total
from symlag.calculus.jets import t
from symlag.symmetry.determining_equations.equations import System, variables
from symlag.symmetry.modular.power_series import factorials, monomials
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

Exponents = tuple[int, ...]


def invariance_equations_of_any_order(L: Lagrangian) -> System:
    """The determining equations of all point symmetries of an action without forces."""
    z = variables(L)
    alphas = [alpha for degree in range(2 * L.order + 1) for alpha in monomials(len(z), degree)]
    equations: list[dict[tuple[int, Exponents], Expr]] = [{} for _ in L.coordinates]
    for i, unknown in enumerate(z):
        lower: dict[Exponents, list[Expr]] = {}
        for alpha in alphas:
            lower[alpha] = _coefficients(L, unknown, alpha, lower)
            for equation, a in zip(equations, lower[alpha], strict=True):
                if a != 0:
                    equation[i, alpha] = a
    return System(z, z, tuple(equations))


def _coefficients(L: Lagrangian, unknown: Any, alpha: Exponents, lower: dict[Exponents, list[Expr]]) -> list[Expr]:
    """a_α in the equation of each coordinate, from the a_β with β < α."""
    z = variables(L)
    f = _monomial(z, alpha)
    X = Generator({}, f) if unknown == t else Generator({unknown: f})
    change = X.act(L.density) + (total(X.tau) + L.damping * X.tau) * L.density
    rest = {
        beta: _monomial(z, tuple(n - m for m, n in zip(beta, alpha, strict=True)))
        for beta in lower
        if all(m <= n for m, n in zip(beta, alpha, strict=True))
    }
    return [
        expand(euler(change, q, L.damping) - Add(*(lower[beta][b] * power for beta, power in rest.items())))
        for b, q in enumerate(L.coordinates)
    ]


def _monomial(z: Sequence[Any], alpha: Exponents) -> Expr:
    """z^α/α!."""
    return Mul(*(variable**n for variable, n in zip(z, alpha, strict=True)), S.One / factorials(alpha))
