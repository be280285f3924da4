"""The linear spaces that families of generators range over, and all that follows from a space alone.

A family of symmetries is a linear space 𝒳 of matrices X, or of vectors x, and terms that say what X does to each tensor
of a model. The space is a linear map from coordinates v ∈ ℝⁿ. It also says what its families are called, how they are
explained and drawn, and which charges they have: a symmetric X has a charge ½⟨θ, Xθ⟩ in gradient flow, a skew X has a
charge ⟨θ̇, Xθ⟩ under momentum (theory of Noether; the Lie algebra of GL(w) is the sum of both).

>>> SkewMatrices(3)(torch.tensor([1.0, 2.0, 3.0]))
tensor([[ 0.,  1.,  2.],
        [-1.,  0.,  3.],
        [-2., -3.,  0.]])
>>> GeneralLinear(3).parts
{'symmetric': 6, 'skew': 3}
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from symlag.plot_style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, YELLOW


@dataclass(frozen=True)
class Kind:
    """What families of one kind are called, their colour in a picture, and why there are such symmetries.

    In the explanation, {modules} stands for the modules of the tensors that move and {tensors} for their names. Where
    an experiment can tell more, `symlag.networks.result.explanations` says that instead.
    """

    name: str
    colour: str
    explanation: str


class MatrixSpace(ABC):
    """A linear space of w × w matrices; those of a diagonal space are given by their diagonals, as vectors."""

    width: int
    usual_kind: ClassVar[Kind]
    diagonal: ClassVar[bool] = False

    @property
    @abstractmethod
    def size(self) -> int:
        """The dimension of the space: the number of coordinates."""

    @abstractmethod
    def __call__(self, v: Tensor) -> Tensor:
        """The matrix X with coordinates v."""

    def kind(self, coefficients: Sequence[float]) -> Kind:  # noqa: ARG002 - scales and rescales differ in them
        """The kind of a family that acts on its tensors by these multiples of the symmetric part of X."""
        return self.usual_kind

    @property
    def parts(self) -> Mapping[str, int]:
        """The dimensions of the subspaces of symmetric and of skew matrices, where these have charges."""
        return {}

    @property
    def support(self) -> Sequence[int]:
        """The indices of the rows that are not zero in all matrices."""
        return range(self.width)

    def charge_entries(self, part: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:  # noqa: ARG002 - see GeneralLinear
        """The indices j and k of the entries X_jk that are coordinates of the symmetric or skew part, j ≤ k."""
        return np.triu_indices(self.width, 1)


@dataclass(frozen=True)
class GeneralLinear(MatrixSpace):
    """All matrices, the Lie algebra of GL(w)."""

    width: int
    usual_kind: ClassVar[Kind] = Kind("GL", BLUE, "only products of {modules} along this axis enter")

    @property
    def size(self) -> int:
        return self.width**2

    def __call__(self, v: Tensor) -> Tensor:
        return v.reshape(self.width, self.width)

    @property
    def parts(self) -> Mapping[str, int]:
        return {"symmetric": self.width * (self.width + 1) // 2, "skew": self.width * (self.width - 1) // 2}

    def charge_entries(self, part: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return np.triu_indices(self.width, 0 if part == "symmetric" else 1)


@dataclass(frozen=True)
class SkewMatrices(MatrixSpace):
    """Matrices with Xᵀ = −X, the Lie algebra of O(w)."""

    width: int
    usual_kind: ClassVar[Kind] = Kind("O", GREEN, "only inner products along this axis of {modules} enter")

    @property
    def size(self) -> int:
        return self.width * (self.width - 1) // 2

    def __call__(self, v: Tensor) -> Tensor:
        return _off_diagonal(v, self.width, sign=-1)

    @property
    def parts(self) -> Mapping[str, int]:
        return {"skew": self.size}


@dataclass(frozen=True)
class SymmetricMatrices(MatrixSpace):
    """Matrices with Xᵀ = X and no diagonal. They are no Lie algebra: their brackets are skew."""

    width: int
    usual_kind: ClassVar[Kind] = Kind("symmetric", VERMILION, "{modules} cancel to first order")

    @property
    def size(self) -> int:
        return self.width * (self.width - 1) // 2

    def __call__(self, v: Tensor) -> Tensor:
        return _off_diagonal(v, self.width, sign=1)

    @property
    def parts(self) -> Mapping[str, int]:
        return {"symmetric": self.size}


@dataclass(frozen=True)
class AllVectors:
    """All vectors."""

    size: int

    @property
    def support(self) -> Sequence[int]:
        """The indices of the entries that are not zero in all vectors."""
        return range(self.size)

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

    @property
    def support(self) -> Sequence[int]:
        """The indices of the entries that are not zero in all vectors."""
        return self.indices

    def __call__(self, v: Tensor) -> Tensor:
        x = v.new_zeros(self.width)
        x[list(self.indices)] = v
        return x


@dataclass(frozen=True)
class Diagonal(Vectors, MatrixSpace):
    """Diagonal matrices with entries at some indices: scales, or rescales where one tensor shrinks as another grows."""

    usual_kind: ClassVar[Kind] = Kind("rescale", ORANGE, "what one of {modules} gains another gives back")
    diagonal: ClassVar[bool] = True

    def kind(self, coefficients: Sequence[float]) -> Kind:
        if len({coefficient > 0 for coefficient in coefficients}) == 1:
            return Kind("scale", SKY, "the loss does not see the size of {tensors}")
        return self.usual_kind

    @property
    def parts(self) -> Mapping[str, int]:
        return {"symmetric": self.size}


Space = MatrixSpace | Vectors | AllVectors

TRANSLATION = Kind("translation", PURPLE, "the loss does not see this shift of {modules}")
SHIFT = Kind("shift", YELLOW, "a bias takes back what a shift of the inputs of a layer adds")


def _off_diagonal(v: Tensor, width: int, sign: int) -> Tensor:
    """The matrix with v above the diagonal and sign·v below it."""
    X = v.new_zeros(width, width)
    j, k = torch.triu_indices(width, width, 1)
    X[j, k], X[k, j] = v, sign * v
    return X
