"""The rank of the Lie algebra that vector fields generate, at a generic point, with a proof.

Theorem (Frobenius). Let all iterated brackets of some vector fields on N variables span r dimensions at a generic
point. Around such a point just N − r independent functions are constant along all of the fields.

This module computes r, the rank of the closure under brackets.

*Lower bound.* At a random point modulo a prime let a random covector p annihilate the fields known so far. If p·[X, Y]
≠ 0 for a generator X and a known field Y, the bracket is independent of them, and is added. A rank at one point, modulo
a prime, is never above that at a generic one.

*Upper bound.* Where explicit conservation laws leave room for no more, there is nothing left to prove. Elsewhere it is
tested: if p·[X, Y] = 0 for every Y and one random combination X of the generators, the span of the fields is closed
under brackets with generators (one that is not passes only if p and the weights are a zero of some polynomial),
hence holds every iterated bracket. The test is made at two random points modulo two primes of 255 bits.

>>> X, Y = {0: {(): 1}}, {1: {(): 1}, 2: {(0,): 1}}            # Heisenberg: ∂₀, and ∂₁ + x₀∂₂
>>> print(closure_rank([X, Y], 3, most=3).evidence)
brackets of up to 2 fields have rank 3 of 3, and the laws in hand leave room for no more
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from symlag.symmetry.counting.polynomials import Jacobian, Point, SparseVector, VectorField, product
from symlag.symmetry.modular.linear_algebra import PRIMES, SHORT_PRIMES, Echelon, dot

# The sign in X(Y) ± Y(X).
BRACKET, SYMMETRIC = -1, 1


@dataclass(frozen=True)
class ClosureRank:
    """The rank of all iterated brackets at a generic point, and how it is known."""

    rank: int
    evidence: str


@dataclass(frozen=True)
class Closure:
    """Fields that span, at a generic point, all iterated brackets of the generators."""

    generators: tuple[VectorField, ...]
    fields: tuple[VectorField, ...]
    variables: int

    def holds(self, prime: int, seed: int) -> bool:
        """Whether the fields are independent and closed at another point, modulo another prime."""
        span = SpanAtPoint(self.variables, prime, seed)
        generators = [*map(span.field, self.generators)]
        independent = all(span.insert(span.field(Y)) for Y in self.fields)
        return independent and not span.new_products(generators, BRACKET)


def closure_rank(generators: Sequence[VectorField], variables: int, most: int, seed: int = 0) -> ClosureRank:
    """The rank of the closure of fields under brackets, which known laws keep from being above `most`."""
    span = SpanAtPoint(variables, SHORT_PRIMES[0], seed)
    span.close(sum(span.insert(span.field(X)) for X in generators), BRACKET, most)
    rank = len(span.fields)
    lower = f"brackets of up to {plural(span.depth, 'field', 'fields')} have rank {rank} of {variables}"
    if rank == most:
        return ClosureRank(most, f"{lower}, and the laws in hand leave room for no more")
    closure = Closure(tuple(generators), tuple(X.field for X in span.fields), variables)
    if all(closure.holds(prime, seed + i) for i, prime in enumerate(PRIMES[:2])):
        bits = PRIMES[0].bit_length()
        return ClosureRank(rank, f"{lower}; none more at two points modulo two primes of {bits} bits")
    return closure_rank(generators, variables, most, seed + 1)


@dataclass(frozen=True)
class FieldAtPoint:
    """A field by its components at a point; the field itself, and its derivatives, are computed when asked for."""

    value: SparseVector
    construct: Callable[[], VectorField]
    at: Point
    depth: int = 1

    @cached_property
    def field(self) -> VectorField:
        """The field everywhere."""
        return self.construct()

    @cached_property
    def jacobian(self) -> Jacobian:
        """The derivatives of its components."""
        return self.at.jacobian(self.field)

    def gradient(self, p: Sequence[int]) -> SparseVector:
        """The gradient of p·X, for a constant covector p."""
        total: defaultdict[int, int] = defaultdict(int)
        for component, row in self.jacobian.items():
            factor = p[component]
            for variable, slope in row.items():
                total[variable] += factor * slope
        return total

    def derivative_along(self, x: SparseVector) -> SparseVector:
        """x(X), the derivative of the field along a vector."""
        return {component: _pairing(x, row) for component, row in self.jacobian.items()}


class SpanAtPoint:
    """The span of fields at one random point modulo a prime, and the search for products that are not in it.

    `fields` are independent at the point, and `echelon` holds their values there.
    """

    def __init__(self, variables: int, prime: int, seed: int) -> None:
        self.dice, self.prime = Random(seed), prime
        self.point = Point.random(variables, prime, self.dice)
        self.echelon = Echelon(prime)
        self.fields: list[FieldAtPoint] = []

    @property
    def depth(self) -> int:
        """Of how many generators the longest product is made."""
        return max((X.depth for X in self.fields), default=0)

    def field(self, X: VectorField) -> FieldAtPoint:
        """A field at the point."""
        return FieldAtPoint(self.point.value(X), lambda: X, self.point)

    def product(self, X: FieldAtPoint, Y: FieldAtPoint, sign: int) -> FieldAtPoint:
        """X(Y) ± Y(X)."""
        XY, YX = Y.derivative_along(X.value), X.derivative_along(Y.value)
        value = {i: (XY.get(i, 0) + sign * YX.get(i, 0)) % self.prime for i in XY.keys() | YX.keys()}
        return FieldAtPoint(value, lambda: product(X.field, Y.field, sign), self.point, X.depth + Y.depth)

    def insert(self, Y: FieldAtPoint) -> bool:
        """Add a field to the span, if it is independent; whether it is."""
        independent = bool(self.echelon.insert(Y.value))
        if independent:
            self.fields.append(Y)
        return independent

    def close(self, generators: int, sign: int, most: int) -> None:
        """Add products of the first fields, the generators, with all fields, until there are `most`, or no more."""
        j = 0
        while len(self.fields) < most and (new := self.new_products(self.fields[:generators], sign, j)):
            j = new[0][1]
            self._insert_independent((self.product(self.fields[i], self.fields[j], sign) for i, j in new), most)

    def _insert_independent(self, products: Iterable[FieldAtPoint], most: int) -> None:
        """Add those that are independent, until there are `most`.

        After one that is not, a covector that annihilates the span sorts dependent ones out, which is cheaper than
        elimination; after one that is, that covector is void.
        """
        p: list[int] = []
        for Y in products:
            if not p or self._pair_full(p, Y.value):
                p = [] if self.insert(Y) else self.annihilator()
                if len(self.fields) == most:
                    return

    def new_products(self, generators: Sequence[FieldAtPoint], sign: int, start: int = 0) -> list[tuple[int, int]]:
        """Pairs (i, j) of generators and the first field, from `start` on, whose products are not in the span.

        A field Y is tried with one random combination of the generators first. The list is empty if there is no such Y.
        """
        p, weights = self.annihilator(), [self.dice.randrange(self.prime) for _ in generators]
        gradients, values = [X.gradient(p) for X in generators], [X.value for X in generators]
        gradient, value = self._combination(weights, gradients), self._combination(weights, values)

        def pairing(own: SparseVector, y: SparseVector, other: SparseVector, x: SparseVector) -> int:
            """p·(X(Y) ± Y(X)), from the gradients of p·Y and p·X and the values of Y and X."""
            return (_pairing(own, x) + sign * _pairing(other, y)) % self.prime

        for j, Y in enumerate(self.fields[start:], start):
            own = Y.gradient(p)
            if pairing(own, Y.value, gradient, value):
                pairs = enumerate(zip(gradients, values, strict=True))
                return [(i, j) for i, (other, x) in pairs if pairing(own, Y.value, other, x)]
        return []

    def annihilator(self) -> list[int]:
        """A random covector that vanishes on every field."""
        p = [self.dice.randrange(self.prime) for _ in self.point.values]
        for lead in sorted(self.echelon.rows):
            row, p[lead] = self.echelon.rows[lead], 0
            p[lead] = -self._pair_full(p, row) % self.prime
        return p

    def _pair_full(self, p: Sequence[int], x: SparseVector) -> int:
        """p·x, for a covector that has all components."""
        return dot(x.values(), map(p.__getitem__, x), self.prime)

    def _combination(self, weights: Sequence[int], rows: Sequence[SparseVector]) -> SparseVector:
        total: SparseVector = {}
        for weight, row in zip(weights, rows, strict=True):
            for i, c in row.items():
                total[i] = total.get(i, 0) + weight * c
        return {i: c % self.prime for i, c in total.items()}


def plural(n: int, one: str, many: str) -> str:
    """A number of things, in words."""
    return f"{n} {one if n == 1 else many}"


def _pairing(p: Mapping[int, int], x: Mapping[int, int]) -> int:
    """p·x, for sparse vectors."""
    small, large = sorted((p, x), key=len)
    return sum(c * large[i] for i, c in small.items() if i in large)
