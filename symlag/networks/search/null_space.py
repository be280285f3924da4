"""Null spaces in float64, and the sparse bases of them that a reader would write down.

The null space of a matrix with rows r is {x : ⟨r, x⟩ = 0 for all r}. Rows are rates of the loss at random draws, so
that each can only make it smaller: it contains all relations that hold identically, and with enough rows no others.

>>> import torch
>>> null_space(torch.tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 0.0, 1.0]], dtype=torch.float64)).shape
torch.Size([1, 3])
>>> reduced_echelon(torch.tensor([[2.0, 4.0, 0.0], [1.0, 2.0, 3.0]], dtype=torch.float64)).tolist()
[[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]]
"""

from __future__ import annotations

import torch
from torch import Tensor

FLOOR = 1e-9  # relative singular values below are those of exact relations: float64 leaves them near 1e-15
NEW = 1e-7  # what is left of a unit vector that a space does not hold
DENOMINATOR = 12  # degrees of homogeneity are fractions of small whole numbers
TINY = 1e-300  # keeps quotients by the norm of a zero vector finite


def null_space(rows: Tensor) -> Tensor:
    """An orthonormal basis of the null space, one vector a row; needs at least as many rows as columns."""
    if rows.shape[1] == 0:
        return rows.new_zeros(0, 0)
    _, s, vectors = torch.linalg.svd(compress_rows(rows), full_matrices=True)
    return vectors[int((s > FLOOR * s.max().clamp(min=TINY)).sum()) :]


def compress_rows(rows: Tensor) -> Tensor:
    """As few rows with the same null space."""
    return torch.linalg.qr(rows, mode="r").R if rows.shape[0] > rows.shape[1] else rows


def reduced_echelon(vectors: Tensor) -> Tensor:
    """The reduced row echelon form of independent rows: sparse where the space has sparse vectors."""
    left = vectors.clone()
    for row in range(len(left)):
        largest, at = left[row:].abs().max(0)
        column = int((largest > 1e-7 * largest.max()).int().argmax())
        best = row + int(at[column])
        pivot = left[best] / left[best, column]
        left[best] = left[row]
        left -= left[:, column, None] * pivot
        left[row] = pivot
    return torch.where(left.abs() < 1e-7, 0.0, left)


def rows_needed(columns: int) -> int:
    """How many random rows show what is true of so many columns."""
    return columns + columns // 4 + 4


def rank(vectors: Tensor) -> int:
    """The number of independent rows."""
    if 0 in vectors.shape:
        return 0
    s = torch.linalg.svdvals(vectors / vectors.norm(dim=1, keepdim=True).clamp(min=TINY))
    return int((s > FLOOR * s.max()).sum())


def independent_rows(vectors: Tensor, of: Tensor) -> list[int]:
    """Which rows are independent of given ones and of the rows before."""
    Q, left = _orthonormal_basis(of), vectors / vectors.norm(dim=1, keepdim=True)
    for _ in range(2):  # twice is enough (Kahan)
        left = left - left @ Q.mT @ Q
    chosen: list[int] = []
    while bool((new := left.norm(dim=1) > NEW).any()):
        chosen.append(int(new.int().argmax()))
        q = left[chosen[-1]] / left[chosen[-1]].norm()
        left = left - torch.outer(left @ q, q)
    return chosen


def _orthonormal_basis(rows: Tensor) -> Tensor:
    """A basis of what the rows span, one vector a row."""
    _, s, basis = torch.linalg.svd(rows / rows.norm(dim=1, keepdim=True).clamp(min=TINY), full_matrices=False)
    return basis[s > NEW]


def nearest_fraction(number: float) -> float:
    """The fraction of small denominator that a coefficient is up to round-off, or the number itself."""
    fractions = (round(number * n) / n for n in range(1, DENOMINATOR + 1))
    return next((near for near in fractions if abs(near - number) < 1e-6 * max(1.0, abs(near))), number)
