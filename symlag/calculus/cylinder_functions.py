"""Bessel's and Airy's functions in terms of a few that are independent.

**Theorem.** Functions of orders ν + n with a whole n are combinations of two of them, by the recurrence (DLMF 10.6.1,
10.29.1)

    C_{ν+1} = (2ν/x) C_ν − C_{ν−1}  of J and Y,    I_{ν+1} = I_{ν−1} − (2ν/x) I_ν,    K_{ν+1} = K_{ν−1} + (2ν/x) K_ν.

Of the four functions J_ν, J_{ν+1}, Y_ν, Y_{ν+1} the last follows from the others by Wronski's determinant, and so does
K_{ν+1} and Bi′ (DLMF 10.5.2, 10.28.2, 9.2.7):

    J_{ν+1}Y_ν − J_νY_{ν+1} = 2/(πx),    I_νK_{ν+1} + I_{ν+1}K_ν = 1/x,    Ai Bi′ − Ai′ Bi = 1/π.

The three that are left are algebraically independent over the functions of x, where 2ν is not odd (Siegel 1929). So
an expression is zero just where it is a zero rational function of them.

>>> from sympy import symbols
>>> from symlag.calculus.zero_test import vanishes
>>> x = symbols("x")
>>> J, Y = besselj(0, x), bessely(0, x)
>>> vanishes((J * Y.diff(x) - J.diff(x) * Y) - 2 / (pi * x))
True
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Dummy, Expr, airyai, airyaiprime, airybi, airybiprime, besseli, besselj, besselk, bessely, expand, pi

BESSEL = besselj, bessely, besseli, besselk
AIRY = airyai, airyaiprime, airybi, airybiprime


def split_order(order: Expr) -> tuple[Expr, int]:
    """An order ν as a base and a whole number; orders that differ by a whole number have the same base.

    >>> from sympy import Rational
    >>> split_order(Rational(7, 3)), split_order(Rational(-1, 3))
    ((1/3, 2), (2/3, -1))
    """
    number, _ = order.as_coeff_Add()
    whole = int(number // 1) if number.is_Rational else 0
    return order - whole, whole


def recurrence(kind: Any) -> tuple[int, int]:
    """The signs b and f in C_{ν+1} = b C_{ν−1} + f (2ν/x) C_ν of one kind of Bessel functions."""
    return {besselj: (-1, 1), bessely: (-1, 1), besseli: (1, -1), besselk: (1, 1)}[kind]


def in_neighbouring_orders(expression: Expr) -> Expr:
    """The expression with all Bessel functions in those of orders ν and ν + 1, where 0 ≤ ν < 1 or ν has no number.

    >>> from sympy import symbols
    >>> x = symbols("x")
    >>> in_neighbouring_orders(besselj(2, x))
    -besselj(0, x) + 2*besselj(1, x)/x
    """
    functions = expression.atoms(*BESSEL)
    return expand(expression.xreplace({f: _in_neighbours(f) for f in functions})) if functions else expression


def as_independent_symbols(expression: Expr) -> Expr:
    """The expression with a symbol for each of the J_ν, J_{ν+1}, Y_ν, I_ν, I_{ν+1}, K_ν, Ai, Ai′ and Bi that are left.

    It is zero just where it is identically zero in the symbols.

    >>> from sympy import symbols
    >>> x = symbols("x")
    >>> expand(as_independent_symbols(besselj(0, x).diff(x, 2) + besselj(0, x).diff(x) / x + besselj(0, x)))
    0
    """
    if not expression.has(*BESSEL, *AIRY):
        return expression
    expression = expression.xreplace({f: _in_neighbours(f) for f in expression.atoms(*BESSEL)})
    functions = {f: _in_basis(f) for f in expression.atoms(*BESSEL, *AIRY)}
    basis = {f for part in functions.values() for f in part.atoms(*BESSEL, *AIRY)}
    names = {f: Dummy(f"f{i}", real=True) for i, f in enumerate(sorted(basis, key=str))}
    return expression.xreplace({f: part.xreplace(names) for f, part in functions.items()})


def _in_neighbours(function: Expr) -> Expr:
    """A Bessel function in those of its base and the next order."""
    base, whole = split_order(function.args[0])
    return _of_order(function.func, base, whole, expand(function.args[1]))


@cache
def _of_order(kind: Any, base: Expr, whole: int, x: Expr) -> Expr:
    """C_{ν+n} of the base ν, by the recurrence."""
    if whole in (0, 1):
        return kind(base + whole, x)
    backward, forward = recurrence(kind)
    step = 1 if whole > 0 else -1
    near, far = (_of_order(kind, base, whole - step * n, x) for n in (1, 2))
    middle = 2 * (base + whole - step) / x * near
    return expand(backward * far + (forward if whole > 0 else -backward * forward) * middle)


def _in_basis(function: Expr) -> Expr:
    """A function of the base or the next order, or of Airy's, without those that Wronski's determinants give."""
    *order, x = map(expand, function.args)
    match function:
        case airybiprime():
            return (1 / pi + airyaiprime(x) * airybi(x)) / airyai(x)
        case bessely() if split_order(order[0])[1]:
            nu = order[0] - 1
            return (besselj(nu + 1, x) * bessely(nu, x) - 2 / (pi * x)) / besselj(nu, x)
        case besselk() if split_order(order[0])[1]:
            nu = order[0] - 1
            return (1 / x - besseli(nu + 1, x) * besselk(nu, x)) / besseli(nu, x)
        case _:
            return function.func(*order, x)
