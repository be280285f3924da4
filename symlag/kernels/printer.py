"""Scalar expressions as Python text: operators as in any Python, functions by the table of a backend.

A text comes with its precedence, how tightly it holds together, and gets parentheses where its place demands more.

>>> from sympy import exp
>>> x, y = Symbol("x"), Symbol("y")
>>> python = Printer("plain", {exp: "exp({0})", sqrt: "sqrt({0})"})
>>> python.text(-x**2 / (2 * sqrt(y)) + exp(2) * x)
'-x**2/(2*sqrt(y)) + 7.38905609893065*x'
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sympy import Add, And, Expr, Max, Min, Mul, Not, Or, Pow, Rational, S, Symbol, sqrt
from sympy.core.relational import Relational

from symlag.errors import LoweringError
from symlag.kernels.choices import Choice, IsNumber
from symlag.kernels.guards import Guarded

SUM, PRODUCT, FACTOR, POWER, ATOM = range(5)
LARGEST = 2**53  # up to here integers are exact in double precision

TextWithPrecedence = tuple[str, int]


@dataclass(frozen=True)
class Printer:
    """A printer of scalar expressions for one library.

    `functions` has a template for each SymPy function, with numbered places for its arguments; `conditional` is that of
    a condition and its two outcomes, `conjunction`, `disjunction` and `negation` those of conditions; `constant`
    writes a number where the library wants an array; `nan` is what is not a number.
    """

    backend: str
    functions: Mapping[Any, str]
    conditional: str = "({1} if {0} else {2})"
    conjunction: str = "({0} and {1})"
    disjunction: str = "({0} or {1})"
    negation: str = "(not {0})"
    constant: str = "{0}"
    nan: str = "np.nan"

    def text(self, expression: Expr, level: int = SUM) -> str:
        """The expression, in parentheses where it holds together less tightly than its place demands."""
        text, precedence = self._write(expression)
        return text if precedence >= level else f"({text})"

    def power(self, base: Symbol, exponent: int) -> TextWithPrecedence:
        """A name to a positive integer power."""
        return f"{base.name}**{exponent}", POWER

    def _write(self, node: Any) -> TextWithPrecedence:
        """The text of a node and its precedence."""
        match node:
            case Symbol():
                return node.name, ATOM
            case Expr(is_number=True):
                return self._number(node)
            case Add():
                return self._sum(node.as_ordered_terms()), SUM
            case Mul() if node.as_coeff_Mul()[0].is_negative:
                return f"-{self.text(-node, PRODUCT)}", SUM
            case Mul():
                return self._product(node)
            case Pow():
                return self._power(node.base, node.exp)
            case Choice():
                condition, value, otherwise = node.args
                return self._choice(condition, value, otherwise), ATOM
            case Guarded():
                value, elsewhere, safe = node.args
                return self._choice(elsewhere, safe, value), ATOM
            case _:
                return self._function(node), ATOM

    def _number(self, number: Expr) -> TextWithPrecedence:
        """A rational as an exact fraction, any other number as a float."""
        if number is S.NaN:
            return self.nan, ATOM
        if isinstance(number, Rational) and max(abs(number.p), number.q) <= LARGEST:
            return str(number), SUM if number.is_negative else ATOM if number.is_Integer else PRODUCT
        if not number.is_real or not math.isfinite(value := float(number)):
            wrong = f"{self.backend} kernels know finite real numbers only"
            raise LoweringError(str(number), wrong, "Use a finite real number.")
        return repr(value), SUM if value < 0 else ATOM

    def _sum(self, terms: list[Expr]) -> str:
        """The terms with their signs."""
        first, *others = terms
        return self.text(first) + "".join(map(self._signed, others))

    def _signed(self, term: Expr) -> str:
        """A term after the first, behind its sign."""
        negative = term.as_coeff_Mul()[0].is_negative
        return f" - {self.text(-term, PRODUCT)}" if negative else f" + {self.text(term, PRODUCT)}"

    def _product(self, product: Mul) -> TextWithPrecedence:
        """A product of positive coefficient, with negative powers below the line."""
        coefficient, rest = product.as_coeff_Mul()
        p, q = (coefficient.p, coefficient.q) if coefficient.is_Rational else (coefficient, 1)
        factors = rest.as_ordered_factors()
        inverted = [f for f in factors if isinstance(f, Pow) and f.exp.is_Rational and f.exp.is_negative]
        numerator = sorted((S(p), *(f for f in factors if f not in inverted)), key=lambda f: not f.is_number)
        denominator = [S(q), *(1 / f for f in inverted)]
        return f"{self._factors(numerator, PRODUCT)}/{self._factors(denominator, FACTOR)}".removesuffix("/1"), PRODUCT

    def _factors(self, factors: list[Expr], level: int) -> str:
        """The product of the factors other than one."""
        others = [f for f in factors if f != 1] or [S.One]
        text = "*".join(self.text(f, level) for f in others)
        return f"({text})" if level == FACTOR and len(others) > 1 else text

    def _power(self, base: Expr, exponent: Expr) -> TextWithPrecedence:
        """A power: a root, a fraction, or one with `**`."""
        if exponent.is_Rational and exponent.is_negative:
            return f"1/{self.text(base**-exponent, FACTOR)}", PRODUCT
        if exponent == S.Half:
            return self.functions[sqrt].format(self.text(base)), ATOM
        if exponent.is_Integer and isinstance(base, Symbol):
            return self.power(base, int(exponent))
        return f"{self.text(base, ATOM)}**{self.text(exponent, ATOM)}", POWER

    def _choice(self, condition: Any, value: Expr, otherwise: Expr) -> str:
        return self.conditional.format(self._condition(condition), self._argument(value), self._argument(otherwise))

    def _condition(self, node: Any) -> str:
        match node:
            case Relational():
                return f"({self.text(node.lhs)} {node.rel_op} {self.text(node.rhs)})"
            case IsNumber():
                (value,) = node.args
                return f"({self.text(value)} == {self.text(value)})"  # NaN alone differs from itself
            case And() | Or():
                template = self.conjunction if isinstance(node, And) else self.disjunction
                return reduce(template.format, map(self._condition, sorted(node.args, key=str)))
            case Not():
                return self.negation.format(self._condition(node.args[0]))
            case _:
                raise self._refusal(node)

    def _function(self, node: Any) -> str:
        """A call by the template of the function."""
        if node.func not in self.functions:
            raise self._refusal(node)
        template = self.functions[node.func]
        arguments = [self._argument(a) if len(node.args) > 1 else self.text(a) for a in node.args]
        if isinstance(node, Max | Min):
            return reduce(template.format, sorted(arguments))
        return template.format(*arguments)

    def _argument(self, argument: Expr) -> str:
        """An argument beside others, where some libraries want a plain number to be an array, too."""
        return self.constant.format(self.text(argument)) if argument.is_number else self.text(argument)

    def _refusal(self, node: Any) -> LoweringError:
        known = ", ".join(sorted(function.__name__ for function in self.functions))
        wrong = f"{self.backend} kernels have no {node.func.__name__}"
        return LoweringError(str(node), wrong, f"Write it with the functions that they have: {known}.")


class SquaringPrinter(Printer):
    """A printer of integer powers by repeated squaring.

    NumPy and torch compute powers from the cube on by logarithms, which is many times slower.
    """

    def power(self, base: Symbol, exponent: int) -> TextWithPrecedence:
        return _by_squaring(base.name, exponent), PRODUCT if exponent % 2 else POWER


def _by_squaring(base: str, exponent: int) -> str:
    """A positive integer power by repeated squaring."""
    if exponent <= 2:
        return f"{base}**2" if exponent == 2 else base
    return f"{base}*{_by_squaring(base, exponent - 1)}" if exponent % 2 else f"({_by_squaring(base, exponent // 2)})**2"
