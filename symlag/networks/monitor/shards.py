"""What one rank holds of a tensor, and which numbers it can make of it.

A rank holds a box: some positions of every axis. Sums along an axis that is cut are made where the positions are, at
their places among all sums; sums over an axis that is cut add up over the ranks. Only a matrix of inner products of
slices that lie on several ranks needs the tensor to be cut along another axis.

>>> Box((2, 0), (2, 3)).place(0, slice(10, 14))
slice(12, 14, None)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any

import torch
from torch import Tensor

from symlag.networks.generators.tensor_action import Entries, NullVectors
from symlag.networks.monitor.form_reductions import ConstantTensor, NullComponents, SliceProducts, components
from symlag.networks.monitor.tensor_plan import TensorPlan
from symlag.optimizers.vectors import Letter


@dataclass(frozen=True)
class Box:
    """For every axis the first position that is held, and how many are."""

    start: tuple[int, ...]
    shape: tuple[int, ...]

    def place(self, axis: int, whole: slice) -> slice:
        """Where the sums along an axis are among those of all positions."""
        first = whole.start + self.start[axis]
        return slice(first, first + self.shape[axis])

    def spans(self) -> tuple[slice, ...]:
        """The positions along each axis."""
        return tuple(slice(i, i + d) for i, d in zip(self.start, self.shape, strict=True))

    def __bool__(self) -> bool:
        return prod(self.shape) > 0


@dataclass(frozen=True, eq=False)
class LocalComponents:
    """What a box adds to the components along null vectors.

    These are an array of shape `lengths`, with one axis for each axis of the tensor: its rows of a basis, or its
    positions. The box adds at `spans`.
    """

    bases: tuple[ConstantTensor | None, ...]
    lengths: tuple[int, ...]
    spans: tuple[slice, ...]

    @classmethod
    def of(cls, term: NullVectors, box: Box) -> LocalComponents:
        """The part of a box in the components of a term."""
        per_axis = tuple(zip(term.bases, box.spans(), strict=True))
        bases = tuple(None if basis is None else ConstantTensor(basis[span].mT) for basis, span in per_axis)
        spans = tuple(slice(None) if basis is not None else span for basis, span in per_axis)
        return cls(bases, tuple(term.lengths), spans)

    @cached_property
    def absolute(self) -> LocalComponents:
        """The reduction of magnitudes: bases without their signs."""
        return replace(self, bases=tuple(basis and ConstantTensor(basis.tensor.abs()) for basis in self.bases))

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add what a letter has in the box."""
        sums.view(self.lengths)[self.spans] += components(x, self.bases)


@dataclass(frozen=True, eq=False)
class LocalEntries:
    """Those of the entries without gradient that are in a box: which ones, and where in the flattened box they are."""

    which: ConstantTensor
    positions: ConstantTensor

    @classmethod
    def of(cls, term: Entries, box: Box) -> LocalEntries:
        """The entries of a term that are in a box."""
        free, held = term.whole.cpu(), torch.zeros(term.shape, dtype=torch.bool)
        held[box.spans()] = True
        masks = held[free], free[box.spans()].flatten()
        return cls(*(ConstantTensor(mask.nonzero()[:, 0]) for mask in masks))

    @property
    def absolute(self) -> LocalEntries:
        """The reduction of magnitudes, which is the same one."""
        return self

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add the entries of a letter."""
        sums[self.which.matching(sums)] += x.flatten()[self.positions.matching(x)]


@dataclass(frozen=True)
class EmptyTensorPlan(TensorPlan):
    """The plan of a tensor of which a rank holds nothing; it takes part where the others cut its letters anew."""

    whole: TensorPlan = field(kw_only=True)

    @cached_property
    def column_tensors(self) -> tuple[str, ...]:
        """Those of the other ranks."""
        return self.whole.column_tensors

    @cached_property
    def buffers(self) -> Mapping[str, Letter]:
        """Those of the other ranks."""
        return self.whole.buffers


def local_tensor_plan(tensor: TensorPlan, box: Box) -> TensorPlan:
    """What a rank that holds a box measures of a tensor."""
    shape = tuple(tensor.parameter.shape)
    if box == Box((0,) * len(shape), shape):
        return tensor
    if not box:
        name, parameter, group = tensor.name, tensor.parameter, tensor.group
        return EmptyTensorPlan(name, parameter, group, {}, tensor.noise_forms, tensor.letters_elsewhere, whole=tensor)
    reductions = {reduction: _local_reduction(reduction, box) for _, reduction in tensor.slots}
    slots = {
        (form, reductions[reduction]): _local_slot(reduction, box, slot)
        for (form, reduction), slot in tensor.slots.items()
    }
    return replace(tensor, slots=slots)


def _local_reduction(reduction: Any, box: Box) -> Any:
    """How a box makes its part of the numbers of a reduction."""
    if not isinstance(reduction, NullComponents):
        return reduction
    term = reduction.term
    return LocalComponents.of(term, box) if isinstance(term, NullVectors) else LocalEntries.of(term, box)


def _local_slot(reduction: Any, box: Box, slot: slice) -> slice:
    """Where in a row the part of a box goes."""
    return slot if isinstance(reduction, SliceProducts | NullComponents) else box.place(reduction.axis, slot)


def sliced_axes(tensor: TensorPlan) -> set[int]:
    """The axes along which slices are multiplied with one another."""
    return {reduction.axis for _, reduction in tensor.slots if isinstance(reduction, SliceProducts)}


def placements_avoiding(placements: Sequence[Any], axes: Collection[int], dimensions: int) -> tuple[Any, ...]:
    """Placements of a DTensor that cut the first other axis in place of some axes, or nothing if there is no other."""
    from torch.distributed.tensor import Replicate, Shard

    others = [Shard(axis) for axis in range(dimensions) if axis not in axes]
    instead = others[0] if others else Replicate()
    return tuple(instead if getattr(placement, "dim", None) in axes else placement for placement in placements)


def rows_aligned(weight: Any, bias: Any) -> bool:
    """Whether a bias is cut over ranks as the rows of its weight are."""
    if getattr(weight, "device_mesh", None) != getattr(bias, "device_mesh", None):
        return False
    cut: tuple[Any, ...] = tuple(getattr(weight, "placements", ()))
    if not cut:
        return not getattr(bias, "placements", ())
    from torch.distributed.tensor import Replicate

    # a cut along another axis leaves all rows on every rank
    of_rows = tuple(Replicate() if getattr(placement, "dim", 0) else placement for placement in cut)
    return of_rows == tuple(getattr(bias, "placements", ()))
