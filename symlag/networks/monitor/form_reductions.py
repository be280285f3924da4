"""How products of letters are reduced to the few numbers that charges are made of.

A charge along ξ(W) = AW is ⟨x, Ay⟩, where x and y are letters of a tensor: θ, its gradient, or a momentum. Which
numbers determine it for every A of a family depends on the family:

    what ξ is                              numbers that are measured                        reduction
    A = diag(a) along an axis              Σ xᵢyᵢ over all other axes                       `AxisSums`
    A any matrix along an axis             the matrix of inner products ⟨xᵢ, yⱼ⟩ of slices  `SliceProducts`
    constant along an axis                 Σ xᵢ over all other axes                         `LetterSums`
    null vectors, or entries that          the components of x along them                   `NullComponents`
      have no gradient
    (a, −W a), a shift that a bias         Σ bᵢyᵢⱼ over i: the bias b is a column           `ColumnSums`
      takes back                           beside the weight

Each reduction knows how many numbers it has (`size`) and adds them to their place in a row of numbers (`add`).

>>> import torch
>>> W = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
>>> row = torch.zeros(8, dtype=torch.float64)
>>> AxisSums(0).add(W, W, row[:2])
>>> AxisSums(1).add(W, W, row[2:4])
>>> SliceProductBatch(SliceProducts(0, 0, 1, 2), 1, start=4, step=1).add(W, W, row)
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
class ConstantTensor:
    """A tensor that does not change, copied once to each device and each type of floats."""

    tensor: Tensor
    copies: dict[tuple[device, dtype], Tensor] = field(default_factory=dict)

    def matching(self, x: Tensor) -> Tensor:
        """The copy on the device of another tensor, and of its type where both hold floats."""
        key = x.device, x.dtype if self.tensor.is_floating_point() else self.tensor.dtype
        if key not in self.copies:
            self.copies[key] = self.tensor.to(*key)
        return self.copies[key]


@dataclass(frozen=True)
class AxisSums:
    """Σ xᵢyᵢ over all axes but one: of the whole tensor at once, or of blocks along axis 0 (`add_block`)."""

    axis: int

    def size(self, shape: tuple[int, ...]) -> int:
        """The number of sums for a tensor of some shape."""
        return shape[self.axis]

    def add(self, x: Tensor, y: Tensor, sums: Tensor) -> None:
        """Add the sums of the product of two letters."""
        self.add_block(x * y, 0, sums)

    def add_block(self, product: Tensor, start: int, sums: Tensor) -> None:
        """Add the sums of some rows of the product, the first of which is row number `start`."""
        if self.axis == 0:
            sums[start : start + len(product)] += product.flatten(1).sum(1) if product.ndim > 1 else product
        else:
            others = [a for a in range(product.ndim) if a != self.axis]
            sums += product.sum(others)


@dataclass(frozen=True)
class ColumnSums(AxisSums):
    """Σ xᵢyᵢⱼ over all axes but the second; x is a letter of `other`, a tensor with one number for each row of y."""

    other: str


@dataclass(frozen=True)
class SliceProducts:
    """The matrix ⟨xᵢ, yⱼ⟩ of slices at positions start, start + stride, … along an axis, flattened."""

    axis: int
    start: int
    stride: int
    width: int

    def size(self, _: tuple[int, ...]) -> int:
        """The number of entries of the matrix."""
        return self.width**2

    @property
    def absolute(self) -> SliceProducts:
        """The reduction of magnitudes, which is the same one."""
        return self


@dataclass(frozen=True)
class SliceProductBatch:
    """Equally wide matrices of slice products side by side along an axis, as of attention heads: one matmul for all.

    There are `count` of them, of which the `first` one is at `start` in a row of numbers, and each next one `step`
    numbers further on.
    """

    first: SliceProducts
    count: int
    start: int
    step: int

    def add(self, x: Tensor, y: Tensor, row: Tensor) -> None:
        """Add all the matrices to their places in a row."""
        places = row[self.start :].as_strided((self.count, self.first.width**2), (self.step, 1))
        places += (self._slices(x) @ self._slices(y).mT).flatten(1)

    def _slices(self, x: Tensor) -> Tensor:
        first = self.first
        stop = first.start + first.stride * first.width * self.count
        return x.movedim(first.axis, 0)[first.start : stop : first.stride].reshape(self.count, first.width, -1)

    def followed_by(self, following: SliceProducts, start: int) -> SliceProductBatch | None:
        """The batch with one more matrix at its end, where positions and places go on evenly, otherwise nothing."""
        step = self.step if self.count > 1 else start - self.start
        expected = replace(self.first, start=self.first.start + self.count * self.first.width)
        even = self.first.stride == 1 and following == expected and start == self.start + self.count * step > self.start
        return SliceProductBatch(self.first, self.count + 1, self.start, step) if even else None


def batched(placed: Iterable[tuple[SliceProducts, slice]]) -> tuple[SliceProductBatch, ...]:
    """Slice products with their places in a row, as many in one batch as go on evenly.

    >>> batched((SliceProducts(0, 3 * i, 1, 3), slice(20 * i, 20 * i + 9)) for i in range(4))
    (SliceProductBatch(first=SliceProducts(axis=0, start=0, stride=1, width=3), count=4, start=0, step=20),)
    """
    batches = list[SliceProductBatch]()
    for products, place in placed:
        longer = batches[-1].followed_by(products, place.start) if batches else None
        if longer is not None:
            batches[-1] = longer
        else:
            batches.append(SliceProductBatch(products, 1, place.start, 1))
    return tuple(batches)


@dataclass(frozen=True)
class LetterSums:
    """Σ xᵢ over all axes but one."""

    axis: int

    def size(self, shape: tuple[int, ...]) -> int:
        """The number of sums for a tensor of some shape."""
        return shape[self.axis]

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add the sums of a letter."""
        sums += x.movedim(self.axis, 0).flatten(1).sum(1) if x.ndim > 1 else x

    @property
    def absolute(self) -> LetterSums:
        """The reduction of magnitudes, which is the same one."""
        return self


@dataclass(frozen=True, eq=False)
class NullComponents:
    """The components of a letter along null vectors, or its entries where the loss has no gradient."""

    term: NullVectors | Entries

    def size(self, _: tuple[int, ...]) -> int:
        """The number of components."""
        return self.term.size

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add the components."""
        if isinstance(self.term, Entries):
            sums += x.flatten(0, self.term.mask.ndim - 1)[self._positions.matching(x)].flatten()
        else:
            sums += components(x, self._bases).flatten()

    @cached_property
    def absolute(self) -> NullComponents:
        """The reduction of magnitudes: along null vectors without their signs."""
        return self if isinstance(self.term, Entries) else NullComponents(replace(self.term, null=self.term.null.abs()))

    @cached_property
    def column(self) -> ConstantTensor | None:
        """The null vector where there is one only, of the rows of a matrix or the entries of a vector.

        The component is then a sum beside a column, which the compiled loop can make.
        """
        if isinstance(self.term, Entries) or len(self.term.shape) > 2:
            return None
        first, *others = self.term.bases
        if first is None or first.shape[1] > 1 or any(basis is not None for basis in others):
            return None
        return ConstantTensor(first)

    @cached_property
    def _bases(self) -> Sequence[ConstantTensor | None]:
        assert isinstance(self.term, NullVectors)
        return [basis if basis is None else ConstantTensor(basis.mT) for basis in self.term.bases]

    @cached_property
    def _positions(self) -> ConstantTensor:
        """Where the mask is true: asked once, as `nonzero` waits for the device."""
        assert isinstance(self.term, Entries)
        return ConstantTensor(self.term.mask.flatten().nonzero()[:, 0])


def components(x: Tensor, bases: Iterable[ConstantTensor | None]) -> Tensor:
    """The components of a letter along the rows of a basis for each axis; where an axis has none, all entries."""
    for axis, basis in enumerate(bases):
        x = x if basis is None else multiply_along(basis.matching(x), x, axis)
    return x


PairReduction = AxisSums | SliceProducts
LetterReduction = LetterSums | NullComponents
Reduction = PairReduction | LetterReduction


def reduction_of(term: Action | Shift | NullVectors | Entries | Absorption, *, diagonal: bool) -> Reduction:
    """The reduction that determines the charges of one term of a generator; `diagonal` where its matrix is."""
    if isinstance(term, Action):
        view = term.view
        return AxisSums(view.axis) if diagonal else SliceProducts(view.axis, view.start, view.stride, view.width)
    if isinstance(term, Shift):
        return LetterSums(term.view.axis)
    if isinstance(term, Absorption):
        return ColumnSums(1, term.tensor)
    return NullComponents(term)


def row_blocks(shape: tuple[int, ...], numbers: int) -> list[tuple[int, int]]:
    """Consecutive blocks of rows, (start, stop), each of about so many numbers.

    >>> row_blocks((5, 10), 20)
    [(0, 2), (2, 4), (4, 5)]
    """
    step = max(1, numbers // max(1, prod(shape[1:])))
    return [(start, min(start + step, shape[0])) for start in range(0, shape[0], step)]
