"""The decomposition of Levi: a Lie algebra is its radical and a semisimple subalgebra beside it.

Representatives of the quotient by the radical close up to elements of the radical. Down its derived series
R ⊃ [R, R] ⊃ … ⊃ 0 they are corrected by elements of each term, so that they close up to the next; what the corrections
have to solve is linear, and has a solution by Levi's theorem (de Graaf, *Lie Algebras: Theory and Algorithms*, §4.13).

>>> zero, x, y, z = [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]
>>> so3 = Table([[zero, z, [0, -1, 0]], [[0, 0, -1], zero, x], [y, [-1, 0, 0], zero]], 101)
>>> levi_factor(so3) == so3.basis
True
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from symlag.symmetry.lie.structure import Space, Table
from symlag.symmetry.modular.linear_algebra import Vector, reduced


def levi_factor(algebra: Table) -> Space:
    """A basis of a semisimple subalgebra that meets the radical in zero, and spans the algebra together with it."""
    radical = algebra.radical
    outside = reduced(radical, algebra.prime)
    factor = [x for i, x in enumerate(algebra.basis) if i not in outside]
    constants = algebra.quotient(radical).brackets
    for layer, next_layer in pairwise(_derived(algebra, radical)):
        factor = _corrected(algebra, factor, constants, layer, next_layer)
    return factor


def _derived(algebra: Table, space: Space) -> Iterator[Space]:
    """A solvable ideal, its derived algebra, the derived algebra of that, … and zero."""
    yield space
    while space:
        space = algebra.product(space, space)
        yield space


def _corrected(algebra: Table, factor: Space, constants: list[list[Vector]], layer: Space, below: Space) -> Space:
    """The representatives plus elements of one layer, so that they close up to the layer below."""
    pivots, closing = reduced(below, algebra.prime), Closing(algebra, factor, constants)
    pairs = [*combinations(range(len(factor)), 2)]
    gaps = [entry for pair in pairs for entry in algebra.modulo(closing.gap(pair), pivots)]
    if not any(gaps):
        return factor
    changes = [(m, l) for m in range(len(factor)) for l in layer]
    effects = ((algebra.modulo(closing.effect(pair, *change), pivots) for pair in pairs) for change in changes)
    columns = [[entry for x in effect for entry in x] for effect in effects]
    solved = reduced(map(list, zip(*columns, gaps, strict=True)), algebra.prime)
    found = [(*change, -solved[at][-1]) for at, change in enumerate(changes) if at in solved]
    return [
        algebra.combined([x, *(l for k, l, _ in found if k == m)], [1, *(u for k, _, u in found if k == m)])
        for m, x in enumerate(factor)
    ]


@dataclass(frozen=True)
class Closing:
    """Representatives x_i, and the constants c with which their brackets should close."""

    algebra: Table
    factor: Space
    constants: list[list[Vector]]

    def gap(self, pair: tuple[int, int]) -> Vector:
        """[x_i, x_j] − Σ c_ijk x_k."""
        i, j = pair
        bracket = self.algebra.bracket(self.factor[i], self.factor[j])
        return self.algebra.combined([bracket, *self.factor], [1, *(-c for c in self.constants[i][j])])

    def effect(self, pair: tuple[int, int], m: int, l: Vector) -> Vector:
        """How that changes, to first order, as l is added to x_m."""
        i, j = pair
        first, second = self.algebra.bracket(l, self.factor[j]), self.algebra.bracket(self.factor[i], l)
        return self.algebra.combined([first, second, l], [int(m == i), int(m == j), -self.constants[i][j][m]])
