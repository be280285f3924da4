"""Polynomials and vector fields with whole coefficients, for very many variables of which each term has few.

A monomial is the sorted tuple of its variables, by number, each as often as its power: x₀²x₃ is (0, 0, 3). A polynomial
maps monomials to coefficients, a vector field the variables that it moves to polynomials.

>>> X, Y = {0: {(1,): 1}}, {1: {(0,): 1}}                      # x₁∂₀ and x₀∂₁
>>> bracket(X, Y)
{1: {(1,): 1}, 0: {(0,): -1}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from heapq import merge
from math import lcm, prod
from typing import Any

from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol

from symlag.errors import SymlagError

Monomial = tuple[int, ...]
Polynomial = dict[Monomial, int]
Field = dict[int, Polynomial]
Vector = dict[int, int]


def read(expression: Expr, numbers: Mapping[Symbol, int]) -> Polynomial:
    """The polynomial of an expression, times the common denominator of its coefficients; `SymlagError` if it is none.

    >>> from sympy.abc import x, y
    >>> read(x * (y + x) / 2, {x: 0, y: 1})
    {(0, 0): 1, (0, 1): 1}
    """
    terms = [_term(term, numbers) for term in Add.make_args(expression.expand())]
    common = lcm(*(int(c.q) for _, c in terms))
    return {monomial: int(c * common) for monomial, c in terms if c}


def slopes(f: Polynomial) -> Field:
    """The gradient: the field of partial derivatives."""
    found: Field = {}
    for monomial, c in f.items():
        for variable in set(monomial):
            _put(found.setdefault(variable, {}), _without(monomial, variable), c * monomial.count(variable))
    return found


def bracket(X: Field, Y: Field) -> Field:
    """[X, Y] = X(Y) − Y(X)."""
    found: Field = {}
    for sign, first, second in ((1, X, Y), (-1, Y, X)):
        for moved, f in second.items():
            for variable, slope in _slopes_along(f, first):
                _add_product(found.setdefault(moved, {}), first[variable], slope, sign)
    kept = {moved: {m: c for m, c in f.items() if c} for moved, f in found.items()}
    return {moved: f for moved, f in kept.items() if f}


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

    def value(self, X: Field) -> Vector:
        """The components of a field."""
        return {moved: self._sum(f) for moved, f in X.items()}

    def pulled(self, p: Sequence[int], X: Field) -> Vector:
        """The gradient of p·X, for a constant covector p."""
        found: Vector = {}
        for moved, f in X.items():
            for monomial, c in f.items():
                for place, variable in enumerate(monomial):
                    others = prod(self.values[v] for i, v in enumerate(monomial) if i != place)
                    found[variable] = found.get(variable, 0) + p[moved] * c * others
        return {variable: slope % self.prime for variable, slope in found.items()}

    def _sum(self, f: Polynomial) -> int:
        return sum(c * prod(self.values[v] for v in monomial) for monomial, c in f.items()) % self.prime


def _slopes_along(f: Polynomial, X: Field) -> Iterator[tuple[int, Polynomial]]:
    """The partial derivatives of f along what X moves."""
    for monomial, c in f.items():
        for variable in set(monomial) & X.keys():
            yield variable, {_without(monomial, variable): c * monomial.count(variable)}


def _add_product(total: Polynomial, left: Polynomial, right: Polynomial, sign: int) -> None:
    for m, a in left.items():
        for n, b in right.items():
            _put(total, tuple(merge(m, n)) if m and n else m or n, sign * a * b)


def _put(total: Polynomial, monomial: Monomial, c: int) -> None:
    total[monomial] = total.get(monomial, 0) + c


def _without(monomial: Monomial, variable: int) -> Monomial:
    at = monomial.index(variable)
    return monomial[:at] + monomial[at + 1 :]


def _term(term: Expr, numbers: Mapping[Symbol, int]) -> tuple[Monomial, Rational]:
    """The monomial of a product, and its coefficient."""
    factors = [_factor(factor, numbers) for factor in Mul.make_args(term)]
    return tuple(sorted(sum((m for m, _ in factors), ()))), reduce(lambda a, b: a * b, (c for _, c in factors))


def _factor(factor: Any, numbers: Mapping[Symbol, int]) -> tuple[Monomial, Rational]:
    match factor:
        case Rational():
            return (), factor
        case Symbol() if factor in numbers:
            return (numbers[factor],), Integer(1)
        case Pow(base=Symbol() as base, exp=Integer() as n) if n > 0 and base in numbers:
            return (numbers[base],) * int(n), Integer(1)
        case _:
            raise SymlagError(
                str(factor), "exact counting takes polynomials of the parameters", "a polynomial, or a torch model"
            )
