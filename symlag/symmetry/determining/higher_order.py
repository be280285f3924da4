"""Determining equations of any order, from what Noether's condition gives for monomials.

X is a symmetry of an action just where E_b(X L + (D_tτ + γτ) L) = 0 for every b. The left-hand side is linear in the
derivatives of a coefficient f of X, Σ a_α ∂^α f, and f = zᵝ/β! for all β up to the order gives one a_α after the other.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> system = condition(Lagrangian(x.dot.dot**2 / 2))
>>> system.reach, system.cyclic
(4, (t, x))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Add, Expr, Mul, S, expand

from symlag.calculus.jets import t
from symlag.calculus.operators import euler, total
from symlag.symmetry.determining.equations import System, variables
from symlag.symmetry.modular.power_series import factorials, monomials
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

Exponents = tuple[int, ...]


def condition(L: Lagrangian) -> System:
    """The determining equations of all point symmetries of an action without forces."""
    z = variables(L)
    alphas = [alpha for degree in range(2 * L.order + 1) for alpha in monomials(len(z), degree)]
    found: list[dict[tuple[int, Exponents], Expr]] = [{} for _ in L.coordinates]
    for i, moved in enumerate(z):
        known: dict[Exponents, list[Expr]] = {}
        for alpha in alphas:
            known[alpha] = _coefficients(L, moved, alpha, known)
            for equation, a in zip(found, known[alpha], strict=True):
                equation.update({(i, alpha): a} if a != 0 else {})
    return System(z, z, tuple(found))


def _coefficients(L: Lagrangian, moved: Any, alpha: Exponents, known: dict[Exponents, list[Expr]]) -> list[Expr]:
    """The coefficient of ∂^α f in the equation of each coordinate, the lower ones being known."""
    z = variables(L)
    f = _monomial(z, alpha)
    X = Generator({}, f) if moved == t else Generator({moved: f})
    change = X.act(L.density) + (total(X.tau) + L.damping * X.tau) * L.density
    whole = [euler(change, b, L.damping) for b in L.coordinates]
    lower = {beta: a for beta, a in known.items() if all(m <= n for m, n in zip(beta, alpha, strict=True))}
    rest = {beta: _monomial(z, tuple(n - m for m, n in zip(beta, alpha, strict=True))) for beta in lower}
    return [expand(e - Add(*(lower[beta][b] * rest[beta] for beta in lower))) for b, e in enumerate(whole)]


def _monomial(z: Sequence[Any], alpha: Exponents) -> Expr:
    return Mul(*(variable**n for variable, n in zip(z, alpha, strict=True)), S.One / factorials(alpha))
