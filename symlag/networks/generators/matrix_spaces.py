"""The spaces that generators range over, each a linear map from coordinates v.

>>> Triangle(3, -1)(torch.tensor([1.0, 2.0, 3.0]))
tensor([[ 0.,  1.,  2.],
        [-1.,  0.,  3.],
        [-2., -3.,  0.]])
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Square:
    """All square matrices, gl(w)."""

    width: int

    @property
    def size(self) -> int:
        """The number of coordinates."""
        return self.width**2

    def __call__(self, v: Tensor) -> Tensor:
        return v.reshape(self.width, self.width)


@dataclass(frozen=True)
class Diagonal:
    """Diagonal matrices with entries at some indices, as vectors of these."""

    width: int
    indices: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of coordinates."""
        return len(self.indices)

    def __call__(self, v: Tensor) -> Tensor:
        x = v.new_zeros(self.width)
        x[list(self.indices)] = v
        return x


@dataclass(frozen=True)
class Triangle:
    """Matrices X with Xᵀ = ±X and no diagonal: skew for sign −1."""

    width: int
    sign: int

    @property
    def size(self) -> int:
        """The number of coordinates."""
        return self.width * (self.width - 1) // 2

    def __call__(self, v: Tensor) -> Tensor:
        X = v.new_zeros(self.width, self.width)
        j, k = torch.triu_indices(self.width, self.width, 1)
        X[j, k], X[k, j] = v, self.sign * v
        return X


@dataclass(frozen=True)
class Everything:
    """All vectors."""

    size: int

    def __call__(self, v: Tensor) -> Tensor:
        return v


@dataclass(frozen=True)
class Vectors:
    """Vectors with entries at some indices."""

    width: int
    indices: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of coordinates."""
        return len(self.indices)

    def __call__(self, v: Tensor) -> Tensor:
        x = v.new_zeros(self.width)
        x[list(self.indices)] = v
        return x
