"""Power series in several variables modulo a prime, truncated at a total degree.

A series Σ c_α uᵅ is a list of its homogeneous parts. A monomial is one number, five bits for the exponent of each
variable, so that monomials multiply by adding numbers. A series without variables is a plain number: numbers and series
mix freely in sums and products.

>>> x = Series.variable(3, 0, 2, 101)
>>> exponential(x - 3).parts
[{0: 1}, {1: 1}, {2: 51}]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, prod
from typing import Any, Self

from symlag.symmetry.modular.linear_algebra import power

BITS = 5
Part = dict[int, int]


@dataclass(frozen=True, eq=False)
class Series:
    """Σ c_α uᵅ as one dictionary of coefficients for every total degree."""

    parts: list[Part]
    prime: int

    @classmethod
    def variable(cls, value: int, place: int, order: int, prime: int) -> Any:
        """The value plus the variable of the given place; the value alone where the order is zero."""
        higher: list[Part] = [{1 << BITS * place: 1}, *({} for _ in range(order - 1))]
        return cls([{0: value}, *higher], prime) if order else value

    @property
    def constant(self) -> int:
        """The value at the point of expansion."""
        return self.parts[0].get(0, 0)

    def __add__(self, other: Any) -> Self:
        terms = other.parts if isinstance(other, Series) else [{0: other}, *[{}] * (len(self.parts) - 1)]
        return self._of([_add(a, b, self.prime) for a, b in zip(self.parts, terms, strict=True)])

    def __mul__(self, other: Any) -> Self:
        if not isinstance(other, Series):
            return self._of([{m: c * other % self.prime for m, c in part.items()} for part in self.parts])
        return self._of([self._product(other, degree) for degree in range(len(self.parts))])

    def __sub__(self, other: Any) -> Self:
        return self + other * -1

    def __mod__(self, prime: int) -> Self:
        return self

    __radd__, __rmul__ = __add__, __mul__

    def _product(self, other: Series, degree: int) -> Part:
        """The homogeneous part of one degree of a product."""
        total: Part = {}
        for i in range(degree + 1):
            right = other.parts[degree - i].items()
            for m, a in self.parts[i].items():
                for n, b in right:
                    total[m + n] = total.get(m + n, 0) + a * b
        return {m: c % self.prime for m, c in total.items()}

    def _of(self, parts: list[Part]) -> Self:
        return type(self)(parts, self.prime)


def homogeneous_parts(value: Any, order: int) -> list[Part]:
    """The coefficients of a number or a series, degree by degree, zeros left out."""
    if not isinstance(value, Series):
        return [{0: value} if value else {}, *({} for _ in range(order))]
    return [{m: c for m, c in part.items() if c} for part in value.parts]


def constant(value: Any) -> int:
    """The value of a number or a series at the point of expansion."""
    return value.constant if isinstance(value, Series) else value


def pack(exponents: Sequence[int]) -> int:
    """The number of a monomial."""
    return sum(e << BITS * place for place, e in enumerate(exponents))


def unpack(monomial: int, variables: int) -> tuple[int, ...]:
    """The exponents of a monomial."""
    return tuple(monomial >> BITS * place & (1 << BITS) - 1 for place in range(variables))


def monomials(variables: int, degree: int) -> Iterator[tuple[int, ...]]:
    """The exponents of all monomials of one total degree."""
    if variables == 1:
        yield (degree,)
        return
    for first in range(degree + 1):
        yield from ((first, *rest) for rest in monomials(variables - 1, degree - first))


def factorials(exponents: Sequence[int]) -> int:
    """α!, by which a Taylor coefficient becomes a derivative."""
    return prod(map(factorial, exponents))


def series_power(value: Any, exponent: Fraction, prime: int) -> Any:
    """A rational power of a number or a series, by the binomial series."""
    if not isinstance(value, Series):
        return power(value, exponent, prime)
    if exponent.denominator == 1 and 0 <= exponent <= len(value.parts):
        return prod([value] * int(exponent), start=1)
    head, binomials = power(value.constant, exponent, prime), [1]
    for j in range(1, len(value.parts)):
        ratio = (exponent.numerator - (j - 1) * exponent.denominator) * pow(exponent.denominator * j, -1, prime)
        binomials.append(binomials[-1] * ratio % prime)
    return compose(value * pow(value.constant, -1, prime) - 1, binomials) * head


def exponential(tail: Any) -> Any:
    """exp of a series without constant term; 1 for the number zero."""
    return compose(tail, [pow(factorial(j), -1, tail.prime) for j in range(len(tail.parts))]) if tail else 1


def cosine_and_sine(tail: Any) -> tuple[Any, Any]:
    """cos and sin of a series without constant term; 1 and 0 for the number zero."""
    if not tail:
        return 1, 0
    signed = [(-1) ** (j // 2) * pow(factorial(j), -1, tail.prime) % tail.prime for j in range(len(tail.parts))]
    even = [c if j % 2 == 0 else 0 for j, c in enumerate(signed)]
    odd = [c if j % 2 == 1 else 0 for j, c in enumerate(signed)]
    return compose(tail, even), compose(tail, odd)


def logarithm(value: Any) -> Any:
    """log of a series less the logarithm of its constant term; 0 for a number."""
    if not isinstance(value, Series):
        return 0
    prime = value.prime
    inverse = power(value.constant, Fraction(-1), prime)
    terms = [0] + [(-1) ** (j + 1) * pow(j, -1, prime) % prime for j in range(1, len(value.parts))]
    return compose(value * inverse - 1, terms)


def compose(tail: Any, coefficients: list[int]) -> Any:
    """Σ c_j tailʲ of a series without constant term, by Horner's scheme; c_0 for the number zero."""
    total: Any = tail * 0
    for c in reversed(coefficients):
        total = total * tail + c
    return total


def _add(left: Part, right: Part, prime: int) -> Part:
    """The sum of two homogeneous parts."""
    total = dict(left)
    for m, c in right.items():
        total[m] = (total.get(m, 0) + c) % prime
    return total
