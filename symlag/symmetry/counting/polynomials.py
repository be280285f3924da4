"""Polynomials and vector fields with whole coefficients, for very many variables of which each term has few.

A monomial is the sorted tuple of its variables, by number, each as often as its power: x₀²x₃ is (0, 0, 3). A polynomial
maps monomials to coefficients, a vector field the variables that it moves to polynomials.

>>> X, Y = {0: {(1,): 1}}, {1: {(0,): 1}}                      # x₁∂₀ and x₀∂₁
>>> bracket(X, Y)
{1: {(1,): 1}, 0: {(0,): -1}}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import lcm, prod
from random import Random
from typing import Any

from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol

from symlag.errors import SymlagError

Monomial = tuple[int, ...]
Polynomial = dict[Monomial, int]
Field = dict[int, Polynomial]
Vector = dict[int, int]
Slopes = Mapping[int, Mapping[int, int]]

# A monomial names each of its factors.
HIGHEST = 100


def read(expression: Expr, numbers: Mapping[Symbol, int]) -> Polynomial:
    """The polynomial of an expression, times the common denominator of its coefficients; `SymlagError` if it is none.

    >>> from sympy.abc import x, y
    >>> read(x * (y + x) / 2, {x: 0, y: 1})
    {(0, 0): 1, (0, 1): 1}
    """
    found = {monomial: c for monomial, c in _terms(expression, numbers).items() if c}
    common = lcm(*(c.denominator for c in found.values()))
    return {monomial: int(c * common) for monomial, c in found.items()}


def slopes(f: Polynomial) -> Field:
    """The gradient: the field of partial derivatives."""
    found: Field = {}
    for monomial, c in f.items():
        for variable in set(monomial):
            _put(found.setdefault(variable, {}), without(monomial, variable), c * monomial.count(variable))
    return found


def bracket(X: Field, Y: Field) -> Field:
    """[X, Y] = X(Y) − Y(X)."""
    return product(X, Y, -1)


def product(X: Field, Y: Field, sign: int) -> Field:
    """X(Y) ± Y(X): the bracket of Lie, or the symmetric product, which of ∇f and ∇g is ∇⟨∇f, ∇g⟩."""
    found: Field = {}
    for factor, first, second in ((1, X, Y), (sign, Y, X)):
        for moved, f in second.items():
            for variable, slope in _slopes_along(f, first):
                _add_product(found.setdefault(moved, {}), first[variable], slope, factor)
    kept = {moved: {m: c for m, c in f.items() if c} for moved, f in found.items()}
    return {moved: f for moved, f in kept.items() if f}


def orthogonal(X: Field, Y: Field) -> bool:
    """Whether ⟨X, Y⟩ = 0, as a polynomial."""
    found: Polynomial = {}
    for moved in X.keys() & Y.keys():
        _add_product(found, X[moved], Y[moved], 1)
    return not any(found.values())


def scaled(X: Field, factors: Mapping[int, Polynomial]) -> Field:
    """The field with some of its components multiplied by polynomials."""
    found: Field = {}
    for moved, f in X.items():
        _add_product(found.setdefault(moved, {}), factors.get(moved, {(): 1}), f, 1)
    return found


@dataclass(frozen=True)
class Point:
    """Values of the variables modulo a prime, and what polynomials and fields are there."""

    values: Sequence[int]
    prime: int

    @classmethod
    def random(cls, variables: int, prime: int, dice: Random) -> Point:
        """A point of so many variables."""
        return cls([dice.randrange(prime) for _ in range(variables)], prime)

    def value(self, X: Field) -> Vector:
        """The components of a field."""
        return {moved: self._sum(f) for moved, f in X.items()}

    def slopes(self, X: Field) -> Slopes:
        """The slopes of the components of a field, by component and then by variable."""
        return {moved: {v: slope % self.prime for v, slope in self._slopes(f).items()} for moved, f in X.items()}

    def _slopes(self, f: Polynomial) -> Vector:
        found: defaultdict[int, int] = defaultdict(int)
        for monomial, c in f.items():
            for place, variable in enumerate(monomial):
                others = map(self.values.__getitem__, monomial[:place] + monomial[place + 1 :])
                found[variable] += prod(others, start=c)
        return found

    def _sum(self, f: Polynomial) -> int:
        return sum(prod(map(self.values.__getitem__, monomial), start=c) for monomial, c in f.items()) % self.prime


def _slopes_along(f: Polynomial, X: Field) -> Iterator[tuple[int, Polynomial]]:
    """The partial derivatives of f along what X moves."""
    for monomial, c in f.items():
        for variable in set(monomial) & X.keys():
            yield variable, {without(monomial, variable): c * monomial.count(variable)}


def _add_product(total: Polynomial, left: Polynomial, right: Polynomial, sign: int) -> None:
    for m, a in left.items():
        for n, b in right.items():
            _put(total, tuple(sorted(m + n)) if m and n else m or n, sign * a * b)


def _put(total: Polynomial, monomial: Monomial, c: int) -> None:
    total[monomial] = total.get(monomial, 0) + c


def without(monomial: Monomial, variable: int) -> Monomial:
    """The monomial divided by a variable."""
    at = monomial.index(variable)
    return monomial[:at] + monomial[at + 1 :]


def _terms(expression: Any, numbers: Mapping[Symbol, int]) -> dict[Monomial, Any]:
    """The whole or rational coefficients of an expression, by monomials."""
    match expression:
        case Integer():
            return {(): int(expression)}
        case Rational():
            return {(): Fraction(int(expression.p), int(expression.q))}
        case Symbol() if expression in numbers:
            return {(numbers[expression],): 1}
        case Add(args=args):
            return _sum([_terms(f, numbers) for f in args])
        case Mul(args=args):
            return reduce(_times, [_terms(f, numbers) for f in args])
        case Pow(base=base, exp=Integer() as n) if 0 < n <= HIGHEST:
            return reduce(_times, [_terms(base, numbers)] * int(n))
        case _:
            wrong = f"exact counting takes polynomials with rational coefficients and powers up to {HIGHEST}"
            raise SymlagError(str(expression), wrong, "a polynomial, or a torch model")


def _sum(terms: Sequence[Polynomial]) -> Polynomial:
    found: Polynomial = {}
    for f in terms:
        for monomial, c in f.items():
            _put(found, monomial, c)
    return found


def _times(f: Polynomial, g: Polynomial) -> Polynomial:
    found: Polynomial = {}
    _add_product(found, f, g, 1)
    return found
