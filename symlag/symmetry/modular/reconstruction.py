"""From residues back to numbers and parameters.

Parameters are drawn as prime numbers that are squares modulo p. A residue is read as a fraction, and the primes in its
numerator and denominator tell which parameters it is made of. What is a fraction only after division by the square
root of a known expression is read as a multiple of that root.

>>> from sympy import symbols
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> k, m = symbols("k m", positive=True)
>>> page = Page.of((k, m), PRIMES[0])
>>> a, b = (page.values[s] for s in (k, m))
>>> page.read(-3 * a * pow(2 * b, -1, page.prime)), page.read((b - 4 * a * a) * pow(b, -1, page.prime))
(-3*k/(2*m), (-4*k**2 + m)/m)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from sympy import Expr, Integer, Mul, Rational, S, Symbol, factor, nextprime

from symlag.symmetry.modular.linear_algebra import rational
from symlag.symmetry.modular.power_series import monomials
from symlag.symmetry.modular.specialization import Specialisation

# Numbers beyond the parameters in a readable coefficient: so small that none is the sum of a parameter and another.
SMALL = 2000
FIRST, SPREAD, STRIDE = 2**15, 2**16, 40503
COEFFICIENTS = 24
CANCELLED = 12
# A fraction that is so many bits shorter than the prime is none by chance.
CHANCE = 27
DEGREE = 4


@dataclass(frozen=True)
class Page:
    """What each parameter was drawn as, and the roots that may occur."""

    prime: int
    values: Mapping[Symbol, int]
    roots: tuple[Expr, ...] = ()

    @classmethod
    def of(cls, parameters: Iterable[Symbol], prime: int, draw: int = 0) -> Page:
        """Another draw for every number."""
        names = sorted(parameters, key=str)
        primes = islice(_squares(prime), draw * len(names), None)
        return cls(prime, dict(zip(names, primes, strict=False)))

    def read(self, residue: int) -> Expr | None:
        """The expression in parameters with this residue, if it is readable."""
        at = Specialisation(self.prime, self.values)
        for root in (S.One, *self.roots):
            plain = self._fraction(residue * pow(at.value(root), -1, self.prime))
            if plain is not None:
                return plain * root
        return None

    def _fraction(self, residue: int) -> Expr | None:
        found = rational(residue, self.prime)
        return (
            None
            if found is None or abs(found[0] * found[1]) >> self.prime.bit_length() - CHANCE
            else self.spell(Rational(*found))
        )

    def spell(self, number: Rational) -> Expr | None:
        """The expression in parameters with this value, if it is readable.

        A small number may have been cancelled: (1 − b)/(1 + b) is even over even for an odd b.
        """
        for times in range(1, CANCELLED + 1):
            below = self._sum(times * int(number.q))
            above = None if below is None else self._sum(times * int(number.p))
            if above is not None and below is not None:
                return factor(above / below) if above.is_Add and below.is_Add else above / below
        return None

    def _product(self, number: int) -> Expr | None:
        """A number as a small one times powers of parameters."""
        factors: list[Any] = []
        for symbol, value in self.values.items():
            while number and number % value == 0:
                number //= value
                factors.append(symbol)
        return Mul(number, *factors) if abs(number) < SMALL else None

    def _sum(self, number: int) -> Expr | None:
        """A number as one product of parameters, or as a sum of two."""
        if (single := self._product(number)) is not None:
            return single
        for unit, value in self._units():
            for c in range(-COEFFICIENTS, COEFFICIENTS + 1):
                if c and (other := self._product(number - c * value)) is not None:
                    return c * unit + other
        return None

    def _units(self) -> Iterator[tuple[Expr, int]]:
        symbols = tuple(self.values)
        for degree in range(DEGREE if symbols else 0):
            for alpha in monomials(len(symbols), degree):
                unit = Mul(*(s**e for s, e in zip(symbols, alpha, strict=True)))
                yield unit, int(unit.xreplace({s: Integer(v) for s, v in self.values.items()}))


def _squares(prime: int) -> Iterator[int]:
    """Prime numbers far apart that are squares modulo the prime."""
    for place in count():
        number = int(nextprime(FIRST + place * STRIDE % SPREAD))
        if pow(number, (prime - 1) // 2, prime) == 1:
            yield number
