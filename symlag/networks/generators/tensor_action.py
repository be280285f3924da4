"""What an element X of a matrix space, or x of a vector space, does to one tensor of a model: the terms of a family.

The value of a generator on a tensor W is the sum of its terms: `Action`, δW = X·W along an axis; `Shift`, δW = x along
an axis; `Absorption`, δb = −W·x, by which a bias takes back a shift of inputs; `NullVectors`, δW = n⊗y for fixed n; and
`Entries`, δW anything where W has no gradient.

>>> Action(View("W", 1, 0, 1, 2), -1.0, 1.0).matrix(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
tensor([[ 0.,  0.],
        [-1.,  0.]])
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod

import torch
from torch import Tensor

from symlag.networks.generators.axis_views import View

Tensors = Mapping[str, Tensor]
BLOCK = 1_000_000  # numbers of a large tensor that are worked on at once


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

    def renamed(self, name: Callable[[str], str]) -> Action:
        """The same on a tensor of another name."""
        return replace(self, view=self.view.renamed(name))

    def matrix(self, X: Tensor) -> Tensor:
        """The matrix on the positions of the view; of a diagonal one its diagonal."""
        return self.even * X if X.ndim == 1 else (self.even * (X + X.mT) + self.odd * (X - X.mT)) / 2

    def coefficient(self, part: str) -> float:
        """What the symmetric or the skew part of X is multiplied by."""
        return self.odd if part == "skew" else self.even


class Displacement(ABC):
    """A term whose flow moves a tensor along straight lines."""

    @abstractmethod
    def field(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:
        """ξ, which does not depend on W."""

    def move(self, W: Tensor, others: Tensors, x: Tensor, s: float) -> None:
        """Add s·ξ to W, in place."""
        W.add_(self.field(W, others, x), alpha=s)


@dataclass(frozen=True)
class Shift(Displacement):
    """δW = coefficient·x along a view, the same for all indices of other axes."""

    view: View
    coefficient: float

    @property
    def tensor(self) -> str:
        """The tensor that moves."""
        return self.view.tensor

    def renamed(self, name: Callable[[str], str]) -> Shift:
        """The same on a tensor of another name."""
        return replace(self, view=self.view.renamed(name))

    def field(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:  # noqa: ARG002
        """The constant field."""
        axis = self.view.axis
        line = W.new_zeros(W.shape[axis] if W.ndim else 1)
        line[list(self.view.positions)] = self.coefficient * x
        return line.reshape([-1 if a == axis else 1 for a in range(W.ndim)]).expand_as(W)


@dataclass(frozen=True)
class Absorption(Displacement):
    """δb = coefficient·W·x: what a shift x of the inputs of a layer does to its output, taken back by its bias b."""

    tensor: str
    view: View
    coefficient: float

    def renamed(self, name: Callable[[str], str]) -> Absorption:
        """The same on tensors of other names."""
        return replace(self, tensor=name(self.tensor), view=self.view.renamed(name))

    def field(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:
        """The field, linear in the weight, of which all axes behind the second are summed over."""
        V = others[self.view.tensor]
        V = V.flatten(2).sum(2) if V.ndim > 2 else V
        return (self.coefficient * V[:, list(self.view.positions)] @ x).reshape(W.shape)


@dataclass(frozen=True)
class NullVectors(Displacement):
    """δW = null vectors along one axis, in columns, times anything at the positions of the other axes.

    `null` is (length of the axis, vectors); `positions` are those along each axis, or none for all of them.
    """

    tensor: str
    axis: int
    null: Tensor
    positions: tuple[Tensor | None, ...]
    shape: tuple[int, ...]

    def renamed(self, name: Callable[[str], str]) -> NullVectors:
        """The same on a tensor of another name."""
        return replace(self, tensor=name(self.tensor))

    @property
    def lengths(self) -> list[int]:
        """The number of vectors, and of positions, for each axis."""
        counts = [length if at is None else len(at) for length, at in zip(self.shape, self.positions, strict=True)]
        return [*counts[: self.axis], self.null.shape[1], *counts[self.axis + 1 :]]

    @property
    def bases(self) -> list[Tensor | None]:
        """For each axis a basis, vectors in columns, or none for all unit vectors."""
        units = [None if at is None else _unit_vectors(at, d) for at, d in zip(self.positions, self.shape, strict=True)]
        return [*units[: self.axis], self.null, *units[self.axis + 1 :]]

    @property
    def size(self) -> int:
        """The dimension of the family."""
        return prod(self.lengths)

    def field(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:  # noqa: ARG002
        """The constant field."""
        X = multiply_along(self.null, x.reshape(self.lengths), self.axis).to(W)
        for axis, at in enumerate(self.positions):
            if at is not None and axis != self.axis:
                X = X.new_zeros([*X.shape[:axis], self.shape[axis], *X.shape[axis + 1 :]]).index_copy(axis, at, X)
        return X


@dataclass(frozen=True)
class Entries(Displacement):
    """δW = anything wherever a mask over the first axes is true, in the order of the flattened tensor.

    Of words that never occur it is a mask over the rows; all is done a block of rows at a time.

    >>> rows = Entries("W", torch.tensor([True, False, True]), (3, 2))
    >>> rows.size, [part.tolist() for part in rows.parts(torch.arange(6).reshape(3, 2))]
    (4, [[0, 1, 4, 5]])
    """

    tensor: str
    mask: Tensor
    shape: tuple[int, ...]

    def renamed(self, name: Callable[[str], str]) -> Entries:
        """The same on a tensor of another name."""
        return replace(self, tensor=name(self.tensor))

    @property
    def size(self) -> int:
        """The number of entries."""
        return int(self.mask.sum()) * prod(self._unmasked_lengths)

    @property
    def rows(self) -> list[int]:
        """The positions along the first axis that have any."""
        return self.mask.reshape(len(self.mask), -1).any(1).nonzero()[:, 0].tolist()

    def parts(self, X: Tensor) -> Iterator[Tensor]:
        """These entries of a tensor, a block of rows at a time."""
        return (rows[mask].flatten() for rows, mask, _ in self._blocks(X))

    def field(self, W: Tensor, others: Tensors, x: Tensor) -> Tensor:
        """The constant field."""
        X = torch.zeros_like(W)
        self.move(X, others, x, 1.0)
        return X

    def move(self, W: Tensor, others: Tensors, x: Tensor, s: float) -> None:  # noqa: ARG002
        """Add s·ξ to W, in place."""
        for rows, mask, at in self._blocks(W):
            rows[mask] += s * x[at].reshape(-1, *self._unmasked_lengths).to(W)

    @property
    def whole(self) -> Tensor:
        """The mask over all axes."""
        return self.mask.reshape(*self.mask.shape, *[1] * len(self._unmasked_lengths)).expand(self.shape)

    @property
    def _unmasked_lengths(self) -> tuple[int, ...]:
        """The lengths of the axes that the mask leaves out."""
        return self.shape[self.mask.ndim :]

    def _blocks(self, X: Tensor) -> Iterator[tuple[Tensor, Tensor, slice]]:
        """Some rows of a tensor, the mask there, and which of all entries these are."""
        rows, start = max(1, BLOCK // max(1, prod(self.shape[1:]))), 0
        parts = zip(torch.atleast_1d(X).split(rows), self.mask.to(X.device).split(rows), strict=True)
        for part, mask in parts:
            stop = start + int(mask.sum()) * prod(self._unmasked_lengths)
            yield part, mask, slice(start, stop)
            start = stop


Term = Action | Shift | Absorption | NullVectors | Entries


def multiply_along(E: Tensor, W: Tensor, axis: int) -> Tensor:
    """A matrix, or the diagonal of a diagonal one, applied along one axis."""
    if E.ndim == 1:
        return W * E.to(W).reshape([-1 if a == axis else 1 for a in range(W.ndim)])
    if axis == 0 and W.ndim < 3:
        return E.to(W) @ W
    return (W.movedim(axis, -1) @ E.to(W).mT).movedim(-1, axis)


def _unit_vectors(at: Tensor, length: int) -> Tensor:
    """Unit vectors at some positions, in columns."""
    columns = torch.zeros(length, len(at), dtype=torch.float64)
    columns[at, torch.arange(len(at))] = 1.0
    return columns
