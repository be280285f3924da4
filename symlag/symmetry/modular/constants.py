"""Irrational numbers in expressions: free constants, and bases of fields of algebraic numbers.

Two kinds of numbers are told apart.

1. Algebraic ones are powers with rational exponents of rational numbers, and what is made of them: √2, the golden
   ratio, ∛(1 + √2), cos(π/7). They obey their polynomials in the values modulo a prime, too (`specialization`), and
   what is read back is a combination of products of them, with rational coefficients (`lattice`).
2. All others are made of π, e, logarithms of primes, exp, sin and cos of numbers, and constants such as Euler's. These
   units are free, as symbols are: no algebraic relation between them is known beside the functional equations, log 4 =
   2 log 2 and exp(2) = e², which their values obey. That there is none is proved for some (Lindemann and Weierstraß),
   and Schanuel's conjecture for the others.

>>> from sympy import Symbol, exp, log, pi, sqrt
>>> x = Symbol("x")
>>> Constants.of([pi * x**2 + exp(2) * log(6) * x + sqrt(2) * x])
Constants(parameters=(E, log(2), log(3), pi), basis=(1, sqrt(2)), roots=(), sums=())
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from sympy import (
    Add,
    ComplexRootOf,
    Expr,
    GoldenRatio,
    Integer,
    Mul,
    Pow,
    Rational,
    S,
    TribonacciConstant,
    exp,
    expand,
    expand_log,
    expand_mul,
    log,
    minimal_polynomial,
    pi,
    sqrt,
    tan,
)
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.simplify.sqrtdenest import sqrtdenest

# A basis has no more products of algebraic numbers than this; of more numbers only they themselves are read back.
LARGEST_BASIS = 8


@dataclass(frozen=True)
class Constants:
    """The irrational numbers in some expressions.

    `parameters` are free; `basis` is 1 and what spans the field of the algebraic ones; `roots` are roots of free ones,
    and `sums` are sums of numbers, whose signs matter.
    """

    parameters: tuple[Expr, ...] = ()
    basis: tuple[Expr, ...] = (S.One,)
    roots: tuple[Expr, ...] = ()
    sums: tuple[Expr, ...] = ()

    @classmethod
    def of(cls, expressions: Iterable[Any]) -> Constants:
        """The numbers that occur in some expressions."""
        numbers = dict.fromkeys(number for e in expressions for number in _numbers_in(e))
        found = _Collected({}, {}, {}, {})
        for number in numbers:
            found.collect(number)
        found.parameters.update(dict.fromkeys(_angle_parameters(found.angles)))
        sums = dict.fromkeys(part for number in numbers for part in number.atoms(Add))
        parameters = tuple(sorted(found.parameters, key=str))
        return cls(parameters, _basis(found.algebraic), tuple(found.roots), tuple(sums))


def _numbers_in(expression: Any) -> Iterator[Expr]:
    """The largest parts of an expression that are irrational numbers."""
    if isinstance(expression, Rational):
        return
    if isinstance(expression, Expr) and not expression.free_symbols and expression.is_number:
        yield expression
        return
    for argument in expression.args:
        yield from _numbers_in(argument)


@dataclass(frozen=True)
class _Collected:
    """What was found: free constants, algebraic numbers with their degrees, roots, and functions of angles."""

    parameters: dict[Expr, None]
    algebraic: dict[Expr, int]
    roots: dict[Expr, None]
    angles: dict[Expr, None]

    def collect(self, number: Expr) -> None:
        """Take a number apart."""
        match number:
            case Rational():
                return
            case Add() | Mul():
                for argument in number.args:
                    self.collect(argument)
            case Pow(base=base, exp=e) if e.is_Rational:
                self._collect_power(base, e)
            case Pow(base=base, exp=e):
                self._collect_exponential(e * expand_log(log(base), force=True))
            case exp() | S.Exp1:
                self._collect_exponential(number.args[0] if number.args else S.One)
            case log():
                for unit in expand_log(number, force=True, factor=True).as_coefficients_dict():
                    self.parameters[unit] = None
            case TrigonometricFunction() if not (number.args[0] / pi).is_Rational:
                self.angles[number] = None
            case _:
                self._collect_other(number)

    def _collect_other(self, number: Expr) -> None:
        """Take an algebraic number that is no power, or else a constant, as it is."""
        if number == GoldenRatio:
            self.collect(sqrt(5))
        elif number == TribonacciConstant:
            self.algebraic[number] = 3
        elif isinstance(number, ComplexRootOf):
            self.algebraic[number] = number.poly.degree()
        elif isinstance(number, TrigonometricFunction):
            self.algebraic[number] = minimal_polynomial(number, polys=True).degree()
        else:
            self.parameters[number] = None

    def _collect_exponential(self, argument: Expr) -> None:
        for unit in expand(argument).as_coefficients_dict():
            if not isinstance(unit, log):
                self.parameters[exp(unit)] = None

    def _collect_power(self, base: Expr, exponent: Rational) -> None:
        if exponent.is_Integer:
            self.collect(base)
            return
        root = denested(base ** Rational(1, exponent.q))
        if root != base ** Rational(1, exponent.q):
            self.collect(root)
            return
        before = len(self.parameters)
        self.collect(base)
        if len(self.parameters) > before or base in self.parameters:
            self.roots[root] = None
        else:
            self.algebraic[root] = int(exponent.q)


def _angle_parameters(functions: Iterable[Expr]) -> Iterator[Expr]:
    """A free constant for each angle: the function of it that occurs, or the tangent of its half where several do."""
    by_unit: dict[Expr, list[tuple[Expr, Fraction]]] = {}
    for function in functions:
        for unit, multiple in expand(function.args[0]).as_coefficients_dict().items():
            if unit != pi:
                by_unit.setdefault(unit, []).append((function, Fraction(int(multiple.p), int(multiple.q))))
    for unit, uses in by_unit.items():
        only = {function for function, _ in uses}
        if len(only) == 1 and len(uses[0][0].args[0].as_coefficients_dict()) == 1:
            yield uses[0][0]
        else:
            parts = Fraction(1)
            for _, multiple in uses:
                parts = Fraction(1, (parts * multiple).denominator) * parts
            yield tan(unit * Rational(1, 2 * parts.denominator))


def _basis(algebraic: dict[Expr, int]) -> tuple[Expr, ...]:
    """The products of powers of algebraic numbers, up to rational factors."""
    powers = [[expand_mul(number**n) for n in range(degree)] for number, degree in algebraic.items()]
    size = 1
    for choice in powers:
        size *= len(choice)
    if size > LARGEST_BASIS:
        return (S.One, *algebraic)
    products = (expand_mul(Mul(*factors)) for factors in product(*powers))
    return tuple(dict.fromkeys(part.as_coeff_Mul()[1] if not part.is_Rational else S.One for part in products))


@cache
def denested(root: Expr) -> Expr:
    """A root of numbers without roots in roots, where it can be written so: √(3 + 2√2) = 1 + √2."""
    nested = isinstance(root, Pow) and not root.base.is_Rational and not root.free_symbols
    return expand_mul(sqrtdenest(root)) if nested else root


def angle_parameter(unit: Expr, constants: Any) -> tuple[Expr, int] | None:
    """The tangent of half a part of an angle among the constants, and how many parts it is."""
    for parts in range(1, 13):
        if (tangent := tan(unit / Integer(2 * parts))) in constants:
            return tangent, parts
    return None
