"""The structure of a Lie algebra, from its structure constants modulo a prime: ideals, series, radical, Killing form.

An element is the vector of its coordinates in a basis, a subspace a list of independent vectors. The radical, the
largest solvable ideal, is the orthogonal complement of [g, g] in the Killing form (Cartan's criterion; Jacobson, *Lie
Algebras*, chapter III). Ranks modulo a large prime are those over the field of the parameters, unless the prime divides
a minor.

>>> zero, x, y, z = [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]
>>> so3 = CommutatorTable([[zero, z, [0, -1, 0]], [[0, 0, -1], zero, x], [y, [-1, 0, 0], zero]], 101)
>>> so3.killing_form[0], so3.radical, so3.derived_series
([99, 0, 0], [], [3])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random

from symlag.symmetry.modular.linear_algebra import Vector, dot, null_space, rref

Space = list[Vector]


@dataclass(frozen=True)
class CommutatorTable:
    """The brackets of basis elements: `brackets[i][j]` are the coordinates of [x_i, x_j] modulo the prime."""

    brackets: list[list[Vector]]
    prime: int

    @property
    def basis(self) -> Space:
        """The basis itself."""
        return [[int(i == j) for j in range(len(self.brackets))] for i in range(len(self.brackets))]

    @property
    def generic(self) -> Vector:
        """An element drawn at random, the same each time: what holds for it holds for almost all.

        Coordinates that follow a law, as powers of one number do, would lie on the surfaces that laws describe.
        """
        dice = Random(len(self.brackets))
        return [dice.randrange(1, self.prime) for _ in self.brackets]

    def bracket(self, x: Vector, y: Vector) -> Vector:
        """[x, y]."""
        total = [0] * len(x)
        left, right = ([(i, entry) for i, entry in enumerate(vector) if entry] for vector in (x, y))
        for (i, a), (j, b) in product(left, right):
            total = [s + a * b * c for s, c in zip(total, self.brackets[i][j], strict=True)]
        return [s % self.prime for s in total]

    def combination(self, vectors: Space, weights: Vector) -> Vector:
        """The sum of vectors times weights."""
        return [dot(weights, column, self.prime) for column in zip(*vectors, strict=True)]

    def span(self, vectors: Space) -> Space:
        """A basis of the span."""
        return [*rref(vectors, self.prime).values()]

    def product(self, left: Space, right: Space) -> Space:
        """The span of all brackets of one subspace with another."""
        return self.span([self.bracket(x, y) for x in left for y in right])

    @cached_property
    def killing_form(self) -> list[Vector]:
        """The Killing form tr(ad x ad y)."""
        transposed = [[list(column) for column in zip(*rows, strict=True)] for rows in self.brackets]
        return [
            [sum(dot(r, c, self.prime) for r, c in zip(a, b, strict=True)) % self.prime for b in transposed]
            for a in self.brackets
        ]

    @property
    def derived(self) -> Space:
        """[g, g]."""
        return self.product(self.basis, self.basis)

    @property
    def derived_series(self) -> list[int]:
        """The dimensions of g, [g, g], [[g, g], [g, g]], … until they stay the same."""
        return self._dimensions(lambda space: self.product(space, space))

    @property
    def lower_central_series(self) -> list[int]:
        """The dimensions of g, [g, g], [g, [g, g]], … until they stay the same."""
        return self._dimensions(lambda space: self.product(self.basis, space))

    @property
    def centre(self) -> Space:
        """What commutes with everything."""
        return self.centralizer(self.basis)

    @property
    def radical(self) -> Space:
        """The largest solvable ideal: what is orthogonal to [g, g] in the Killing form."""
        return self.annihilator([[dot(row, x, self.prime) for row in self.killing_form] for x in self.derived])

    def centralizer(self, space: Space) -> Space:
        """What commutes with every element of a subspace."""
        images = [[self.bracket(x, y) for x in self.basis] for y in space]
        return self.annihilator([list(row) for image in images for row in zip(*image, strict=True)])

    def annihilator(self, rows: Space) -> Space:
        """The vectors on which all rows vanish."""
        return null_space(rows, self.prime) if rows else self.basis

    def ideal(self, generated_by: Space) -> Space:
        """The smallest ideal that contains the vectors."""
        space = self.span(generated_by)
        while len(larger := self.span([*space, *self.product(self.basis, space)])) > len(space):
            space = larger
        return space

    def quotient(self, ideal: Space) -> CommutatorTable:
        """The algebra modulo an ideal, in those basis elements that are independent of it."""
        pivots = rref(ideal, self.prime)
        basis = [i for i in range(len(self.brackets)) if i not in pivots]
        brackets = [[self.modulo(self.brackets[i][j], pivots) for j in basis] for i in basis]
        return CommutatorTable([[[x[i] for i in basis] for x in row] for row in brackets], self.prime)

    def subalgebra(self, space: Space) -> CommutatorTable:
        """The subalgebra on a subspace that is closed, in the echelon basis of it."""
        pivots = sorted(rref(space, self.prime).items())
        return CommutatorTable(
            [[[self.bracket(x, y)[i] for i, _ in pivots] for _, y in pivots] for _, x in pivots], self.prime
        )

    def action(self, x: Vector, ideal: Space) -> list[Vector]:
        """The rows of ad x on an ideal, in the echelon basis of it."""
        pivots = sorted(rref(ideal, self.prime).items())
        return [[self.bracket(x, y)[i] for i, _ in pivots] for _, y in pivots]

    def modulo(self, vector: Vector, pivots: Mapping[int, Vector]) -> Vector:
        """The representative of a vector modulo a subspace in echelon form: its entries at the pivots are zero."""
        for column, row in pivots.items():
            vector = [(v - vector[column] * r) % self.prime for v, r in zip(vector, row, strict=True)]
        return vector

    def _dimensions(self, next_term: Callable[[Space], Space]) -> list[int]:
        """The dimensions of a descending series."""
        space, dimensions = self.basis, [len(self.basis)]
        while len(space := next_term(space)) < dimensions[-1]:
            dimensions.append(len(space))
        return dimensions
