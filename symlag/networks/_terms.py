"""What an element of a space does to one tensor.

>>> Action(View("W", 1, 0, 1, 2), -1.0, 1.0).matrix(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
tensor([[ 0.,  0.],
        [-1.,  0.]])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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

    @property
    def tensor(self) -> str:
        """The tensor that moves."""
        return self.view.tensor

    def named(self, name: Callable[[str], str]) -> Action:
        """The same on a tensor of another name."""
        return replace(self, view=self.view.named(name))

    def matrix(self, X: Tensor) -> Tensor:
        """The matrix on the positions of the view; of a diagonal one its entries."""
        return self.even * X if X.ndim == 1 else (self.even * (X + X.mT) + self.odd * (X - X.mT)) / 2


@dataclass(frozen=True)
class Shift:
    """δW = coefficient·x along a view, the same for all indices of other axes."""

    view: View
    coefficient: float

    @property
    def tensor(self) -> str:
        """The tensor that moves."""
        return self.view.tensor

    def named(self, name: Callable[[str], str]) -> Shift:
        """The same on a tensor of another name."""
        return replace(self, view=self.view.named(name))

    def part(self, start: int, step: int, width: int) -> Shift:
        """The shift along a part of the view."""
        return Shift(self.view.part(start, step, width), self.coefficient)

    def change(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:  # noqa: ARG002
        """The constant field."""
        axis = self.view.axis
        line = W.new_zeros(W.shape[axis])
        line[list(self.view.positions)] = self.coefficient * x
        return line.reshape([-1 if a == axis else 1 for a in range(W.ndim)]).expand_as(W)


@dataclass(frozen=True)
class Absorb:
    """δb = coefficient·W·x: what a shift x of the inputs of a layer does to its output, taken back by its bias b."""

    tensor: str
    view: View
    coefficient: float

    def named(self, name: Callable[[str], str]) -> Absorb:
        """The same on tensors of other names."""
        return replace(self, tensor=name(self.tensor), view=self.view.named(name))

    def part(self, start: int, step: int, width: int) -> Absorb:
        """The shift along a part of the view."""
        return Absorb(self.tensor, self.view.part(start, step, width), self.coefficient)

    def change(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:  # noqa: ARG002
        """The linear field."""
        V = others[self.view.tensor]
        V = V.flatten(2).sum(2) if V.ndim > 2 else V
        return self.coefficient * V[:, list(self.view.positions)] @ x


@dataclass(frozen=True)
class Free:
    """δW = null vectors along one axis, in columns, times anything at given positions of the others, none for all."""

    tensor: str
    axis: int
    null: Tensor
    kept: tuple[Tensor | None, ...]
    shape: tuple[int, ...]

    def named(self, name: Callable[[str], str]) -> Free:
        """The same on a tensor of another name."""
        return replace(self, tensor=name(self.tensor))

    @property
    def lengths(self) -> list[int]:
        """The number of vectors, and of positions, for each axis."""
        kept = [length if at is None else len(at) for length, at in zip(self.shape, self.kept, strict=True)]
        return [*kept[: self.axis], self.null.shape[1], *kept[self.axis + 1 :]]

    @property
    def bases(self) -> list[Tensor | None]:
        """For each axis a basis, vectors in columns, or none for all."""
        units = [None if at is None else _units(at, d) for at, d in zip(self.kept, self.shape, strict=True)]
        return [*units[: self.axis], self.null, *units[self.axis + 1 :]]

    @property
    def size(self) -> int:
        """The number of free entries."""
        return prod(self.lengths)

    def change(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:  # noqa: ARG002
        """The constant field."""
        X = along(self.null, x.reshape(self.lengths), self.axis).to(W)
        for axis, at in enumerate(self.kept):
            if at is not None and axis != self.axis:
                X = X.new_zeros([*X.shape[:axis], self.shape[axis], *X.shape[axis + 1 :]]).index_copy(axis, at, X)
        return X


@dataclass(frozen=True)
class Entries:
    """δW = anything at given entries, counted along the flattened tensor."""

    tensor: str
    entries: Tensor

    def named(self, name: Callable[[str], str]) -> Entries:
        """The same on a tensor of another name."""
        return replace(self, tensor=name(self.tensor))

    def change(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:  # noqa: ARG002
        """The constant field."""
        flat = torch.zeros_like(W).flatten()
        flat[self.entries] = x
        return flat.reshape(W.shape)


def _units(at: Tensor, length: int) -> Tensor:
    """Unit vectors at some positions, in columns."""
    return torch.zeros(length, len(at), dtype=torch.float64).index_put(
        (at, torch.arange(len(at))), torch.tensor(1.0).double()
    )


def along(E: Tensor, W: Tensor, axis: int) -> Tensor:
    """A matrix, or the entries of a diagonal one, applied along one axis."""
    if E.ndim == 1:
        return W * E.to(W).reshape([-1 if a == axis else 1 for a in range(W.ndim)])
    return (W.movedim(axis, -1) @ E.to(W).mT).movedim(-1, axis)
