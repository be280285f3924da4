"""Algebraic numbers from residues: short vectors of a lattice.

Let b_1, …, b_k be a basis of a number field over ℚ, as residues modulo a prime p. A residue c stands for Σ (n_j/d) b_j
where d c ≡ Σ n_j b_j. All (n_1, …, n_k, d) of that kind form a lattice of determinant p^1, in which a random vector is
as long as p^{1/(k+1)} at least; one that is much shorter is none by chance. The algorithm of Lenstra, Lenstra and
Lovász finds it (1982; here with whole numbers alone, as in Cohen, *A Course in Computational Algebraic Number Theory*,
algorithm 2.6.7).

>>> prime, root = 101, 23  # 23² ≡ 24
>>> shortest_vector([[101, 0], [-23, 1]])
[9, 4]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symlag.symmetry.modular.linear_algebra import Vector

# A vector whose entries have together so many bits less than the prime is none by chance.
CHANCE = 27


def combination(residue: int, basis: Sequence[int], prime: int) -> tuple[Vector, int] | None:
    """The numbers n_j and d with d·residue ≡ Σ n_j b_j for a basis that starts with 1, if they are small enough."""
    size = len(basis) + 1
    rows = [[int(i == j) for j in range(size)] for i in range(size)]
    rows[0][0] = prime
    for row, b in zip(rows[1:-1], basis[1:], strict=True):
        row[0] = -b % prime
    rows[-1][0] = residue
    *numbers, d = shortest_vector(rows)
    if d == 0 or sum(abs(n).bit_length() for n in (*numbers, d)) > prime.bit_length() - CHANCE:
        return None
    return numbers, d


def shortest_vector(rows: Sequence[Vector]) -> Vector:
    """The first vector of a reduced basis of the lattice that the rows span: a short one."""
    lattice = _Lattice.of(rows)
    k = 1
    while k < len(rows):
        lattice.extend(k)
        lattice.reduce(k, k - 1)
        if lattice.badly_ordered(k):
            lattice.swap(k)
            k = max(1, k - 1)
        else:
            for j in reversed(range(k - 1)):
                lattice.reduce(k, j)
            k += 1
    return lattice.rows[0]


@dataclass
class _Lattice:
    """A basis, and its Gram–Schmidt orthogonalization times the common denominators d.

    `minors` are 1, d_0, d_1, …, the Gram determinants; `projections` are λ_ij = d_j μ_ij. `known` rows have them.
    """

    rows: list[Vector]
    minors: list[int]
    projections: list[Vector]
    known: int = 0

    @classmethod
    def of(cls, rows: Sequence[Vector]) -> _Lattice:
        lattice = cls([[*row] for row in rows], [1], [[0] * len(rows) for _ in rows])
        lattice.extend(0)
        return lattice

    def extend(self, k: int) -> None:
        """Orthogonalize the k-th row, where that has not been done."""
        if k < self.known:
            return
        for j in range(k + 1):
            u = sum(a * b for a, b in zip(self.rows[k], self.rows[j], strict=True))
            for i in range(j):
                u = (self.minors[i + 1] * u - self.projections[k][i] * self.projections[j][i]) // self.minors[i]
            if j < k:
                self.projections[k][j] = u
            else:
                self.minors.append(u)
        self.known = k + 1

    def reduce(self, k: int, j: int) -> None:
        """Subtract the nearest multiple of the j-th row from the k-th."""
        length, along = self.minors[j + 1], self.projections[k][j]
        if 2 * abs(along) <= length:
            return
        q = (2 * along + length) // (2 * length)
        self.rows[k] = [a - q * b for a, b in zip(self.rows[k], self.rows[j], strict=True)]
        self.projections[k][j] -= q * length
        for i in range(j):
            self.projections[k][i] -= q * self.projections[j][i]

    def badly_ordered(self, k: int) -> bool:
        """Lovász's condition, with the customary factor ¾."""
        d = self.minors
        return 4 * (d[k + 1] * d[k - 1] + self.projections[k][k - 1] ** 2) < 3 * d[k] ** 2

    def swap(self, k: int) -> None:
        """Exchange the k-th row and the one before it."""
        d, along = self.minors, self.projections[k][k - 1]
        self.rows[k], self.rows[k - 1] = self.rows[k - 1], self.rows[k]
        for j in range(k - 1):
            row, before = self.projections[k], self.projections[k - 1]
            row[j], before[j] = before[j], row[j]
        new = (d[k - 1] * d[k + 1] + along**2) // d[k]
        for i in range(k + 1, self.known):
            row = self.projections[i]
            old = row[k]
            row[k] = (d[k + 1] * row[k - 1] - along * old) // d[k]
            row[k - 1] = (new * old + along * row[k]) // d[k + 1]
        d[k] = new
