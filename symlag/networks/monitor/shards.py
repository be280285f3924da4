"""What one rank holds of a tensor, and what it can sum of it: entries at their places, or its part of sums.

A rank holds a box: some positions of every axis. Sums along an axis that is cut are made where the positions are, sums
over it add up over the ranks; only a matrix of inner products of slices that lie on several ranks needs the tensor cut
along another axis.

>>> Box((2, 0), (2, 3)).place(0, slice(10, 14))
slice(12, 14, None)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any

import torch
from torch import Tensor

from symlag.networks.generators.tensor_action import Entries, NullVectors
from symlag.networks.monitor.reductions import Fixed, Null, Slices, components
from symlag.networks.monitor.tensor_plan import Track
from symlag.optimizers.vectors import Letter


@dataclass(frozen=True)
class Box:
    """For every axis the first position that is held, and how many."""

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
class Corner:
    """What a box adds to components along null vectors, which are laid out as `lengths`: rows of bases, or places."""

    bases: tuple[Fixed | None, ...]
    lengths: tuple[int, ...]
    spans: tuple[slice, ...]

    @classmethod
    def of(cls, term: NullVectors, box: Box) -> Corner:
        """That of null vectors."""
        cut = tuple(zip(term.bases, box.spans(), strict=True))
        bases = tuple(None if basis is None else Fixed(basis[span].mT) for basis, span in cut)
        return cls(bases, tuple(term.lengths), tuple(slice(None) if basis is not None else span for basis, span in cut))

    @cached_property
    def absolute(self) -> Corner:
        """That of magnitudes: bases without their signs."""
        return replace(self, bases=tuple(basis and Fixed(basis.tensor.abs()) for basis in self.bases))

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add the components of the box."""
        sums.view(self.lengths)[self.spans] += components(x, self.bases)


@dataclass(frozen=True, eq=False)
class Some:
    """Those of the free entries that are in a box: which they are, and where they are in the flattened box."""

    which: Fixed
    entries: Fixed

    @classmethod
    def of(cls, term: Entries, box: Box) -> Some:
        """Those of a tensor."""
        free, held = term.whole.cpu(), torch.zeros(term.shape, dtype=torch.bool)
        held[box.spans()] = True
        return cls(*(Fixed(mask.nonzero()[:, 0]) for mask in (held[free], free[box.spans()].flatten())))

    def add(self, x: Tensor, sums: Tensor) -> None:
        """Add the entries."""
        sums[self.which.like(sums)] += x.flatten()[self.entries.like(x)]


@dataclass(frozen=True)
class Nothing(Track):
    """The track of a tensor that a rank holds nothing of: its letters are those that other ranks lay out with it."""

    whole: Track = field(kw_only=True)

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """Those of the other ranks."""
        return self.whole.beside

    @cached_property
    def buffers(self) -> Mapping[str, Letter]:
        """Those that the other ranks have."""
        return self.whole.buffers


def cut(track: Track, box: Box) -> Track:
    """A tensor's track as one rank measures it."""
    shape = tuple(track.parameter.shape)
    if box == Box((0,) * len(shape), shape):
        return track
    if not box:
        return Nothing(track.name, track.parameter, track.group, {}, track.seldom, track.lent, whole=track)
    pieces = {piece: _cut(piece, box) for _, piece in track.slots}
    slots = {(form, pieces[piece]): _place(piece, box, place) for (form, piece), place in track.slots.items()}
    return replace(track, slots=slots)


def _cut(piece: Any, box: Box) -> Any:
    if not isinstance(piece, Null):
        return piece
    return Corner.of(piece.term, box) if isinstance(piece.term, NullVectors) else Some.of(piece.term, box)


def _place(piece: Any, box: Box, place: slice) -> slice:
    return place if isinstance(piece, Slices | Null) else box.place(piece.axis, place)


def mixed(track: Track) -> set[int]:
    """The axes along which slices are multiplied with one another."""
    return {piece.axis for _, piece in track.slots if isinstance(piece, Slices)}


def layout(placements: Sequence[Any], axes: Collection[int], dimensions: int) -> tuple[Any, ...]:
    """Placements that cut none of some axes: another one in its stead, or none where there is no other."""
    return tuple(_uncut(placement, axes, dimensions) for placement in placements)


def aligned(weight: Any, bias: Any) -> bool:
    """Whether a bias is cut over ranks as the rows of its weight are."""
    rows = _rows(getattr(weight, "placements", ()))
    alike = getattr(weight, "device_mesh", None) == getattr(bias, "device_mesh", None)
    return alike and rows == tuple(getattr(bias, "placements", ()))


def _rows(placements: Sequence[Any]) -> tuple[Any, ...]:
    """How a tensor is cut that has one number for each row of another one."""
    from torch.distributed.tensor import Replicate

    return tuple(Replicate() if getattr(placement, "dim", 0) else placement for placement in placements)


def _uncut(placement: Any, axes: Collection[int], dimensions: int) -> Any:
    from torch.distributed.tensor import Replicate, Shard

    if getattr(placement, "dim", None) not in axes:
        return placement
    others: Iterator[int] = (axis for axis in range(dimensions) if axis not in axes)
    return next((Shard(axis) for axis in others), Replicate())
