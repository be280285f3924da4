"""The Lie closure of vector fields at a generic point: as many brackets as raise the rank, and a proof that no more do.

At a random point modulo a prime let a random covector p annihilate the fields found so far. If p·[X, Y] ≠ 0 for a
generator X and a field Y, the bracket is new. The rank is a lower bound without any doubt: a rank at one point, modulo
a prime, is never above that at a generic one.

That it is not higher is plain where laws in hand leave room for no more. Elsewhere it is tried: if p·[X, Y] = 0 for
every Y and one random combination X of the generators, the span of the fields is closed under brackets with generators
(a field that passes once passes always), hence holds every iterated bracket. This errs only if a random point among
2²⁵⁵ of each variable is a zero of some polynomial, twice.

>>> X, Y = {0: {(): 1}}, {1: {(): 1}, 2: {(0,): 1}}            # Heisenberg: ∂₀, and ∂₁ + x₀∂₂
>>> print(reached([X, Y], 3, most=3).evidence)
brackets of up to 2 fields have rank 3 of 3, and the laws in hand leave room for no more
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from symlag.symmetry.counting.polynomials import Field, Point, Slopes, Vector, product
from symlag.symmetry.modular.linear_algebra import PRIMES, SHORT, Echelon, dot

BRACKET, SYMMETRIC = -1, 1


@dataclass(frozen=True)
class Reach:
    """The rank of all iterated brackets at a generic point, and how it is known."""

    rank: int
    evidence: str


@dataclass(frozen=True)
class Closure:
    """Fields that span, at a generic point, all iterated brackets of the generators."""

    generators: tuple[Field, ...]
    fields: tuple[Field, ...]
    variables: int

    def holds(self, prime: int, seed: int) -> bool:
        """Whether the fields are independent and closed at another point, modulo another prime."""
        at = Germ(self.variables, prime, seed)
        generators = [*map(at.field, self.generators)]
        return all(at.learn(at.field(Y)) for Y in self.fields) and not at.search(generators, BRACKET)


def reached(generators: Sequence[Field], variables: int, most: int, seed: int = 0) -> Reach:
    """The rank of the closure of fields, which known laws keep from being above `most`."""
    at = Germ(variables, SHORT[0], seed)
    at.grow(sum(at.learn(at.field(X)) for X in generators), BRACKET, most)
    found = f"brackets of up to {plural(at.depth, 'field', 'fields')} have rank {len(at.known)} of {variables}"
    if len(at.known) == most:
        return Reach(most, f"{found}, and the laws in hand leave room for no more")
    closure, bits = Closure(tuple(generators), tuple(X.field for X in at.known), variables), PRIMES[0].bit_length()
    if all(closure.holds(prime, seed + i) for i, prime in enumerate(PRIMES[:2])):
        return Reach(len(at.known), f"{found}; none more at two points modulo two primes of {bits} bits")
    return reached(generators, variables, most, seed + 1)


@dataclass(frozen=True)
class Known:
    """A field at a point, by its components there; the field itself is made, and has slopes, when it is asked for."""

    value: Vector
    make: Callable[[], Field]
    at: Point
    depth: int = 1

    @cached_property
    def field(self) -> Field:
        """The field everywhere."""
        return self.make()

    @cached_property
    def slopes(self) -> Slopes:
        """The slopes of its components."""
        return self.at.slopes(self.field)

    def pulled(self, p: Sequence[int]) -> Vector:
        """The gradient of p·X, for a constant covector p."""
        found: defaultdict[int, int] = defaultdict(int)
        for moved, row in self.slopes.items():
            factor = p[moved]
            for variable, slope in row.items():
                found[variable] += factor * slope
        return found

    def along(self, x: Vector) -> Vector:
        """x(X), the slope of the field along a vector."""
        return {moved: _paired(x, row) for moved, row in self.slopes.items()}


class Germ:
    """Fields at one random point: their values, their span, and what is still missing from it."""

    def __init__(self, variables: int, prime: int, seed: int) -> None:
        self.dice, self.prime = Random(seed), prime
        self.point = Point.random(variables, prime, self.dice)
        self.span = Echelon(prime)
        self.known: list[Known] = []

    @property
    def depth(self) -> int:
        """Of how many fields the longest product is made."""
        return max((X.depth for X in self.known), default=0)

    def field(self, X: Field) -> Known:
        """A field at the point."""
        return Known(self.point.value(X), lambda: X, self.point)

    def product(self, X: Known, Y: Known, sign: int) -> Known:
        """X(Y) ± Y(X)."""
        XY, YX = Y.along(X.value), X.along(Y.value)
        value = {i: (XY.get(i, 0) + sign * YX.get(i, 0)) % self.prime for i in XY.keys() | YX.keys()}
        return Known(value, lambda: product(X.field, Y.field, sign), self.point, X.depth + Y.depth)

    def learn(self, Y: Known) -> bool:
        """Whether a field is independent of the known ones; it is kept if so."""
        new = bool(self.span.insert(Y.value))
        if new:
            self.known.append(Y)
        return new

    def grow(self, generators: int, sign: int, most: int) -> None:
        """Learns products of the first fields, the generators, with all: until there are enough, or no more."""
        j = 0
        while len(self.known) < most and (new := self.search(self.known[:generators], sign, j)):
            j = new[0][1]
            self._learn_some((self.product(self.known[i], self.known[j], sign) for i, j in new), most)

    def _learn_some(self, fields: Iterable[Known], most: int) -> None:
        """Learns those that are independent, until there are enough; after one that is not, a covector tells sooner."""
        p = list[int]()
        for Y in fields:
            if not p or self._at(p, Y.value):
                p = [] if self.learn(Y) else self.annihilator()
                if len(self.known) == most:
                    return

    def search(self, generators: Sequence[Known], sign: int, start: int = 0) -> list[tuple[int, int]]:
        """The first field, from `start` on, with generators whose products with it are new; empty if there is none."""
        p, weights = self.annihilator(), [self.dice.randrange(self.prime) for _ in generators]
        rows, values = [X.pulled(p) for X in generators], [X.value for X in generators]
        row, value = self._combined(weights, rows), self._combined(weights, values)
        for j, Y in enumerate(self.known[start:], start):
            slope = Y.pulled(p)
            if self._product(slope, Y.value, row, value, sign):
                pairs = enumerate(zip(rows, values, strict=True))
                return [(i, j) for i, (row, x) in pairs if self._product(slope, Y.value, row, x, sign)]
        return []

    def annihilator(self) -> list[int]:
        """A random covector that vanishes on every known field."""
        p = [self.dice.randrange(self.prime) for _ in self.point.values]
        for lead in sorted(self.span.rows):
            row, p[lead] = self.span.rows[lead], 0
            p[lead] = -self._at(p, row) % self.prime
        return p

    def _at(self, p: Sequence[int], x: Vector) -> int:
        """p·x, for a covector that has all components."""
        return dot(x.values(), map(p.__getitem__, x), self.prime)

    def _product(self, slope: Vector, y: Vector, row: Vector, x: Vector, sign: int) -> int:
        """p·(X(Y) ± Y(X)), from the slope p·DY and Y, p·DX and X."""
        return (_paired(slope, x) + sign * _paired(row, y)) % self.prime

    def _combined(self, weights: Sequence[int], rows: Sequence[Vector]) -> Vector:
        found: Vector = {}
        for weight, row in zip(weights, rows, strict=True):
            for i, c in row.items():
                found[i] = found.get(i, 0) + weight * c
        return {i: c % self.prime for i, c in found.items()}


def plural(n: int, one: str, many: str) -> str:
    """A number of things, in words."""
    return f"{n} {one if n == 1 else many}"


def _paired(p: Mapping[int, int], x: Mapping[int, int]) -> int:
    small, large = sorted((p, x), key=len)
    return sum(c * large[i] for i, c in small.items() if i in large)
