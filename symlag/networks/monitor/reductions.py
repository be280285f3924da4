"""What is measured of a tensor: products of two letters summed to an axis or a matrix, or one letter and null vectors.

A generator diag(x) along an axis needs the sums of a product over all other axes, a matrix X the matrix of inner
products of slices; one pass over blocks that fit the cache makes all of them.

>>> import torch
>>> W = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
>>> row = torch.zeros(8, dtype=torch.float64)
>>> Axis(0).add(W, W, row[:2])
>>> Axis(1).add(W, W, row[2:4])
>>> Heads(Slices(0, 0, 1, 2), 1, start=4, step=1).add(W, W, row)
>>> row.tolist()
[5.0, 25.0, 10.0, 20.0, 5.0, 11.0, 11.0, 25.0]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod

from torch import Tensor, device, dtype

from symlag.networks.generators.tensor_action import Absorption, Action, Entries, NullVectors, Shift, multiply_along


@dataclass(frozen=True, eq=False)
class Fixed:
    """A tensor that does not change, copied to each device once, and to each type of floats."""

    tensor: Tensor
    copies: dict[tuple[device, dtype], Tensor] = field(default_factory=dict)

    def like(self, x: Tensor) -> Tensor:
        """The copy where another tensor is, floats of its type."""
        key = x.device, x.dtype if self.tensor.is_floating_point() else self.tensor.dtype
        if key not in self.copies:
            self.copies[key] = self.tensor.to(*key)
        return self.copies[key]


@dataclass(frozen=True)
class Axis:
    """Σ xᵢyᵢ over all axes but one: of the whole tensor at once, or of blocks along axis 0 (`add_block`)."""

    axis: int

    def size(self, shape: tuple[int, ...]) -> int:
        """How many numbers that is."""
        return shape[self.axis]

    def add(self, x: Tensor, y: Tensor, sums: Tensor) -> None:
        """Add the sums of a product."""
        self.add_block(x * y, 0, sums)

    def add_block(self, product: Tensor, start: int, sums: Tensor) -> None:
        """Add those of a block of the product, that begins at some row."""
        if self.axis == 0:
            sums[start : start + len(product)] += product.flatten(1).sum(1) if product.ndim > 1 else product
        else:
            others = [a for a in range(product.ndim) if a != self.axis]
            sums += product.sum(others)


@dataclass(frozen=True)
class Across(Axis):
    """Σ xᵢyᵢⱼ over all axes but the second: x is a letter of another tensor, that has one number for each row of y."""

    other: str


@dataclass(frozen=True)
class Slices:
    """The matrix ⟨xᵢ, yⱼ⟩ of slices at positions along an axis, flattened."""

    axis: int
    start: int
    stride: int
    width: int

    def size(self, _: tuple[int, ...]) -> int:
        """How many numbers that is."""
        return self.width**2


@dataclass(frozen=True)
class Heads:
    """Slices of one width side by side along an axis; their matrices begin in a row of numbers at every `step`."""

    first: Slices
    count: int
    start: int
    step: int

    def add(self, x: Tensor, y: Tensor, row: Tensor) -> None:
        """Add the inner products of all of them."""
        into = row[self.start :].as_strided((self.count, self.first.width**2), (self.step, 1))
        into += (self._slices(x) @ self._slices(y).mT).flatten(1)

    def _slices(self, x: Tensor) -> Tensor:
        first = self.first
        stop = first.start + first.stride * first.width * self.count
        return x.movedim(first.axis, 0)[first.start : stop : first.stride].reshape(self.count, first.width, -1)

    def joined(self, piece: Slices, start: int) -> Heads | None:
        """These with another one behind them, or none where it is not."""
        step = self.step if self.count > 1 else start - self.start
        beside = replace(self.first, start=self.first.start + self.count * self.first.width)
        fits = self.first.stride == 1 and piece == beside and start == self.start + self.count * step > self.start
        return Heads(self.first, self.count + 1, self.start, step) if fits else None


def heads(places: Iterable[tuple[Slices, slice]]) -> tuple[Heads, ...]:
    """Slices with the places of their matrices, as many together as can be.

    >>> heads((Slices(0, 3 * i, 1, 3), slice(20 * i, 20 * i + 9)) for i in range(4))
    (Heads(first=Slices(axis=0, start=0, stride=1, width=3), count=4, start=0, step=20),)
    """
    made = list[Heads]()
    for piece, place in places:
        together = made[-1].joined(piece, place.start) if made else None
        made[-1:] = [together] if together else [*made[-1:], Heads(piece, 1, place.start, 1)]
    return tuple(made)


@dataclass(frozen=True)
class Sums:
    """Σ xᵢ over all axes but one."""

    axis: int

    def size(self, shape: tuple[int, ...]) -> int:
        """How many numbers that is."""
        return shape[self.axis]

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add the sums of a letter."""
        sums += x.movedim(self.axis, 0).flatten(1).sum(1) if x.ndim > 1 else x


@dataclass(frozen=True, eq=False)
class Null:
    """The components of a letter along null vectors, or at free entries."""

    term: NullVectors | Entries

    def size(self, _: tuple[int, ...]) -> int:
        """How many numbers that is."""
        return self.term.size

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add the components."""
        if isinstance(self.term, Entries):
            sums += x.flatten(0, self.term.mask.ndim - 1)[self._places.like(x)].flatten()
        else:
            sums += components(x, self._bases).flatten()

    @cached_property
    def absolute(self) -> Null:
        """That of magnitudes: null vectors without their signs."""
        return self if isinstance(self.term, Entries) else Null(replace(self.term, null=self.term.null.abs()))

    @cached_property
    def column(self) -> Fixed | None:
        """The null vector, where there is only one, for the rows of a matrix or the entries of a vector."""
        if isinstance(self.term, Entries) or len(self.term.shape) > 2:
            return None
        first, *others = self.term.bases
        if first is None or first.shape[1] > 1 or any(basis is not None for basis in others):
            return None
        return Fixed(first)

    @cached_property
    def _bases(self) -> Sequence[Fixed | None]:
        assert isinstance(self.term, NullVectors)
        return [basis if basis is None else Fixed(basis.mT) for basis in self.term.bases]

    @cached_property
    def _places(self) -> Fixed:
        """Where the mask of free entries is true: it is asked once, as a device would be waited for."""
        assert isinstance(self.term, Entries)
        return Fixed(self.term.mask.flatten().nonzero()[:, 0])


def components(x: Tensor, bases: Iterable[Fixed | None]) -> Tensor:
    """Those of a letter along the rows of a basis for each axis, of none all."""
    for axis, basis in enumerate(bases):
        x = x if basis is None else multiply_along(basis.like(x), x, axis)
    return x


Pair = Axis | Slices
Single = Sums | Null


def piece(term: Action | Shift | NullVectors | Entries | Absorption, *, diagonal: bool) -> Pair | Single:
    """What a term of a family has measured."""
    if isinstance(term, Action):
        view = term.view
        return Axis(view.axis) if diagonal else Slices(view.axis, view.start, view.stride, view.width)
    if isinstance(term, Shift):
        return Sums(term.view.axis)
    if isinstance(term, Absorption):
        return Across(1, term.tensor)
    return Null(term)


def blocks(shape: tuple[int, ...], numbers: int) -> list[tuple[int, int]]:
    """Rows that hold about so many numbers, from start to stop.

    >>> blocks((5, 10), 20)
    [(0, 2), (2, 4), (4, 5)]
    """
    step = max(1, numbers // max(1, prod(shape[1:])))
    return [(start, min(start + step, shape[0])) for start in range(0, shape[0], step)]
