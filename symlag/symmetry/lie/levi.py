"""Levi's decomposition: a Lie algebra is its radical and a semisimple subalgebra, a Levi factor, beside it.

Theorem (Levi 1905). Over a field of characteristic zero g has a subalgebra that meets the radical R in zero and spans g
together with it.

Algorithm (de Graaf, *Lie Algebras: Theory and Algorithms*, §4.13). Let x_i represent a basis of g/R, with the structure
constants c of that quotient. The gaps [x_i, x_j] − Σ c_ijk x_k lie in R. Go down the derived series R = R₁ ⊃ R₂ ⊃ … ⊃
0: if the gaps lie in R_n, add to each x_i an element r_i of R_n so that they lie in R_{n+1}. As [R_n, R_n] = R_{n+1},
this is the linear system [r_i, x_j] + [x_i, r_j] − Σ c_ijk r_k = −gap_ij modulo R_{n+1}, which has a solution by Levi's
theorem.

>>> zero, x, y, z = [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]
>>> so3 = CommutatorTable([[zero, z, [0, -1, 0]], [[0, 0, -1], zero, x], [y, [-1, 0, 0], zero]], 101)
>>> levi_factor(so3) == so3.basis
True
"""

from __future__ import annotations

from itertools import combinations

from symlag.symmetry.lie.commutator_table import CommutatorTable, Space
from symlag.symmetry.modular.linear_algebra import Vector, rref


def levi_factor(algebra: CommutatorTable) -> Space:
    """A basis of a semisimple subalgebra that meets the radical in zero, and spans the algebra together with it."""
    layer = algebra.radical
    pivots = rref(layer, algebra.prime)
    factor = [x for i, x in enumerate(algebra.basis) if i not in pivots]
    constants = algebra.quotient(layer).brackets
    while layer:
        next_layer = algebra.product(layer, layer)
        factor = _corrected(algebra, factor, constants, layer, next_layer)
        layer = next_layer
    return factor


def _corrected(
    algebra: CommutatorTable, factor: Space, constants: list[list[Vector]], layer: Space, next_layer: Space
) -> Space:
    """The representatives plus elements of one layer, so that the gaps lie in the next."""
    pivots, pairs = rref(next_layer, algebra.prime), [*combinations(range(len(factor)), 2)]
    gaps: Vector = []
    for i, j in pairs:
        bracket = algebra.bracket(factor[i], factor[j])
        gap = algebra.combination([bracket, *factor], [1, *(-c for c in constants[i][j])])
        gaps += algebra.modulo(gap, pivots)
    if not any(gaps):
        return factor
    # One unknown for each representative x_m and each basis element l of the layer; its column is the change of the
    # gaps.
    changes = [(m, l) for m in range(len(factor)) for l in layer]
    columns: list[Vector] = []
    for m, l in changes:
        column: Vector = []
        for i, j in pairs:
            terms = [algebra.bracket(l, factor[j]), algebra.bracket(factor[i], l), l]
            change = algebra.combination(terms, [int(m == i), int(m == j), -constants[i][j][m]])
            column += algebra.modulo(change, pivots)
        columns.append(column)
    solved = rref(map(list, zip(*columns, gaps, strict=True)), algebra.prime)
    weights = {unknown: -solved[unknown][-1] for unknown in range(len(changes)) if unknown in solved}
    corrected: Space = []
    for m, x in enumerate(factor):
        own = [(l, weights[u]) for u, (n, l) in enumerate(changes) if n == m and u in weights]
        corrected.append(algebra.combination([x, *(l for l, _ in own)], [1, *(weight for _, weight in own)]))
    return corrected
