"""The field of fractions in symbols, functions and roots, by generators and relations.

**Method.** Every function and root in an expression is named by a generator: a root u^(1/q) by g with g^q = u, an
exponential by one of which all that occur are whole powers, cos u by c and sin u by s with s² + c² = 1. The expression
is then a rational function of its generators over the rationals. Where its numerator is zero modulo the relations, the
expression is zero, whatever branch of a root is meant, for the relations hold on each.

>>> from sympy import cos, exp, sin, sqrt
>>> x = Symbol("x")
>>> is_zero_fraction(1 / (sqrt(x) - 1) - (sqrt(x) + 1) / (x - 1)), is_zero_fraction(sin(2*x) - 2*sin(x)*cos(x))
(True, True)
>>> is_zero_fraction(exp(x / 2)**2 - exp(x)), is_zero_fraction(sqrt(x**2) - x)
(True, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm
from typing import Any

from sympy import (
    QQ,
    Add,
    Dummy,
    Expr,
    I,
    Integer,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    cos,
    cosh,
    cot,
    coth,
    csc,
    exp,
    expand,
    expand_trig,
    factorint,
    sec,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy.polys.fields import field

# Functions in terms of exp, cos and sin.
IN_TERMS_OF_OTHERS: Mapping[type, Any] = {
    tan: lambda u: sin(u) / cos(u),
    cot: lambda u: cos(u) / sin(u),
    sec: lambda u: 1 / cos(u),
    csc: lambda u: 1 / sin(u),
    sinh: lambda u: (exp(u) - exp(-u)) / 2,
    cosh: lambda u: (exp(u) + exp(-u)) / 2,
    tanh: lambda u: (exp(u) - exp(-u)) / (exp(u) + exp(-u)),
    coth: lambda u: (exp(u) + exp(-u)) / (exp(u) - exp(-u)),
}


def is_zero_fraction(expression: Expr) -> bool:
    """Whether the numerator of an expression is zero modulo the relations of its generators.

    True is a proof that it is zero; False says nothing.
    """
    generators = _Generators()
    rational = generators.written(_in_standard_functions(expression))
    if not rational.free_symbols:
        return rational == 0
    relations = generators.relations()
    symbols = set().union(rational.free_symbols, *(r.free_symbols for _, r in relations.values()), relations)
    F = field(sorted(symbols, key=str), QQ)[0]
    places = {symbol: i for i, symbol in enumerate(F.symbols)}
    numerator, denominator = F.from_expr(rational), F.one
    for g, (q, value) in reversed(relations.items()):
        numerator = _reduced(F, numerator, places[g], q, F.from_expr(value))
        if numerator is None:
            return False
    return numerator == 0 and denominator != 0


def _reduced(F: Any, element: Any, place: int, q: int, value: Any) -> Any:
    """The fraction with g^q replaced by its value in numerator and denominator; none where that divides by zero."""
    parts: list[Any] = []
    for polynomial in (element.numer, element.denom):
        by_power: dict[int, Any] = {}
        for monomial, coefficient in polynomial.terms():
            whole, rest = divmod(monomial[place], q)
            lower = (*monomial[:place], rest, *monomial[place + 1 :])
            by_power[whole] = by_power.get(whole, F.ring.zero) + F.ring({lower: coefficient})
        parts.append(sum((F(p) * value**whole if whole else F(p) for whole, p in by_power.items()), F.zero))
    numerator, denominator = parts
    return None if denominator == 0 else numerator / denominator


def _in_standard_functions(expression: Expr) -> Expr:
    """The expression in exp, cos and sin of single terms, and in powers with single terms as exponents."""
    for function, definition in IN_TERMS_OF_OTHERS.items():
        if expression.has(function):
            expression = expression.replace(function, definition)

    def is_function(node: Any) -> bool:
        numbers = bool(node.args) and all(isinstance(part, Expr) for part in node.args)
        return isinstance(node, Expr) and numbers and not isinstance(node, Add | Mul | Pow)

    expression = expression.replace(is_function, lambda node: node.func(*map(expand, node.args)))
    return expand_trig(expression) if expression.has(sin, cos) else expression


class _Generators:
    """The generators of an expression, named as they are met, innermost first."""

    def __init__(self) -> None:
        self.names: dict[Any, Symbol] = {}
        self.denominators: dict[tuple[Expr, Expr], int] = {}
        self.values: dict[Symbol, tuple[int, Expr]] = {}

    def written(self, expression: Expr) -> Expr:
        """The expression in its generators."""
        self._count_denominators(expression)
        return self._written(expression, {})

    def relations(self) -> dict[Symbol, tuple[int, Expr]]:
        """For each generator g with a relation g^q = u its q and u, inner generators first."""
        return self.values

    def _count_denominators(self, expression: Expr) -> None:
        """The common denominator of all exponents of each base and each unit of exponents."""
        for node in expression.atoms(Pow, exp):
            for base, unit, multiple in _powers(node):
                key = (base, unit)
                self.denominators[key] = lcm(self.denominators.get(key, 1), int(multiple.q))

    def _written(self, node: Any, memo: dict[Any, Expr]) -> Expr:
        if node not in memo:
            memo[node] = self._named(node, memo)
        return memo[node]

    def _named(self, node: Any, memo: dict[Any, Expr]) -> Expr:
        match node:
            case Symbol() | Rational():
                return node
            case Add() | Mul():
                return node.func(*(self._written(part, memo) for part in node.args))
            case Pow(exp=e) if e.is_Integer:
                return self._written(node.base, memo) ** e
            case Pow() | exp():
                return Mul(*(self._power(*power, memo) for power in _powers(node)))
            case cos():
                return self._name(node)
            case sin():
                c, s = self._name(cos(node.args[0])), self._name(node)
                self.values[s] = (2, 1 - c**2)
                return s
            case _ if node == I:
                name = self._name(node)
                self.values[name] = (2, S.NegativeOne)
                return name
            case _ if node == S.Exp1:
                return self._power(S.Exp1, S.One, S.One, memo)
            case _:
                return self._name(node)

    def _power(self, base: Expr, unit: Expr, multiple: Rational, memo: dict[Any, Expr]) -> Expr:
        """base^(multiple·unit) as a whole power of one generator."""
        q = self.denominators.get((base, unit), 1)
        inner = self._written(base, memo) if unit == 1 and base != S.Exp1 else None
        name = self._name((base, unit, q))
        if inner is not None:
            self.values[name] = (q, inner)
        return name ** int(multiple * q)

    def _name(self, key: Any) -> Symbol:
        return self.names.setdefault(key, Dummy(f"g{len(self.names)}"))


def _powers(node: Any) -> list[tuple[Expr, Expr, Rational]]:
    """A power as (base, unit of exponent, rational multiple), one for each term of the exponent and prime."""
    base, exponent = node.as_base_exp()
    powers: list[tuple[Expr, Expr, Rational]] = []
    for term in Add.make_args(expand(exponent)):
        multiple, unit = term.as_coeff_Mul()
        if not multiple.is_Rational:
            multiple, unit = S.One, term
        if base.is_Rational and unit == 1:
            primes = {**factorint(abs(base.p)), **{p: -n for p, n in factorint(base.q).items()}}
            signs = {-1: 1} if base < 0 else {}
            powers += [(Integer(p), unit, multiple * n) for p, n in (signs | primes).items()]
        else:
            powers.append((base, unit, multiple))
    return powers
