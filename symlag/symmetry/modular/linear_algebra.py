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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import isqrt
from operator import mul

# Safe primes of 255 bits modulo which 2, 3, 5, … 23 have square roots: fractions of 127 bits can be read back.
PRIMES = tuple(2**255 - below for below in (8411889, 19372089, 23547249))

# Safe primes of 61 bits: arithmetic is faster, for what needs a rank only.
SHORT_PRIMES = tuple(2**61 - below for below in (150993, 636873, 2231793))

Vector = list[int]


class UnluckyError(ArithmeticError):
    """A random point at which an expression has no value modulo the prime; at another point it has one."""


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
    basis: dict[int, int] = {}
    width, packing = 0, RowPacking.of(prime)
    for row in rows:
        number, width = packing.pack(row), len(row)
        for column, pivot in basis.items():
            if factor := packing.entry(number, column) % prime:
                number += (prime - factor) * pivot
        rest = packing.unpack(number, width)
        lead = next((i for i, entry in enumerate(rest) if entry), None)
        if lead is not None:
            inverse = pow(rest[lead], -1, prime)
            basis[lead] = packing.pack([entry * inverse % prime for entry in rest])
    # Back substitution: from the last pivot to the first, later pivots are eliminated from each row.
    done: dict[int, int] = {}
    for lead in sorted(basis, reverse=True):
        number = basis[lead]
        factors = [(packing.entry(number, column), pivot) for column, pivot in done.items()]
        number += sum((prime - factor) * pivot for factor, pivot in factors if factor)
        done[lead] = packing.pack(packing.unpack(number, width))
    return {lead: packing.unpack(number, width) for lead, number in done.items()}


def null_space(rows: Sequence[Vector], prime: int) -> list[Vector]:
    """A basis of the vectors that every row annihilates, a unit vector on the columns without pivot."""
    width = len(rows[0])
    basis = rref(rows, prime)
    free = [column for column in range(width) if column not in basis]
    return [[-basis[i][j] % prime if i in basis else int(i == j) for i in range(width)] for j in free]


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
