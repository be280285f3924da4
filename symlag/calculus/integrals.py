"""Integrals that no elementary function is known for: definite, with a variable of their own.

An integral ∫_a^q f(s) ds over a coordinate q has a bound variable s that stands nowhere else, so that numbers and other
coordinates may be put for q. It is differentiated by Leibniz's rule,

    D ∫_a^b f ds = ∫_a^b Df ds + f(b) Db − f(a) Da,

and computed by Gauss's quadrature with `NODES` nodes on each of `PANELS` panels, which is exact for polynomials of
degree 31: of e^{sin s} to round-off over lengths up to 10, and to 1e−7 over 30; less near a singularity of f. The lower
end a is a number where f is finite. Where f is singular at q = 0 the lower end is the sign of q, on the same side.

>>> from symlag.calculus.jets import coordinates
>>> from sympy import exp, sin
>>> x = coordinates("x")
>>> integral_up_to(exp(sin(x)), x)
Integral(exp(sin(_s)), (_s, 0, x))
>>> integral_up_to(exp(sin(x)) / x, x)
Integral(exp(sin(_s))/_s, (_s, sign(x), x))
>>> float(quadrature(integral_up_to(x**2, x)).subs(x, 3))
9.0
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Any

from sympy import Abs, Add, Dummy, Expr, Float, Integral, Rational, S, Symbol, log, sign
from sympy.integrals.quadrature import gauss_legendre

from symlag.calculus.regions import INFINITE

NODES, PANELS = 16, 4
DIGITS = 20

# The names of bound variables: the same for integrals in the same place, so that equal integrals are equal.
_FIRST_INDEX = 10**9


@cache
def bound_variable(depth: int) -> Dummy:
    """The variable of an integral with so many integrals inside of it."""
    return Dummy("s", dummy_index=_FIRST_INDEX + depth, real=True)


def integral_up_to(f: Expr, q: Symbol, start: Expr | None = None) -> Expr:
    """∫ f dq from a place where f is finite, as a function of q."""
    s = next(v for v in map(bound_variable, count()) if not f.has(v))
    return Integral(f.subs(q, s), (s, base_point(f, q) if start is None else start, q))


def base_point(f: Expr, q: Symbol) -> Expr:
    """A place where f is finite: 0, the sign of q where f is singular at 0, or another number."""
    for place in (S.Zero, S.One, Rational(1, 2), S(2), S(3)):
        ends = (place,) if place == 0 else (place, -place)
        if all(_is_finite(f, q, end) for end in ends):
            return place if place == 0 else place * sign(q)
    return S.One


def _is_finite(f: Expr, q: Symbol, place: Expr) -> bool:
    """Whether f has a real and finite value at a place."""
    if f.atoms(Integral):
        return True
    value = f.subs(q, place)
    return not value.has(*INFINITE) and value.is_real is not False


def with_own_variables(expression: Expr) -> Expr:
    """The expression with a variable of their own in all integrals, those without ends from a base point."""

    def renamed(f: Expr, *limits: Any) -> Expr:
        for limit in limits:
            variable, *ends = limit
            s = next(v for v in map(bound_variable, count()) if not f.has(v))
            lower, upper = ends if len(ends) == 2 else (base_point(f, variable), ends[0] if ends else variable)
            f = Integral(f.subs(variable, s), (s, lower, upper))
        return f

    if not expression.has(Integral):
        return expression
    return expression.replace(lambda node: isinstance(node, Integral), lambda node: renamed(*node.args))


def quadrature(expression: Expr) -> Expr:
    """The expression with Gauss's sums for its integrals."""
    if not expression.has(Integral):
        return expression
    return expression.replace(lambda node: isinstance(node, Integral), _gauss_sum)


def _gauss_sum(integral: Any) -> Expr:
    """Σ w_i f(x_i) for an integral over one variable."""
    if len(integral.limits) > 1 or len(integral.limits[0]) < 3:
        return integral
    f, (s, lower, upper) = integral.args
    half = (upper - lower) / (2 * PANELS)
    middles = [lower + (2 * i + 1) * half for i in range(PANELS)]
    return half * Add(*(w * f.subs(s, middle + half * x) for middle in middles for x, w in _nodes_and_weights()))


@cache
def _nodes_and_weights() -> tuple[tuple[Float, Float], ...]:
    """The nodes and weights of Gauss and Legendre for [−1, 1]."""
    return tuple(zip(*gauss_legendre(NODES, DIGITS), strict=True))


def absolute_in_logarithms(expression: Expr) -> Expr:
    """The expression with log|u| for each log u, of the same derivative and real for negative u, too."""
    return expression.replace(log, lambda u: log(u if u.is_nonnegative or u.is_number else Abs(u)))
