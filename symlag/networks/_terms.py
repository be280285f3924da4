"""What an element of a space does to one tensor.

>>> Action(View("W", 1, 0, 1, 2), -1.0, 1.0).matrix(torch.tensor([[0.0, 1.0], [0.0, 0.0]]), 2)
tensor([[ 0.,  0.],
        [-1.,  0.]])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from symlag.networks._views import View

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Action:
    """δW = (even·(X + Xᵀ)/2 + odd·(X − Xᵀ)/2)·W along a view: (1, 1) is X·W, and (−1, 1) is −Xᵀ·W."""

    view: View
    even: float
    odd: float

    def matrix(self, X: Tensor, length: int) -> Tensor:
        """The matrix on the whole axis."""
        E = X.new_zeros(length, length)
        at = torch.tensor(self.view.positions)
        E[at[:, None], at] = (self.even * (X + X.mT) + self.odd * (X - X.mT)) / 2
        return E


@dataclass(frozen=True)
class Shift:
    """δW = coefficient·x along a view, the same for all indices of other axes."""

    view: View
    coefficient: float

    @property
    def tensor(self) -> str:
        """The tensor that moves."""
        return self.view.tensor

    def part(self, start: int, step: int, width: int) -> Shift:
        """The shift along a part of the view."""
        return Shift(self.view.part(start, step, width), self.coefficient)

    def change(self, parameters: Tensors, x: Tensor) -> Tensor:
        """The constant field."""
        W, axis = parameters[self.view.tensor], self.view.axis
        line = W.new_zeros(W.shape[axis])
        line[list(self.view.positions)] = self.coefficient * x
        return line.reshape([-1 if a == axis else 1 for a in range(W.ndim)]).expand_as(W)


@dataclass(frozen=True)
class Absorb:
    """δb = coefficient·W·x: what a shift x of the inputs of a layer does to its output, taken back by its bias b."""

    tensor: str
    view: View
    coefficient: float

    def part(self, start: int, step: int, width: int) -> Absorb:
        """The shift along a part of the view."""
        return Absorb(self.tensor, self.view.part(start, step, width), self.coefficient)

    def change(self, parameters: Tensors, x: Tensor) -> Tensor:
        """The linear field."""
        W = parameters[self.view.tensor]
        W = W.flatten(2).sum(2) if W.ndim > 2 else W
        return self.coefficient * W[:, list(self.view.positions)] @ x


@dataclass(frozen=True)
class Free:
    """δW = null vectors along an axis times anything: for each axis a basis, vectors in columns, or none for all."""

    tensor: str
    axis: int
    bases: tuple[Tensor | None, ...]
    shape: tuple[int, ...]

    @property
    def null(self) -> Tensor:
        """The null vectors along the axis, in columns."""
        basis = self.bases[self.axis]
        return torch.eye(self.shape[self.axis], dtype=torch.float64) if basis is None else basis

    @property
    def lengths(self) -> list[int]:
        """The number of vectors for each axis."""
        return [d if basis is None else basis.shape[1] for d, basis in zip(self.shape, self.bases, strict=True)]

    @property
    def size(self) -> int:
        """The number of free entries."""
        return prod(self.lengths)

    def change(self, parameters: Tensors, x: Tensor) -> Tensor:
        """The constant field."""
        X = x.reshape(self.lengths)
        for axis, basis in enumerate(self.bases):
            X = X if basis is None else along(basis, X, axis)
        return X.to(parameters[self.tensor])


@dataclass(frozen=True)
class Entries:
    """δW = anything at given entries, counted along the flattened tensor."""

    tensor: str
    entries: Tensor

    def change(self, parameters: Tensors, x: Tensor) -> Tensor:
        """The constant field."""
        flat = torch.zeros_like(parameters[self.tensor]).flatten()
        flat[self.entries] = x
        return flat.reshape(parameters[self.tensor].shape)


def along(E: Tensor, W: Tensor, axis: int) -> Tensor:
    """A matrix applied along one axis."""
    return (W.movedim(axis, -1) @ E.to(W).mT).movedim(-1, axis)
