"""The Lie closure of vector fields at a generic point: as many brackets as raise the rank, and a proof that no more do.

At a random point modulo a prime let a random covector p annihilate the fields found so far. If p·[X, Y] ≠ 0 for a
generator X and a field Y, the bracket is new. If p·[X, Y] = 0 for every Y and one random combination X of the
generators, the span of the fields is closed under brackets with generators (a field that passes once passes always),
hence holds every iterated bracket: it is the closure.

The rank is a lower bound without any doubt, for a rank modulo a prime is never above the true one. That it is not
higher fails only if a random point among 2¹²⁷ of each variable is a zero of some polynomial, twice.

>>> X, Y = {0: {(): 1}}, {1: {(): 1}, 2: {(0,): 1}}            # Heisenberg: ∂₀, and ∂₁ + x₀∂₂
>>> closed([X, Y], 3).dimension
3
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from symlag.completeness.polynomials import Field, Point, Vector, bracket
from symlag.symmetry.residues import PRIMES, Echelon

Covector = list[int]


@dataclass(frozen=True)
class Closure:
    """Fields that span, at a generic point, all iterated brackets of the generators.

    `words` tells of each field how it was made: the number of a generator, or of a generator and a field before.
    """

    generators: tuple[Field, ...]
    fields: tuple[Field, ...]
    words: tuple[tuple[int, ...], ...]
    variables: int

    @property
    def dimension(self) -> int:
        """The rank of the fields at a generic point."""
        return len(self.fields)

    @property
    def depth(self) -> int:
        """The longest bracket that was needed, by the number of generators in it."""
        lengths: list[int] = []
        for word in self.words:
            lengths.append(1 if len(word) == 1 else 1 + lengths[word[1]])
        return max(lengths, default=0)

    def holds(self, prime: int, seed: int) -> bool:
        """Whether the same fields are independent and closed at another point, modulo another prime."""
        at = _Germ(self.generators, self.variables, prime, Random(seed))
        return all(at.learn(Y) for Y in self.fields) and at.search() is None


def closed(generators: Sequence[Field], variables: int, seed: int = 0) -> Closure:
    """The closure of fields, found at one point and confirmed at another one modulo another prime."""
    at = _Germ(generators, variables, PRIMES[0], Random(seed))
    words: list[tuple[int, ...]] = [(i,) for i, X in enumerate(generators) if at.learn(X)]
    pair = at.search()
    while pair:
        words.append(pair)
        at.learn(bracket(generators[pair[0]], at.fields[pair[1]]))
        pair = at.search(pair[1])
    found = Closure(tuple(generators), tuple(at.fields), tuple(words), variables)
    return found if found.holds(PRIMES[1], seed + 1) else closed(generators, variables, seed + 2)


class _Germ:
    """Fields at one random point: their values, their span, and what is still missing from it."""

    def __init__(self, generators: Iterable[Field], variables: int, prime: int, dice: Random) -> None:
        self.dice, self.prime, self.variables = dice, prime, variables
        self.at = Point([dice.randrange(prime) for _ in range(variables)], prime)
        self.span = Echelon(prime)
        self.generators = [(X, self.at.value(X)) for X in generators]
        self.weights = [dice.randrange(prime) for _ in self.generators]
        self.mixed = _combined(self.weights, [x for _, x in self.generators])
        self.fields: list[Field] = []
        self.values: list[Vector] = []

    def learn(self, Y: Field) -> bool:
        """Whether a field is independent of the known ones; it is kept if so."""
        value = self.at.value(Y)
        if not self.span.insert(value):
            return False
        self.fields.append(Y)
        self.values.append(value)
        return True

    def search(self, start: int = 0) -> tuple[int, int] | None:
        """A generator and a field, of those from `start` on, whose bracket is new; none where these are closed."""
        if len(self.fields) == self.variables:
            return None
        p = self.annihilator()
        pulled = [self.at.pulled(p, X) for X, _ in self.generators]
        row = _combined(self.weights, pulled)
        for j in range(start, len(self.fields)):
            slope, y = self.at.pulled(p, self.fields[j]), self.values[j]
            if self._curvature(slope, y, row, self.mixed):
                known = enumerate(zip(pulled, self.generators, strict=True))
                return next(i for i, (row, (_, x)) in known if self._curvature(slope, y, row, x)), j
        return None

    def annihilator(self) -> Covector:
        """A random covector that vanishes on every known field."""
        p = [self.dice.randrange(self.prime) for _ in range(self.variables)]
        for lead in sorted(self.span.rows):
            p[lead] = -sum(c * p[i] for i, c in self.span.rows[lead].items() if i != lead) % self.prime
        return p

    def _curvature(self, slope: Vector, y: Vector, row: Vector, x: Vector) -> int:
        """p·[X, Y], from the slope p·DY and Y, p·DX and X."""
        return (_paired(slope, x) - _paired(row, y)) % self.prime


def _paired(p: Vector, x: Vector) -> int:
    small, large = sorted((p, x), key=len)
    return sum(c * large[i] for i, c in small.items() if i in large)


def _combined(weights: Sequence[int], rows: Sequence[Vector]) -> Vector:
    found: Vector = {}
    for weight, row in zip(weights, rows, strict=True):
        for i, c in row.items():
            found[i] = found.get(i, 0) + weight * c
    return found
