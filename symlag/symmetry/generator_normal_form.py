"""The normal form of a generator: coprime integer coefficients, a sign, and the name of the family where it has one.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> X = normal_form(Generator({x: x / 2, y: y / 2}, t))
>>> X.name, X.components, X.tau
('dilation', {x: x, y: y}, 2*t)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import gcd, lcm
from typing import Any

from sympy import Add, ComplexRootOf, Dummy, Expr, Rational, diff, expand_mul

from symlag.calculus.jets import jets, t
from symlag.variational.generator import Generator


def normal_form(X: Generator) -> Generator:
    """The primitive multiple of a generator, under the name of its family."""
    primitive = primitive_generator(X)
    return replace(primitive, name=family_name(primitive))


def primitive_generator(X: Generator) -> Generator:
    """The multiple of a generator with coprime integer coefficients, the last coefficient (τ first) positive."""
    parts = [X.tau, *X.components.values()]
    factor = _primitive_factor(parts)
    leading = next(part for part in (X.tau, *reversed([*X.components.values()])) if part != 0)
    if leading.as_ordered_terms()[0].could_extract_minus_sign():
        factor = -factor
    components = {q: _expand_in_variables(factor * xi) for q, xi in X.components.items()}
    return replace(X, components=components, tau=factor * X.tau)


def primitive_part(C: Expr) -> Expr:
    """The multiple of an expression with coprime integer coefficients."""
    return _expand_in_variables(C * _primitive_factor([_expand_in_variables(C)]))


def _expand_in_variables(expression: Expr) -> Expr:
    """The expression multiplied out, except for sums of parameters in it, such as (1 + β)."""
    sums = (part for part in expression.atoms(Add) if not part.has(t) and not jets(part))
    # A CRootOf, which has a polynomial in it, is one number.
    parts = (*expression.atoms(ComplexRootOf), *sums)
    dummies = {part: Dummy(positive=part.is_positive) for part in parts}
    return expand_mul(expression.xreplace(dummies)).xreplace({dummy: part for part, dummy in dummies.items()})


def _primitive_factor(parts: Iterable[Expr]) -> Rational:
    """The number that makes the rational coefficients of all parts integers without a common divisor."""
    coefficients = [c for part in parts for c in part.as_coefficients_dict().values()]
    return Rational(lcm(*(int(c.q) for c in coefficients)), gcd(*(int(c.p) for c in coefficients)))


def family_name(X: Generator) -> str:
    """The name of the family of a generator: translation, boost, rotation, dilation and others, or "symmetry"."""
    return _name_in_space(X) if X.tau == 0 else _name_in_time(X)


def _name_in_space(X: Generator) -> str:
    """The name of a generator that leaves time alone."""
    xi = X.components
    if not any(move.free_symbols & set(xi) for move in xi.values()):
        return _name_of_translation(X)
    slope = {(q, p): diff(xi[q], p) for q in xi for p in xi}
    if not all(s.is_number or not s.free_symbols & {t, *xi} for s in slope.values()):
        return "symmetry"
    if all(slope[p, q] == -slope[q, p] for p in xi for q in xi):
        return "rotation"
    first = next(iter(xi))
    return "scale" if all(xi[q] == q * slope[first, first] for q in xi) else "linear"


def _name_of_translation(X: Generator) -> str:
    """The name of a generator whose coefficients do not change along it."""
    if jets(*X.components.values()):
        return "shear"
    if all((xi / t).is_number for xi in X.components.values()):
        return "boost"
    return "solution" if any(xi.has(t) for xi in X.components.values()) else "translation"


def _name_in_time(X: Generator) -> str:
    """The name of a generator that moves time."""
    if X.tau.is_number:
        return "time translation" if not X.components else "damped time translation"
    if not X.tau.has(t) or X.tau.has(*X.components):
        return _name_of_mixture(X)
    if X.tau.diff(t).is_number:
        return "dilation" if all(_is_dilation(q, xi) for q, xi in X.components.items()) else "symmetry"
    quadratic = X.tau.diff(t, 3) == 0 and X.tau.is_polynomial(t)
    return "conformal" if quadratic or _is_conformal(X) else "symmetry"


def _is_dilation(q: Any, xi: Expr) -> bool:
    """Whether a coordinate moves in proportion to its distance from a place."""
    slope = xi.diff(q)
    return slope != 0 and slope.is_number and (xi - q * slope).expand().is_number


def _is_conformal(X: Generator) -> bool:
    """Whether coordinates stretch in proportion to dτ/dt, while they are rotated and translated."""
    xi = X.components
    slope = {(q, p): diff(move, p) for q, move in xi.items() for p in xi}
    equal = all(slope[q, q] == slope[p, p] for q in xi for p in xi)
    skew = all(slope[q, p] + slope[p, q] == 0 for q in xi for p in xi if q != p)
    return equal and skew and all((slope[q, q] / X.tau.diff(t)).is_number for q in xi)


def _name_of_mixture(X: Generator) -> str:
    """The name of a generator that mixes time with coordinates: z ↦ (a·z) z is projective, a turn of (t, q) a boost."""
    ratios = [expand_mul(xi / q) for q, xi in ((t, X.tau), *X.components.items()) if xi != 0]
    if len(ratios) > 1 and len(set(ratios)) == 1 and ratios[0].is_polynomial(t, *X.components):
        return "projective"
    slopes = [X.tau.diff(q) * xi.diff(t) for q, xi in X.components.items() if (xi / t).is_number]
    linear = len(slopes) == len(X.components) == 1 and X.tau.diff(*X.components, 2) == 0 and not X.tau.has(t)
    return "boost" if linear and slopes[0].is_positive else "symmetry"
