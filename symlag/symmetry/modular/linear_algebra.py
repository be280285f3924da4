"""Exact linear algebra modulo a prime.

Linear equations over ℚ are solved modulo a large prime p, and rational numbers are read back from the residues. A
residue r stands for at most one fraction a/b with |a|, b < √(p/2), which Euclid's algorithm finds (Wang 1981). The rank
modulo p is at most the rank over ℚ, and less only where p divides a minor.

The primes p = 2r + 1 here are safe: r is prime, too. The squares modulo p then form a group of odd prime order r, in
which every rational power with a small denominator exists once: aᵉ obeys the laws that it obeys for positive reals.

>>> prime = PRIMES[0]
>>> rational_reconstruction(5 * pow(7, -1, prime) % prime, prime)
(5, 7)
>>> null_space([[1, 2, 3], [2, 4, 6]], 101)
[[99, 1, 0], [98, 0, 1]]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from heapq import heapify, heappop, heappush
from itertools import count
from math import isqrt
from operator import mul

from sympy import isprime

# Safe primes of 255 bits modulo which 2, 3, 5, … 23 have square roots: fractions of 127 bits can be read back.
PRIMES = tuple(2**255 - below for below in (8411889, 19372089, 23547249))

# Safe primes of 61 bits: arithmetic is faster, for what needs a rank only.
SHORT_PRIMES = tuple(2**61 - below for below in (150993, 636873, 2231793))

Vector = list[int]

# Further primes p are such that r has no prime factor below this, so that the powers of most fractions exist once.
SMALLEST_FACTOR = 100


class UnluckyError(ArithmeticError):
    """A random point at which an expression has no value modulo the prime; at another point it has one."""


def primes() -> Iterator[int]:
    """`PRIMES`, and then others of their size, for numbers whose roots do not exist modulo these.

    They are 7 modulo 8, and ±1 modulo 3 and 5 as it takes for 2, 3 and 5 to have square roots.
    """
    yield from PRIMES
    for number in count():
        yield _further_prime(number)


@cache
def _further_prime(number: int) -> int:
    """The first suitable prime below the one before."""
    candidate = (_further_prime(number - 1) if number else 2**255 - 2**60) - 1
    factors = [q for q in range(3, SMALLEST_FACTOR) if all(q % d for d in range(2, q))]
    while candidate % 8 != 7:
        candidate -= 1
    while (
        candidate % 3 != 2
        or candidate % 5 != 4
        or any(candidate % q in (0, 1) for q in factors)
        or pow(2, candidate - 1, candidate) != 1
        or not isprime(candidate)
    ):
        candidate -= 8
    return candidate


def power(base: int, exponent: Fraction, prime: int) -> int:
    """A rational power of a residue: of any residue for whole exponents, of squares otherwise."""
    if base == 0 and exponent < 0:
        raise UnluckyError
    if exponent.denominator == 1:
        return pow(base, exponent.numerator, prime)
    if not is_square(base, prime):
        raise UnluckyError
    order = (prime - 1) // 2
    return pow(base, exponent.numerator * pow(exponent.denominator, -1, order) % order, prime)


def is_square(residue: int, prime: int) -> bool:
    """Whether a residue other than zero is a square modulo a prime: Euler's criterion."""
    return pow(residue, (prime - 1) // 2, prime) == 1


def rational_reconstruction(residue: int, prime: int) -> tuple[int, int] | None:
    """The fraction a/b with |a|, b < √(p/2) and a ≡ b·residue, if there is one, by Euclid's algorithm."""
    limit = isqrt(prime // 2)
    (r, s), (b, d) = (prime, residue % prime), (0, 1)
    while s > limit:
        r, s, b, d = s, r % s, d, b - r // s * d
    if d == 0 or abs(d) > limit:
        return None
    return (s, d) if d > 0 else (-s, -d)


def dot(left: Iterable[int], right: Iterable[int], prime: int) -> int:
    """The inner product of two vectors."""
    return sum(map(mul, left, right)) % prime


def rref(rows: Iterable[Vector], prime: int) -> dict[int, Vector]:
    """The reduced row echelon form, as a map from each pivot column to its row."""
    echelon, width = DenseEchelon(prime), 0
    for row in rows:
        echelon.insert(row)
        width = len(row)
    return echelon.reduced(width)


def null_space(rows: Sequence[Vector], prime: int) -> list[Vector]:
    """A basis of the vectors that every row annihilates, a unit vector on the columns without pivot."""
    echelon = DenseEchelon(prime)
    for row in rows:
        echelon.insert(row)
    return echelon.null_space(len(rows[0]))


@dataclass(frozen=True)
class Echelon:
    """A growing system of sparse equations in echelon form; the pivot of a row is its highest column."""

    prime: int
    rows: dict[int, dict[int, int]] = field(default_factory=dict)

    def reduce(self, row: Mapping[int, int]) -> dict[int, int]:
        """The row with every pivot column eliminated."""
        left, remainder, queue = dict(row), dict[int, int](), [-column for column in row]
        heapify(queue)
        while queue:
            column = -heappop(queue)
            value = left.pop(column) % self.prime
            if value and column in self.rows:
                self._subtract(left, queue, value, column)
            elif value:
                remainder[column] = value
        return remainder

    def _subtract(self, left: dict[int, int], queue: list[int], factor: int, pivot: int) -> None:
        """Subtract a multiple of a row of the system, and queue the columns that are new."""
        for column, value in self.rows[pivot].items():
            if column in left:
                left[column] -= factor * value
            elif column != pivot:
                left[column] = -factor * value
                heappush(queue, -column)

    def insert(self, row: Mapping[int, int]) -> int:
        """Add an equation to the system; its pivot before normalization, zero if it follows from the others."""
        remainder = self.reduce(row)
        if not remainder:
            return 0
        lead = max(remainder)
        inverse = pow(remainder[lead], -1, self.prime)
        self.rows[lead] = {column: value * inverse % self.prime for column, value in remainder.items()}
        return remainder[lead]


@dataclass(frozen=True)
class RowPacking:
    """A row as one long number, so that a row operation is one multiplication of Python's integers.

    Each entry has as many bytes as a sum of 2¹⁸ products of residues takes.
    """

    prime: int
    size: int

    @classmethod
    def of(cls, prime: int) -> RowPacking:
        """The packing for residues modulo a prime."""
        return cls(prime, (2 * prime.bit_length() + 25) // 8)

    def pack(self, row: Vector) -> int:
        """The number of a row."""
        return int.from_bytes(b"".join(entry.to_bytes(self.size, "little") for entry in row), "little")

    def unpack(self, number: int, width: int) -> Vector:
        """The row of a number, its entries reduced modulo the prime."""
        data = number.to_bytes(self.size * width, "little")
        starts = range(0, self.size * width, self.size)
        return [int.from_bytes(data[i : i + self.size], "little") % self.prime for i in starts]

    def entry(self, number: int, column: int) -> int:
        """One entry, a sum of products of residues."""
        return number >> 8 * self.size * column & (1 << 8 * self.size) - 1


@dataclass(frozen=True)
class DenseEchelon:
    """A growing system of dense equations in echelon form; the pivot of a row is its lowest column.

    Rows are `RowPacking` numbers, by their pivots, in the order in which they were inserted.
    """

    prime: int
    rows: dict[int, int] = field(default_factory=dict)

    def insert(self, row: Vector) -> bool:
        """Add an equation to the system; false if it follows from the others."""
        packing = RowPacking.of(self.prime)
        number = packing.pack(row)
        for column, pivot in self.rows.items():
            if factor := packing.entry(number, column) % self.prime:
                number += (self.prime - factor) * pivot
        rest = packing.unpack(number, len(row))
        lead = next((i for i, entry in enumerate(rest) if entry), None)
        if lead is None:
            return False
        inverse = pow(rest[lead], -1, self.prime)
        self.rows[lead] = packing.pack([entry * inverse % self.prime for entry in rest])
        return True

    def reduced(self, width: int) -> dict[int, Vector]:
        """The rows with every later pivot eliminated, by their pivots."""
        packing = RowPacking.of(self.prime)
        # Back substitution: from the last pivot to the first, later pivots are eliminated from each row.
        done: dict[int, int] = {}
        for lead in sorted(self.rows, reverse=True):
            number = self.rows[lead]
            factors = [(packing.entry(number, column), pivot) for column, pivot in done.items()]
            number += sum((self.prime - factor) * pivot for factor, pivot in factors if factor)
            done[lead] = packing.pack(packing.unpack(number, width))
        return {lead: packing.unpack(number, width) for lead, number in done.items()}

    def null_space(self, width: int) -> list[Vector]:
        """A basis of the vectors that every row annihilates, a unit vector on the columns without pivot."""
        basis = self.reduced(width)
        free = [column for column in range(width) if column not in basis]
        return [[-basis[i][j] % self.prime if i in basis else int(i == j) for i in range(width)] for j in free]
