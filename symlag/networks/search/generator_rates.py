"""The rates ⟨g, ξ⟩ of the loss along every generator that acts on an axis, all at once.

K = G·Wᵀ, contracted over all axes but one, holds the rate of every linear generator on this axis, as ⟨G, E·W⟩ =
tr(Eᵀ K) for every E ∈ gl(d): the rates are moments of gradients. Sums of G are the rates of shifts, and gᵀW those of
shifts that a bias with gradient g takes back. Of K only its diagonal and some entries are worked out, a block of
numbers at a time. Tensors have one axis more than those of the model, the draw.

>>> G, W = torch.tensor([[[1.0, 0, 0], [0, 2, 0]]]), torch.ones(1, 2, 3)
>>> sums_by_axis(G, W)
[tensor([[1., 2.]]), tensor([[1., 2., 0.]])]
>>> pair_rates(G, W, 0, torch.tensor([[0, 1]])).tolist()  # of one draw K_01, then K_10
[[[[1.0]], [[2.0]]]]
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import torch
from torch import Tensor

from symlag.networks.generators.tensor_action import BLOCK


def row_blocks(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Tensors of one shape, some neighbouring rows at a time."""
    rows = max(1, BLOCK // max(1, tensors[0][:, :1].numel()))
    return zip(*(tensor.split(rows, dim=1) for tensor in tensors), strict=True)


def sums_by_axis(*factors: Tensor) -> list[Tensor]:
    """For each axis the sums of a product over all others, (draws, d)."""
    axes = range(1, factors[0].ndim)
    parts: list[list[Tensor]] = [[] for _ in axes]
    for block in row_blocks(*factors):
        product = reduce(torch.mul, block)
        for axis in axes:
            parts[axis - 1].append(unfolded(product, axis - 1).sum(2))
    return [
        torch.cat(part, 1) if axis == 1 else torch.stack(part).sum(0) for axis, part in zip(axes, parts, strict=True)
    ]


def pair_rates(G: Tensor, W: Tensor, axis: int, at: Tensor) -> Tensor:
    """K_jk and K_kj for all pairs j < k of each row of positions along an axis, (draws, 2, rows, pairs)."""
    views = max(1, BLOCK // (G.numel() // G.shape[axis + 1] * at.shape[1]))
    j, k = torch.triu_indices(at.shape[1], at.shape[1], 1)
    found = [_at_positions(G, axis, some) @ _at_positions(W, axis, some).mT for some in at.split(views)]
    K = torch.cat(found, dim=1)
    return torch.stack([K[..., j, k], K[..., k, j]], dim=1)


def absorption_rates(g: Tensor, W: Tensor) -> Tensor:
    """gᵀW for the gradient g of a bias, (draws, inputs)."""
    return torch.einsum("ro,roi->ri", g, W.flatten(3).sum(3) if W.ndim > 3 else W)


def largest_sum(G: Tensor, axis: int) -> float:
    """The largest sum of G along an axis alone."""
    return float(G.sum(axis + 1).abs().max())


def unfolded(tensor: Tensor, axis: int) -> Tensor:
    """One axis in front of all others, which become one: (draws, d, rest)."""
    front = tensor.movedim(axis + 1, 1)
    return front.reshape(*front.shape[:2], -1)


def _at_positions(tensor: Tensor, axis: int, at: Tensor) -> Tensor:
    """Positions along an axis by rows, (draws, rows, positions, rest)."""
    return unfolded(tensor.index_select(axis + 1, at.flatten()), axis).unflatten(1, at.shape)
