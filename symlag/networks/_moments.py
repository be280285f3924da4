"""Moments of gradients: the rate ⟨g, ξ⟩ of the loss along every generator that acts on an axis, all at once.

K = G·Wᵀ, contracted over all axes but one, holds ⟨g, E·W⟩ = tr(Eᵀ K) for every E ∈ gl(d); sums of G hold the rates of
shifts, and gᵀW those of shifts that a bias takes back. Of K only the entries that are asked for are worked out.

>>> import torch
>>> stack = Stack({"w": torch.ones(1, 2, 3)}, {"w": torch.tensor([[[1.0, 0, 0], [0, 2, 0]]])})
>>> stack.diagonal("w", 0), stack.entries("w", 0, torch.tensor([1]), torch.tensor([0]))
(tensor([[1., 2.]]), tensor([[2.]]))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from symlag.networks._problem import Draw

Tensors = Mapping[str, Tensor]
CHUNK = 1024  # entries of K at once


@dataclass(frozen=True)
class Stack:
    """Draws one above the other: each tensor has one axis more, the draw."""

    parameters: Tensors
    gradients: Tensors

    def diagonal(self, name: str, axis: int) -> Tensor:
        """K_jj along an axis, (draws, d)."""
        return unfolded(self.gradients[name] * self.parameters[name], axis).sum(2)

    def entries(self, name: str, axis: int, p: Tensor, q: Tensor) -> Tensor:
        """K_pq along an axis for lists p and q, (draws, entries): by way of all of K only where that is less work."""
        G, W = unfolded(self.gradients[name], axis), unfolded(self.parameters[name], axis)
        if 4 * len(p) > G.shape[1] ** 2:
            return (G @ W.mT)[:, p, q]
        some = zip(p.split(CHUNK), q.split(CHUNK), strict=True)
        return torch.cat([(G[:, i] * W[:, k]).sum(2) for i, k in some], dim=1)

    def sums(self, name: str, axis: int) -> Tensor:
        """The sums of G over all axes but one, (draws, d)."""
        return unfolded(self.gradients[name], axis).sum(2)

    def absorbed(self, bias: str, weight: str) -> Tensor:
        """gᵀW for the gradient g of a bias, (draws, inputs)."""
        W = self.parameters[weight].flatten(3).sum(3) if self.parameters[weight].ndim > 3 else self.parameters[weight]
        return torch.einsum("ro,roi->ri", self.gradients[bias], W)


def stacked(draws: Sequence[Draw]) -> Stack:
    """Draws as one stack, each gradient of length 1."""
    lengths = [float(sum(g.square().sum() for g in draw.gradients.values())) ** 0.5 or 1.0 for draw in draws]
    names = draws[0].parameters
    return Stack(
        {name: torch.stack([draw.parameters[name] for draw in draws]) for name in names},
        {name: torch.stack([d.gradients[name] / s for d, s in zip(draws, lengths, strict=True)]) for name in names},
    )


def unfolded(tensor: Tensor, axis: int) -> Tensor:
    """One axis in front of all others, which become one: (draws, d, rest)."""
    front = tensor.movedim(axis + 1, 1)
    return front.reshape(*front.shape[:2], -1)
