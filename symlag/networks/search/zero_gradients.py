"""Where a tensor has no gradient in any draw, held by the rows that have such entries.

Of words that never occur these are most rows, all of each; where a gradient is small by chance, a few with an entry.

>>> G = torch.tensor([[[1.0, 0, 2], [0, 0, 0], [3, 4, 5]]])
>>> found = zero_gradients(G, floor=0.5)
>>> found.rows.tolist(), found.mask.tolist()
([0, 1], [[False, True, False], [True, True, True]])
>>> found.has_gradient(0).tolist(), found.has_gradient(1).tolist()
([True, False, True], [True, True, True])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from symlag.networks.generators.tensor_action import Entries
from symlag.networks.search.generator_rates import row_blocks


@dataclass(frozen=True)
class ZeroGradients:
    """Rows of a tensor of a shape, and a mask of them over the first axes: it ends where it does not vary any more."""

    shape: tuple[int, ...]
    rows: Tensor
    mask: Tensor

    def intersection(self, more: ZeroGradients) -> ZeroGradients:
        """Where there is no gradient in two sets of draws."""
        mine, its = self.mask[torch.isin(self.rows, more.rows)], more.mask[torch.isin(more.rows, self.rows)]
        mask = _with_axes_of(mine, its) & _with_axes_of(its, mine)
        some = _per_row(torch.any, mask)
        rows = self.rows[torch.isin(self.rows, more.rows)][some]
        return ZeroGradients(self.shape, rows, _without_idle_axes(mask[some]))

    def has_gradient(self, axis: int) -> Tensor:
        """Whether there is any gradient at the positions along an axis."""
        everywhere = self.mask.new_ones(self.shape[axis])
        if axis == 0:
            return everywhere.index_fill(0, self.rows[_per_row(torch.all, self.mask)], value=False)
        if len(self.rows) < self.shape[0]:
            return everywhere
        others = tuple(a for a in range(self.mask.ndim) if a != axis)
        return everywhere & ~self.mask.all(others)

    def entries(self, name: str) -> Entries:
        """The entries without gradient, as what may be moved at will in the tensor of a name."""
        mask = self.mask.new_zeros(self.shape[0], *self.mask.shape[1:])
        return Entries(name, mask.index_copy_(0, self.rows, self.mask), self.shape)


def zero_gradients(G: Tensor, floor: float) -> ZeroGradients:
    """Where gradients are within ±floor in all draws, the first axis."""
    rows, masks, start = list[Tensor](), list[Tensor](), 0
    for (block,) in row_blocks(G):
        mask = (block.abs() <= floor).all(0)
        some = _per_row(torch.any, mask)
        rows.append(some.nonzero()[:, 0] + start)
        masks.append(mask[some])
        start += len(mask)
    return ZeroGradients(tuple(G.shape[1:]), torch.cat(rows), _without_idle_axes(torch.cat(masks)))


def _per_row(quantifier: Callable[[Tensor, int], Tensor], mask: Tensor) -> Tensor:
    """Whether any, or all, of each row is true."""
    return quantifier(mask.flatten(1), 1) if mask.ndim > 1 else mask


def _without_idle_axes(mask: Tensor) -> Tensor:
    """The mask without the last axes along which it does not vary."""
    while mask.ndim > 1 and bool((mask.all(-1) == mask.any(-1)).all()):
        mask = mask[..., 0].clone()
    return mask


def _with_axes_of(mask: Tensor, other: Tensor) -> Tensor:
    """A mask with as many axes as another, if it has fewer."""
    return mask.reshape(*mask.shape, *[1] * (other.ndim - mask.ndim))
