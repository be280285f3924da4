"""Bessel's and Airy's functions modulo a prime: random values, and the power series that their equations give.

A solution of a linear equation of second order is known from its value and its slope at one point. Two solutions of

    u′ = (ν/x) u − w,    w′ = ε u − ((ν + 1)/x) w

are u = J_ν, w = J_{ν+1} and the same with Y (ε = 1), and u = I_ν, w = −I_{ν+1} and u = K_ν, w = K_{ν+1} (ε = −1).
Airy's obey u″ = x u. Values are random but for Wronski's determinants (DLMF 10.5.2, 10.28.2, 9.2.7)

    J_{ν+1}Y_ν − J_νY_{ν+1} = 2/(πx),    I_νK_{ν+1} + I_{ν+1}K_ν = 1/x,    Ai Bi′ − Ai′ Bi = 1/π.

For any other identity among them would be an algebraic relation over the functions of x, and there is none (Siegel
1929), where ν is no half of an odd number: then they are elementary.

>>> from sympy import bessely, besselj, symbols
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> from symlag.symmetry.modular.specialization import Specialization
>>> x = symbols("x")
>>> at = Specialization(PRIMES[0], variables=(x,), order=2)
>>> J, Y = besselj(0, x), bessely(0, x)
>>> at.value(x * (J * Y.diff(x) - J.diff(x) * Y).diff(x) + J * Y.diff(x) - J.diff(x) * Y).parts
[{0: 0}, {1: 0}, {2: 0}]
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sympy import Expr, airyai, airybi, airybiprime, besseli, besselk, bessely, expand, pi

from symlag.calculus.cylinder_functions import recurrence, split_order
from symlag.symmetry.modular.linear_algebra import power
from symlag.symmetry.modular.power_series import Series, compose, constant, series_power

# The Taylor coefficients of two functions at a point.
Pair = tuple[list[int], list[int]]


def bessel_value(node: Expr, value: Callable[[Any], Any], draw: Callable[..., int], prime: int) -> Any:
    """The value of a Bessel function, from the values of expressions and draws of random numbers."""
    kind, order, argument = type(node), node.args[0], expand(node.args[1])
    base, whole = split_order(order)
    x = value(argument)
    at = constant(x)
    own, modified = f"of order {base}", kind in (besseli, besselk)
    # u and w of the first kind, and u of the second, are free.
    u, w, other = (draw(argument, f"{role} {modified} {own}") for role in ("first", "next", "second"))
    if kind in (bessely, besselk):
        wronskian = value(1 / argument) if modified else value(-2 / (pi * argument))
        u, w = other, (constant(wronskian) + w * other) * power(u, Fraction(-1), prime) % prime
    coefficients = _cylinder_series(value(base), at, (u, w), -1 if modified else 1, _degree(x), prime)
    lower, upper = (compose(x - at if isinstance(x, Series) else 0, c) for c in coefficients)
    upper = upper * -1 % prime if kind == besseli else upper
    (backward, forward), twice = recurrence(kind), series_power(x, Fraction(-1), prime) * 2 % prime
    for n in range(whole):
        nu = value(base) + n + 1
        lower, upper = upper, (lower * backward + upper * twice * (nu * forward % prime)) % prime
    for n in range(-whole):
        nu = value(base) - n
        below = upper * backward + lower * twice * (-backward * forward * nu % prime)
        lower, upper = below % prime, lower
    return lower


def airy_value(node: Expr, value: Callable[[Any], Any], draw: Callable[..., int], prime: int) -> Any:
    """The value of one of Airy's functions or of its slope."""
    argument = expand(node.args[0])
    x = value(argument)
    at = constant(x)
    u, w, other = (draw(argument, role) for role in ("Ai", "Ai'", "Bi"))
    if isinstance(node, airybi | airybiprime):
        u, w = other, (constant(value(1 / pi)) + w * other) * power(u, Fraction(-1), prime) % prime
    function, slope = _airy_series(at, (u, w), _degree(x), prime)
    chosen = function if isinstance(node, airyai | airybi) else slope
    return compose(x - at if isinstance(x, Series) else 0, chosen)


def _degree(x: Any) -> int:
    """The degree up to which a series is known, 0 for a number."""
    return len(x.parts) - 1 if isinstance(x, Series) else 0


def _cylinder_series(order: int, x: int, values: tuple[int, int], sign: int, degree: int, prime: int) -> Pair:
    """The Taylor coefficients at x of the u and w of the given order ν that have the given values there."""
    u, w = [values[0]], [values[1]]
    for n in range(degree):
        # x u′ = ν u − x w and x w′ = ε x u − (ν + 1) w, with x + h for x: the coefficients of hⁿ.
        u_below, w_below = (u[n - 1], w[n - 1]) if n else (0, 0)
        inverse = power(x * (n + 1) % prime, Fraction(-1), prime)
        u_next = ((order - n) * u[n] - x * w[n] - w_below) * inverse
        w_next = (sign * (x * u[n] + u_below) - (order + 1 + n) * w[n]) * inverse
        u.append(u_next % prime)
        w.append(w_next % prime)
    return u, w


def _airy_series(x: int, values: tuple[int, int], degree: int, prime: int) -> Pair:
    """The Taylor coefficients at x of the solution of u″ = x u with given value and slope, and those of its slope."""
    u = [*values]
    for n in range(degree):
        below = u[n - 1] if n else 0
        u.append((x * u[n] + below) * pow((n + 1) * (n + 2), -1, prime) % prime)
    return u[: degree + 1], [(n + 1) * c % prime for n, c in enumerate(u[1:])]
