"""Where symmetries hold of a Lagrangian that is real on several regions, being another function on each.

The search looks at a Lagrangian where the arguments of its roots and logarithms are positive. It may be real elsewhere,
where imaginary parts cancel: √x√y is √(xy) for positive x and y, and −√(xy) for negative ones. Generators that fail at
such a point are claimed for the region of the search alone.

>>> from sympy import sqrt
>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.families import translation
>>> x, y = coordinates("x y")
>>> V = sqrt(x * y) - sqrt(x) * sqrt(y)
>>> region_of_validity(Lagrangian((x.dot**2 + y.dot**2) / 2, V), [translation(x)])
(x, y)
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from sympy import Expr, Pow, Rational, Symbol, im, log, re

from symlag.calculus.differential_operators import eulers
from symlag.calculus.regions import factors_of
from symlag.symmetry.divergence_symmetries import change_of_action
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

POINTS = 40
DIGITS = 20
NEGLIGIBLE = 1e-12


def region_of_validity(L: Lagrangian, generators: Sequence[Generator]) -> tuple[Expr, ...]:
    """What has to be positive for generators to be symmetries; nothing where they are so wherever L is real."""
    sensitive = _roots_and_logarithms(L.density)
    if len(sensitive) < 2:
        return ()  # a single imaginary part cancels nowhere
    factors = {f for node in sensitive for f, _ in factors_of(node.args[0])[1] if not f.is_nonnegative}
    points = [p for p in _points(L.density) if _value(L.density, p) is not None]
    outside = [p for p in points if any((_value(f, p) or 0) < 0 for f in factors)]
    if not outside:
        return ()
    defects = [e for X in generators for e in eulers(change_of_action(L, X), L.coordinates, L.damping).values()]
    holds = all(abs(_value(e, p) or 0) < NEGLIGIBLE for e in defects if e != 0 for p in _extended(outside, e))
    return () if holds else tuple(sorted(factors, key=str))


def _roots_and_logarithms(expression: Expr) -> list[Expr]:
    """The roots and logarithms in an expression that are not real everywhere."""
    nodes = (node for node in expression.atoms(Pow, log) if isinstance(node, log) or not node.exp.is_integer)
    return [node for node in nodes if not node.is_real]


def _points(expression: Expr) -> Iterator[Mapping[Symbol, Expr]]:
    """Random points of either sign."""
    dice, symbols = random.Random(0), sorted(expression.free_symbols, key=str)
    for _ in range(POINTS):
        yield {s: _number(s, dice) for s in symbols}


def _extended(points: Sequence[Mapping[Symbol, Expr]], e: Expr) -> Iterator[Mapping[Symbol, Expr]]:
    """The points with numbers for what else occurs in an expression."""
    dice = random.Random(1)
    for point in points:
        others = sorted(e.free_symbols - point.keys(), key=str)
        yield {**point, **{s: _number(s, dice) for s in others}}


def _number(symbol: Symbol, dice: random.Random) -> Expr:
    """A random number that a symbol may stand for."""
    size = Rational(dice.randint(20, 90), dice.randint(31, 67))
    return size if symbol.is_nonnegative or dice.random() < 0.5 else -size


def _value(expression: Expr, point: Mapping[Symbol, Expr]) -> float | None:
    """The value at a point, where it is a real number."""
    value = expression.xreplace(point).evalf(DIGITS)
    if not value.is_number or not value.is_finite or abs(im(value)) > NEGLIGIBLE:
        return None
    return float(re(value))
