"""Directions in which one tensor may be shifted at will: entries without gradient, and null vectors along an axis.

Behind a softmax every column of G sums to zero, so n = (1, …, 1) along the axis of classes, times anything along the
other; a bias before BatchNorm, or of attention's keys, has no gradient at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import torch
from torch import Tensor

from symlag.networks.generators.generators import Affine
from symlag.networks.generators.matrix_spaces import Everything
from symlag.networks.generators.tensor_action import Free
from symlag.networks.search.null_space import echelon, enough, kernel
from symlag.networks.search.sketch import Sketch
from symlag.networks.search.view_plan import SOLVED


def translations(sketch: Sketch) -> list[Affine]:
    """All constant fields of one tensor that leave the loss alone."""
    return [found for name in sketch.plan.shapes for found in (*_silent(sketch, name), *_null(sketch, name))]


def _silent(sketch: Sketch, name: str) -> Iterator[Affine]:
    entries = sketch.moments[name].silence.entries(name)
    if entries.size:
        yield Affine((entries,), Everything(entries.size))


def _null(sketch: Sketch, name: str) -> Iterator[Affine]:
    shape = sketch.plan.shapes[name]
    kept = [_kept(sketch.there[name, axis]) for axis in range(len(shape))]
    for axis, length in enumerate(shape):
        rows = sketch.draws * prod(shape) / length
        N = (_null_vectors if length <= SOLVED and rows >= enough(length) else _ones)(sketch, name, axis)
        if N.shape[1]:
            term = Free(name, axis, N, tuple(kept), shape)
            yield Affine((term,), Everything(term.size))
            kept[axis] = _across(N, sketch.there[name, axis])


def _kept(there: list[bool]) -> Tensor | None:
    """The positions along an axis where there is any gradient; none for all."""
    return None if all(there) else torch.tensor(there).nonzero().flatten()


def _across(N: Tensor, there: list[bool]) -> Tensor:
    """Positions whose unit vectors, with the null vectors N in columns, are a basis."""
    pivots = {int(row.nonzero()[0]) for row in echelon(N.T)}
    return torch.tensor([i for i, loud in enumerate(there) if loud and i not in pivots], dtype=torch.int64)


def _null_vectors(sketch: Sketch, name: str, axis: int) -> Tensor:
    """The null vectors n with nᵀG = 0 along an axis, in columns."""
    there = sketch.there[name, axis]
    units = torch.eye(len(there), dtype=torch.float64)[:, there]
    rows = sketch.moments[name].factors[axis] @ units
    if not any(there):
        return units
    scale = rows.norm(dim=0).clamp(min=1e-300)
    return units @ echelon(kernel(_square(rows / scale)) / scale).mT


def _ones(sketch: Sketch, name: str, axis: int) -> Tensor:
    """(1, …, 1) where there is any gradient, in a column, if it is a null vector."""
    there = torch.tensor(sketch.there[name, axis], dtype=torch.float64)[:, None]
    return there[:, : int(sketch.moments[name].balanced[axis] and bool(there.any()))]


def _square(rows: Tensor) -> Tensor:
    """At least as many rows as columns."""
    return torch.cat([rows, rows.new_zeros(max(0, rows.shape[1] - len(rows)), rows.shape[1])])
