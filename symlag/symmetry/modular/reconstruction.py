"""From residues back to expressions in the parameters.

Parameters such as masses and frequencies take prime numbers as values (squares modulo p, so that roots exist). A
residue is read back as a fraction, and the primes in its numerator and denominator tell which parameters it is made of.
What is a fraction only after division by one of the known square roots is a multiple of that root, and what is none is
sought as a combination of the basis of an algebraic number field (`lattice`).

Reconstruction is not a proof: an expression that was read back is substituted into the equations with other values of
the parameters, by whoever uses it.

>>> from sympy import symbols
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> k, m = symbols("k m", positive=True)
>>> values = ParameterValues.draw((k, m), PRIMES[0])
>>> a, b = (values.numbers[s] for s in (k, m))
>>> values.expression(-3 * a * pow(2 * b, -1, values.prime))
-3*k/(2*m)
>>> values.expression((b - 4 * a * a) * pow(b, -1, values.prime))
(-4*k**2 + m)/m
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from math import inf
from typing import Any

from sympy import Add, Expr, Integer, Mul, Rational, S, expand_mul, factor, factorint, nextprime

from symlag.symmetry.modular.lattice import CHANCE, combination
from symlag.symmetry.modular.linear_algebra import rational_reconstruction
from symlag.symmetry.modular.power_series import monomials
from symlag.symmetry.modular.specialization import Specialization

# Numbers beside the parameters in a readable coefficient: so small that none is the sum of a parameter and another.
SMALL = 2000
# Values of parameters are the primes after FIRST + (i·STRIDE mod SPREAD): far apart from each other.
FIRST, SPREAD, STRIDE = 36_000, 2**16, 40503
# Sums of two terms: one is c times a monomial of at most this degree less one, with |c| up to COEFFICIENTS.
COEFFICIENTS = 24
DEGREE = 4
# Polynomials in one parameter have at most so many terms.
LONGEST = 12
# Common factors of numerator and denominator that may have been cancelled.
CANCELLED = 12


@dataclass(frozen=True)
class ParameterValues:
    """The values of the parameters modulo a prime, and the irrational numbers that may occur in coefficients.

    `roots` are square roots, of parameters or of numbers. `basis` spans the field of the numbers in the Lagrangian over
    ℚ, and `extensions` are bases of larger fields, each with 1 first.
    """

    prime: int
    numbers: Mapping[Any, int]
    roots: tuple[Expr, ...] = ()
    basis: tuple[Expr, ...] = (S.One,)
    extensions: tuple[tuple[Expr, ...], ...] = ()

    @classmethod
    def draw(
        cls,
        parameters: Iterable[Expr],
        prime: int,
        number: int = 0,
        *,
        basis: tuple[Expr, ...] = (S.One,),
        roots: tuple[Expr, ...] = (),
    ) -> ParameterValues:
        """The draw of the given number: another draw has other values for all parameters."""
        names = sorted(parameters, key=str)
        primes = islice(_prime_squares(prime), number * len(names), None)
        return cls(prime, dict(zip(names, primes, strict=False)), roots, basis)

    def expression(self, residue: int) -> Expr | None:
        """The expression in parameters with this residue, if it is readable."""
        for basis in ((S.One,), *([self.basis] if len(self.basis) > 1 else []), *self.extensions):
            for root in (S.One, *self.roots):
                number = self.number(residue, basis, root)
                coefficient = None if number is None else self.with_parameters(number)
                if coefficient is not None:
                    return coefficient * root if len(basis) == 1 else expand_mul(coefficient * root)
        return None

    def number(self, residue: int, basis: tuple[Expr, ...] | None = None, root: Expr = S.One) -> Expr | None:
        """The number with this residue, divided by a root: a combination of a basis with fractions, if it is short.

        In it the parameters are the prime numbers that are their values.
        """
        basis = self.basis if basis is None else basis
        at = Specialization(self.prime, self.numbers)
        residue = residue * pow(at.value(root), -1, self.prime) % self.prime
        if len(basis) > 1:
            found = combination(residue, [at.value(b) for b in basis], self.prime)
            return found and Add(*(Rational(n, found[1]) * b for n, b in zip(found[0], basis, strict=True)))
        fraction = rational_reconstruction(residue, self.prime)
        if fraction is None or abs(fraction[0] * fraction[1]) >> self.prime.bit_length() - CHANCE:
            return None
        return Rational(*fraction)

    def with_parameters(self, number: Expr) -> Expr | None:
        """A number with parameters in the place of their values, if it is readable: each rational part by itself."""
        terms: list[Expr] = []
        for term in Add.make_args(number):
            coefficient, irrational = term.as_coeff_Mul()
            readable = self.rational_expression(coefficient)
            if readable is None:
                return None
            terms.append(readable * irrational)
        return Add(*terms)

    def rational_expression(self, number: Rational) -> Expr | None:
        """The expression in parameters with this rational value, if it is readable.

        A small common factor may have been cancelled: (1 − b)/(1 + b) is even over even for an odd b.
        """
        if not self.numbers:
            return number
        for times in range(1, CANCELLED + 1):
            below = self._sum(times * int(number.q))
            above = None if below is None else self._sum(times * int(number.p))
            if above is not None and below is not None:
                return factor(above / below) if above.is_Add and below.is_Add else above / below
        # Numbers such as (9.81)² are large, but products of small primes.
        above, below = (self._product(int(n), largest=inf) for n in (number.p, number.q))
        return None if above is None or below is None else above / below

    def _sum(self, number: int) -> Expr | None:
        """A number as one product of parameters, or as a sum of two."""
        if (single := self._product(number)) is not None:
            return single
        if len(self.numbers) == 1:
            return self._polynomial(number)
        for unit, value in self._units():
            for c in range(-COEFFICIENTS, COEFFICIENTS + 1):
                if c and (other := self._product(number - c * value)) is not None:
                    return c * unit + other
        return None

    def _polynomial(self, number: int) -> Expr | None:
        """A number as a polynomial in the only parameter: its digits to that base, each of either sign, are small."""
        ((symbol, base),) = self.numbers.items()
        digits: list[int] = []
        while number:
            digits.append((number + base // 2) % base - base // 2)
            number = (number - digits[-1]) // base
        small = len(digits) <= LONGEST and all(abs(digit) < SMALL for digit in digits)
        return Add(*(digit * symbol**n for n, digit in enumerate(digits))) if small else None

    def _product(self, number: int, largest: float = SMALL) -> Expr | None:
        """A number as powers of parameters times a number below a limit, beyond `SMALL` a product of small primes."""
        factors: list[Expr] = []
        for symbol, value in self.numbers.items():
            while number and number % value == 0:
                number //= value
                factors.append(symbol)
        if abs(number) < largest and (abs(number) < SMALL or max(factorint(number, limit=SMALL)) < SMALL):
            return Mul(number, *factors)
        return None

    def _units(self) -> Iterator[tuple[Expr, int]]:
        """The monomials of low degree in the parameters, with their values."""
        symbols = tuple(self.numbers)
        for degree in range(DEGREE if symbols else 0):
            for alpha in monomials(len(symbols), degree):
                unit = Mul(*(s**e for s, e in zip(symbols, alpha, strict=True)))
                yield unit, int(unit.xreplace({s: Integer(v) for s, v in self.numbers.items()}))


def _prime_squares(prime: int) -> Iterator[int]:
    """Prime numbers far apart that are squares modulo the prime."""
    for place in count():
        number = int(nextprime(FIRST + place * STRIDE % SPREAD))
        if pow(number, (prime - 1) // 2, prime) == 1:
            yield number
