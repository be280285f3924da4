"""Directions in which one tensor may be shifted at will: entries without gradient, and null vectors along an axis.

Behind a softmax every column of G sums to zero, so n = (1, …, 1) along the axis of classes, times anything along the
other; a bias before BatchNorm, or of attention's keys, has no gradient at all.

>>> import torch
>>> g = torch.tensor([[1.0, -1.0], [-2.0, 2.0], [3.0, -3.0], [0.5, -0.5], [1.0, -1.0]], dtype=torch.float64)
>>> [found.space.size for found in translations(Stack({"b": torch.ones(5, 2).double()}, {"b": g}))]
[1]
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import torch
from torch import Tensor

from symlag.networks._kernel import echelon, kernel
from symlag.networks._moments import SILENT, Stack, unfolded
from symlag.networks._motions import Affine
from symlag.networks._spaces import Vectors
from symlag.networks._terms import Entries, Free


def translations(stack: Stack) -> list[Affine]:
    """All constant fields of one tensor that leave the loss alone."""
    return [found for name in stack.shapes for found in (*_silent(stack, name), *_null(stack, name))]


def alive(stack: Stack, name: str) -> Tensor:
    """Where the gradient of a tensor is not zero in every draw."""
    return stack.gradients[name].abs().amax(0) > SILENT


def enough(columns: int) -> int:
    """How many rows show what is true of so many columns."""
    return columns + columns // 4 + 4


def _silent(stack: Stack, name: str) -> Iterator[Affine]:
    entries = tuple(torch.nonzero(~alive(stack, name).flatten()).flatten().tolist())
    if entries:
        yield Affine((Entries(name, entries),), _all(len(entries)))


def _null(stack: Stack, name: str) -> Iterator[Affine]:
    there = alive(stack, name)
    bases = [_kept(there, axis) for axis in range(there.ndim)]
    for axis in range(there.ndim):
        N = _null_vectors(unfolded(stack.gradients[name], axis), bases[axis])
        if N.shape[1]:
            term = Free(name, axis, (*bases[:axis], N, *bases[axis + 1 :]))
            yield Affine((term,), _all(term.size))
            bases[axis] = bases[axis] @ kernel((bases[axis].mT @ N).mT).mT


def _all(size: int) -> Vectors:
    return Vectors(size, tuple(range(size)))


def _kept(there: Tensor, axis: int) -> Tensor:
    """Unit vectors along an axis, in columns, where there is any gradient."""
    at = unfolded(there[None], axis)[0].any(1)
    return torch.eye(there.shape[axis], dtype=torch.float64)[:, at]


def _null_vectors(G: Tensor, kept: Tensor) -> Tensor:
    """The null vectors n with nᵀG = 0 along an axis, in columns; of the sum only, where draws are too few for more."""
    rows = (G.mT @ kept.to(G)).flatten(0, 1)
    if prod(rows.shape) == 0:
        return kept[:, :0]
    if len(rows) < enough(rows.shape[1]):
        sums = kept.sum(1, keepdim=True)
        return sums if float(rows.sum(1).abs().max()) < SILENT else sums[:, :0]
    scale = rows.norm(dim=0).clamp(min=1e-300)
    return kept @ echelon(kernel(rows / scale) / scale).mT
