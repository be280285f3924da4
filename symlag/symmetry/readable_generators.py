"""Generators in readable form: whole numbers, a sign, and the name of the family where it is a known one.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> X = named(neat(Generator({x: x / 2, y: y / 2}, t)))
>>> X.name, X.components, X.tau
('dilation', {x: x, y: y}, 2*t)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import gcd, lcm
from typing import Any

from sympy import Add, Dummy, Expr, Rational, diff, expand_mul

from symlag.calculus.jets import jets, t
from symlag.variational.generator import Generator


def neat(X: Generator) -> Generator:
    """The multiple of a generator with whole coprime coefficients, the last of them positive."""
    parts = [X.tau, *X.components.values()]
    scale = _scale(parts)
    if _negative(next(part for part in (X.tau, *reversed([*X.components.values()])) if part != 0)):
        scale = -scale
    return replace(X, components={q: _flat(scale * xi) for q, xi in X.components.items()}, tau=scale * X.tau)


def whole(C: Expr) -> Expr:
    """The multiple of an expression with whole coprime coefficients."""
    return _flat(C * _scale([_flat(C)]))


def _flat(expression: Expr) -> Expr:
    """The expression multiplied out, but for the sums of parameters in it."""
    sums = (part for part in expression.atoms(Add) if not part.has(t) and not jets(part))
    named = {part: Dummy(positive=part.is_positive) for part in sums}
    return expand_mul(expression.xreplace(named)).xreplace({name: part for part, name in named.items()})


def _scale(parts: Iterable[Expr]) -> Rational:
    terms = [c for part in parts for c in part.as_coefficients_dict().values()]
    return Rational(lcm(*(int(c.q) for c in terms)), gcd(*(int(c.p) for c in terms)))


def _negative(part: Expr) -> bool:
    return part.as_ordered_terms()[0].could_extract_minus_sign()


def named(X: Generator) -> Generator:
    """The generator under the name of its family: translation, boost, rotation, dilation and others."""
    return replace(X, name=_in_space(X) if X.tau == 0 else _in_time(X))


def _in_space(X: Generator) -> str:
    moves = X.components
    if not any(xi.free_symbols & set(moves) for xi in moves.values()):
        return _drift(X)
    slope = {(q, p): diff(moves[q], p) for q in moves for p in moves}
    if all(s.is_number or not s.free_symbols & {t, *moves} for s in slope.values()):
        return _linear(slope, list(moves), X)
    return "symmetry"


def _drift(X: Generator) -> str:
    """The name of a field whose coefficients do not change along it."""
    if jets(*X.components.values()):
        return "shear"
    if all((xi / t).is_number for xi in X.components.values()):
        return "boost"
    return "solution" if any(xi.has(t) for xi in X.components.values()) else "translation"


def _linear(slope: dict[tuple[Any, Any], Expr], moved: list[Any], X: Generator) -> str:
    if all(slope[p, q] == -slope[q, p] for p in moved for q in moved):
        return "rotation"
    if all(X.components[q] == q * slope[moved[0], moved[0]] for q in moved):
        return "scale"
    return "linear"


def _in_time(X: Generator) -> str:
    if X.tau.is_number:
        return "time translation" if not X.components else "damped time translation"
    if not X.tau.has(t) or X.tau.has(*X.components):
        return _mixing(X)
    if X.tau.diff(t).is_number:
        return "dilation" if all(_grows(q, xi) for q, xi in X.components.items()) else "symmetry"
    return "conformal" if _conformal(X) or (X.tau.diff(t, 3) == 0 and X.tau.is_polynomial(t)) else "symmetry"


def _grows(q: Any, xi: Expr) -> bool:
    """Whether a coordinate moves in proportion to its distance from a place."""
    slope = xi.diff(q)
    return slope != 0 and slope.is_number and (xi - q * slope).expand().is_number


def _conformal(X: Generator) -> bool:
    """Whether coordinates stretch in proportion to the rate of time, as they turn and shift."""
    moves = X.components
    slope = {(q, p): diff(xi, p) for q, xi in moves.items() for p in moves}
    even = all(slope[q, q] == slope[p, p] for q in moves for p in moves)
    skew = all(slope[q, p] + slope[p, q] == 0 for q in moves for p in moves if q != p)
    return even and skew and all((slope[q, q] / X.tau.diff(t)).is_number for q in moves)


def _mixing(X: Generator) -> str:
    """The name of a field that mixes time with coordinates: z ↦ (a·z) z is projective, a turn of (t, q) a boost."""
    coefficients = [expand_mul(xi / q) for q, xi in ((t, X.tau), *X.components.items()) if xi != 0]
    if len(coefficients) > 1 and len(set(coefficients)) == 1 and coefficients[0].is_polynomial(t, *X.components):
        return "projective"
    slopes = [X.tau.diff(q) * xi.diff(t) for q, xi in X.components.items() if (xi / t).is_number]
    linear = len(slopes) == len(X.components) == 1 and X.tau.diff(*X.components, 2) == 0 and not X.tau.has(t)
    return "boost" if linear and slopes[0].is_positive else "symmetry"
