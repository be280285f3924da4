"""Decimals: 0.5 is the number 1/2, written with a point.

**Rule.** A float in an expression means the decimal that the user wrote.

1. At the door every decimal becomes the rational number of its digits (`exact`), of which SymPy prints fifteen for a
   float of Python: 0.1 + 0.2 means 3/10. What symlag decides and derives is decided and derived of rational numbers.
2. On the way out a rational number is written as a decimal again where that number, or its opposite, was written so
   (`Decimals.written`), and with the very float that was. Exponents are remembered apart from other numbers, so that
   0.5 in one place does not turn square roots into powers 0.5.
3. Whole decimals such as 2.0 are whole numbers, and stay so. So do numbers among numbers: exp(1/2) is not evaluated.

A subclass of Rational that prints itself as a decimal would not do: SymPy keeps one object for equal numbers.

>>> from sympy import symbols
>>> x, k = symbols("x k")
>>> decimals = Decimals.of(0.5 * k * x**2.5)
>>> exact(0.5 * k * x**2.5), decimals.written(exact(0.5 * k * x**2.5))
(k*x**(5/2)/2, 0.5*k*x**2.5)
>>> decimals.written(-k**2 / 2 + 3 * x / 4)
-0.5*k**2 + 3*x/4
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Basic, ComplexRootOf, Float, Pow, Rational, S, sstr

# Floats with larger powers of two in them are left as they are, for those who check arguments to refuse.
BITS = 4000


def exact(expression: Any) -> Any:
    """The expression with the rational number that each decimal denotes; a float of Python as a rational number."""
    if isinstance(expression, float):
        expression = S(expression)
    if not isinstance(expression, Basic):
        return expression
    decimals = [number for number in expression.atoms(Float) if abs(number._mpf_[2]) < BITS]
    return expression.xreplace({number: Rational(str(number)) for number in decimals}) if decimals else expression


@dataclass(frozen=True)
class Decimals:
    """The decimals that were written, each by the positive rational number that it denotes.

    Parameters
    ----------
    numbers : mapping
        From rational numbers to floats.
    exponents : mapping
        The same for exponents of powers.
    """

    numbers: Mapping[Rational, Float] = field(default_factory=dict)
    exponents: Mapping[Rational, Float] = field(default_factory=dict)

    @classmethod
    def of(cls, *expressions: Any) -> Decimals:
        """The decimals in some expressions."""
        numbers: dict[Rational, Float] = {}
        exponents: dict[Rational, Float] = {}
        for expression in expressions:
            written = S(expression) if isinstance(expression, float) else expression
            if not isinstance(written, Basic) or not written.has(Float):
                continue
            powers = [p.exp for p in written.atoms(Pow) if isinstance(p.exp, Float)]
            others = written.xreplace({p: p.base for p in written.atoms(Pow) if isinstance(p.exp, Float)})
            for place, floats in ((exponents, powers), (numbers, others.atoms(Float))):
                # Sorted, for which of two floats that denote one number is kept must not depend on their order.
                for number in sorted(floats, key=str):
                    value = Rational(str(number))
                    if not value.is_Integer:
                        place.setdefault(abs(value), abs(number))
        return cls(numbers, exponents)

    def __bool__(self) -> bool:
        return bool(self.numbers or self.exponents)

    def __or__(self, other: Decimals) -> Decimals:
        return Decimals({**other.numbers, **self.numbers}, {**other.exponents, **self.exponents})

    def written(self, expression: Any) -> Any:
        """The expression with these decimals in the place of their numbers."""
        if not self or not isinstance(expression, Basic):
            return expression
        if isinstance(expression, Rational):
            return _as_decimal(expression, self.numbers)
        if not expression.args or isinstance(expression, ComplexRootOf):
            return expression
        if not expression.free_symbols and not (expression.is_Add or expression.is_Mul):
            return expression
        if isinstance(expression, Pow):
            base, exponent = expression.args
            known = exponent if exponent.is_Rational else self.written(exponent)
            return _rebuilt(expression, (self.written(base), _as_decimal(known, self.exponents)))
        return _rebuilt(expression, tuple(map(self.written, expression.args)))


def shown(value: Any) -> str:
    """What is printed of a value: of a decimal its digits, without zeros after them.

    >>> shown(S(0.2)), shown(S(1) / 5)
    ('0.2', '1/5')
    """
    return sstr(value, full_prec=False) if isinstance(value, Float) else str(value)


def _as_decimal(number: Any, decimals: Mapping[Rational, Float]) -> Any:
    """A number as the decimal that was written for it or for its opposite; anything else as it is."""
    if not isinstance(number, Rational) or abs(number) not in decimals:
        return number
    return decimals[abs(number)] if number.is_positive else -decimals[abs(number)]


def _rebuilt(expression: Basic, arguments: tuple[Any, ...]) -> Any:
    """The expression with other arguments; the same where they are the same."""
    if all(new is old for new, old in zip(arguments, expression.args, strict=True)):
        return expression
    return expression.func(*arguments)
