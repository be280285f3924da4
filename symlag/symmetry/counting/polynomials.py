"""Polynomials and polynomial vector fields with integer coefficients, in many variables of which each term has few.

A monomial is the sorted tuple of its variables, by number, each as often as its power: x₀²x₃ is (0, 0, 3). A polynomial
is a map from monomials to coefficients, a vector field one from the variables that it moves to polynomials.

>>> X, Y = {0: {(1,): 1}}, {1: {(0,): 1}}                      # x₁∂₀ and x₀∂₁
>>> bracket(X, Y)
{1: {(1,): 1}, 0: {(0,): -1}}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
VectorField = dict[int, Polynomial]
SparseVector = dict[int, int]
Jacobian = Mapping[int, Mapping[int, int]]

# The highest power, as a monomial lists each of its factors.
HIGHEST = 100


def polynomial_of(expression: Expr, numbers: Mapping[Symbol, int]) -> Polynomial:
    """The polynomial of an expression, times the common denominator of its coefficients; `SymlagError` if it is none.

    >>> from sympy.abc import x, y
    >>> polynomial_of(x * (y + x) / 2, {x: 0, y: 1})
    {(0, 0): 1, (0, 1): 1}
    """
    terms = {monomial: c for monomial, c in _terms(expression, numbers).items() if c}
    common = lcm(*(c.denominator for c in terms.values()))
    return {monomial: int(c * common) for monomial, c in terms.items()}


def gradient(f: Polynomial) -> VectorField:
    """The field of partial derivatives."""
    field: VectorField = {}
    for monomial, c in f.items():
        for variable in set(monomial):
            _add_term(field.setdefault(variable, {}), _divided(monomial, variable), c * monomial.count(variable))
    return field


def bracket(X: VectorField, Y: VectorField) -> VectorField:
    """The Lie bracket [X, Y] = X(Y) − Y(X)."""
    return product(X, Y, -1)


def product(X: VectorField, Y: VectorField, sign: int) -> VectorField:
    """X(Y) ± Y(X): the Lie bracket, or the symmetric product, which of ∇f and ∇g is ∇⟨∇f, ∇g⟩."""
    total: VectorField = {}
    for factor, first, second in ((1, X, Y), (sign, Y, X)):
        for component, f in second.items():
            for monomial, c in f.items():
                for variable in set(monomial) & first.keys():
                    slope = {_divided(monomial, variable): c * monomial.count(variable)}
                    _add_product(total.setdefault(component, {}), first[variable], slope, factor)
    nonzero = {component: {m: c for m, c in f.items() if c} for component, f in total.items()}
    return {component: f for component, f in nonzero.items() if f}


def are_orthogonal(X: VectorField, Y: VectorField) -> bool:
    """Whether ⟨X, Y⟩ = 0, as a polynomial."""
    total: Polynomial = {}
    for component in X.keys() & Y.keys():
        _add_product(total, X[component], Y[component], 1)
    return not any(total.values())


def with_factors(X: VectorField, factors: Mapping[int, Polynomial]) -> VectorField:
    """The field with some of its components multiplied by polynomials."""
    field: VectorField = {}
    for component, f in X.items():
        _add_product(field.setdefault(component, {}), factors.get(component, {(): 1}), f, 1)
    return field


@dataclass(frozen=True)
class Point:
    """Values of the variables modulo a prime, and what polynomials and fields are there."""

    values: Sequence[int]
    prime: int

    @classmethod
    def random(cls, variables: int, prime: int, dice: Random) -> Point:
        """A random point of so many variables."""
        return cls([dice.randrange(prime) for _ in range(variables)], prime)

    def value(self, X: VectorField) -> SparseVector:
        """The components of a field."""
        vector: SparseVector = {}
        for component, f in X.items():
            terms = (prod(map(self.values.__getitem__, monomial), start=c) for monomial, c in f.items())
            vector[component] = sum(terms) % self.prime
        return vector

    def jacobian(self, X: VectorField) -> Jacobian:
        """The derivatives of a field, by component and then by variable."""
        rows: dict[int, SparseVector] = {}
        for component, f in X.items():
            row: defaultdict[int, int] = defaultdict(int)
            for monomial, c in f.items():
                for place, variable in enumerate(monomial):
                    others = map(self.values.__getitem__, monomial[:place] + monomial[place + 1 :])
                    row[variable] += prod(others, start=c)
            rows[component] = {variable: slope % self.prime for variable, slope in row.items()}
        return rows


def _divided(monomial: Monomial, variable: int) -> Monomial:
    """The monomial divided by one of its variables."""
    at = monomial.index(variable)
    return monomial[:at] + monomial[at + 1 :]


def _add_product(total: Polynomial, left: Polynomial, right: Polynomial, sign: int) -> None:
    for m, a in left.items():
        for n, b in right.items():
            _add_term(total, tuple(sorted(m + n)) if m and n else m or n, sign * a * b)


def _add_term(total: Polynomial, monomial: Monomial, c: int) -> None:
    total[monomial] = total.get(monomial, 0) + c


def _terms(expression: Any, numbers: Mapping[Symbol, int]) -> dict[Monomial, Any]:
    """The integer or rational coefficients of an expression, by monomials."""
    match expression:
        case Integer():
            return {(): int(expression)}
        case Rational():
            return {(): Fraction(int(expression.p), int(expression.q))}
        case Symbol() if expression in numbers:
            return {(numbers[expression],): 1}
        case Add(args=args):
            total: Polynomial = {}
            for f in args:
                for monomial, c in _terms(f, numbers).items():
                    _add_term(total, monomial, c)
            return total
        case Mul(args=args):
            return reduce(_times, [_terms(f, numbers) for f in args])
        case Pow(base=base, exp=Integer() as n) if 0 < n <= HIGHEST:
            return reduce(_times, [_terms(base, numbers)] * int(n))
        case _:
            raise SymlagError(
                str(expression),
                f"exact counting takes polynomials with rational coefficients and powers up to {HIGHEST}",
                "Give polynomials of the parameters, or a torch model with its loss and a batch.",
            )


def _times(f: Polynomial, g: Polynomial) -> Polynomial:
    total: Polynomial = {}
    _add_product(total, f, g, 1)
    return total
