"""Exact linear algebra by way of residues: equations are solved modulo a prime, and rational answers are read back.

The primes p = 2r + 1 are safe (r is prime, too). The squares modulo p then form a group of odd prime order r, in which
every rational power with a small denominator exists once: aᵉ obeys the laws that it obeys for positive reals.

>>> prime = PRIMES[0]
>>> rational(5 * pow(7, -1, prime) % prime, prime)
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

# Safe primes of 255 bits modulo which 2, 3, 5, … 23 have roots: fractions of 127 bits can be read back.
PRIMES = tuple(2**255 - below for below in (8411889, 19372089, 23547249))

# The same of 61 bits: what occurs at all is found sooner by them.
SHORT = tuple(2**61 - below for below in (150993, 636873, 2231793))

Vector = list[int]


class UnluckyError(ArithmeticError):
    """A draw at which an expression has no value modulo the prime; another draw has one."""


def power(base: int, exponent: Fraction, prime: int) -> int:
    """A rational power of a residue: of any residue for whole exponents, of squares otherwise."""
    if base == 0 and exponent < 0:
        raise UnluckyError
    if exponent.denominator == 1:
        return pow(base, exponent.numerator, prime)
    order = (prime - 1) // 2
    if pow(base, order, prime) != 1:
        raise UnluckyError
    return pow(base, exponent.numerator * pow(exponent.denominator, -1, order) % order, prime)


def rational(residue: int, prime: int) -> tuple[int, int] | None:
    """The fraction a/b with |a|, b < √(p/2) that leaves the residue, if there is one (Wang 1981)."""
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


def reduced(rows: Iterable[Vector], prime: int) -> dict[int, Vector]:
    """The reduced row echelon form: each pivot column with its row."""
    basis: dict[int, int] = {}
    width, slots = 0, Slots.of(prime)
    for row in rows:
        number, width = slots.packed(row), len(row)
        for column, pivot in basis.items():
            if factor := slots.entry(number, column) % prime:
                number += (prime - factor) * pivot
        left = slots.unpacked(number, width)
        lead = next((i for i, entry in enumerate(left) if entry), None)
        if lead is not None:
            inverse = pow(left[lead], -1, prime)
            basis[lead] = slots.packed([entry * inverse % prime for entry in left])
    return _back(basis, width, slots)


def null_space(rows: Sequence[Vector], prime: int) -> list[Vector]:
    """A basis of the vectors that every row annihilates, a unit vector on the columns without pivot."""
    width = len(rows[0])
    basis = reduced(rows, prime)
    free = [column for column in range(width) if column not in basis]
    return [[-basis[i][j] % prime if i in basis else int(i == j) for i in range(width)] for j in free]


@dataclass(frozen=True)
class Echelon:
    """A growing system of sparse equations; the pivot of a row is its highest column."""

    prime: int
    rows: dict[int, dict[int, int]] = field(default_factory=dict)

    def reduce(self, row: Mapping[int, int]) -> dict[int, int]:
        """The row with every pivot column eliminated."""
        left, kept, queue = dict(row), dict[int, int](), [-column for column in row]
        heapify(queue)
        while queue:
            column = -heappop(queue)
            value = left.pop(column) % self.prime
            if value and column in self.rows:
                self._subtract(left, queue, value, column)
            elif value:
                kept[column] = value
        return kept

    def _subtract(self, left: dict[int, int], queue: list[int], factor: int, pivot: int) -> None:
        """Takes a multiple of a known row off, and queues the columns that are new."""
        for column, value in self.rows[pivot].items():
            if column in left:
                left[column] -= factor * value
            elif column != pivot:
                left[column] = -factor * value
                heappush(queue, -column)

    def insert(self, row: Mapping[int, int]) -> int:
        """The pivot of what the row says beyond the known ones, by which it is divided and kept; zero if nothing."""
        kept = self.reduce(row)
        if not kept:
            return 0
        lead = max(kept)
        inverse = pow(kept[lead], -1, self.prime)
        self.rows[lead] = {column: value * inverse % self.prime for column, value in kept.items()}
        return kept[lead]


@dataclass(frozen=True)
class Slots:
    """A row as one long number, with as many bytes for each entry as a sum of 2¹⁸ products of residues takes."""

    prime: int
    size: int

    @classmethod
    def of(cls, prime: int) -> Slots:
        """The slots for residues modulo a prime."""
        return cls(prime, (2 * prime.bit_length() + 25) // 8)

    def packed(self, row: Vector) -> int:
        """The number of a row."""
        return int.from_bytes(b"".join(entry.to_bytes(self.size, "little") for entry in row), "little")

    def unpacked(self, number: int, width: int) -> Vector:
        """The row of a number."""
        data = number.to_bytes(self.size * width, "little")
        starts = range(0, self.size * width, self.size)
        return [int.from_bytes(data[i : i + self.size], "little") % self.prime for i in starts]

    def entry(self, number: int, column: int) -> int:
        """One entry, a sum of products."""
        return number >> 8 * self.size * column & (1 << 8 * self.size) - 1


def _back(basis: dict[int, int], width: int, slots: Slots) -> dict[int, Vector]:
    """The rows of an echelon form with the later pivots eliminated from each."""
    done: dict[int, int] = {}
    for lead in sorted(basis, reverse=True):
        number = basis[lead]
        factors = [(slots.entry(number, column), pivot) for column, pivot in done.items()]
        number += sum((slots.prime - factor) * pivot for factor, pivot in factors if factor)
        done[lead] = slots.packed(slots.unpacked(number, width))
    return {lead: slots.unpacked(number, width) for lead, number in done.items()}
