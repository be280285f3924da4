"""Moments of gradients: the rate ⟨g, ξ⟩ of the loss along every generator that acts on an axis, all at once.

K = G·Wᵀ, contracted over all axes but one, holds ⟨g, E·W⟩ = tr(Eᵀ K) for every E ∈ gl(d); sums of G hold the rates of
shifts, and gᵀW those of shifts that a bias takes back. A row of the matrices below is one draw and one index (or pair
of indices) of a generator; a column is a view. What the rows annihilate is a symmetry, the same for all indices.

>>> import torch
>>> stack = Stack({"w": torch.ones(1, 2, 3)}, {"w": torch.tensor([[[1.0, 0, 0], [0, 2, 0]]])})
>>> stack.moment("w", 0)
tensor([[[1., 1.],
         [2., 2.]]])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from symlag.networks._problem import Draw
from symlag.networks._terms import Absorb, Shift
from symlag.networks._views import View

SILENT = 1e-11  # a gradient smaller than this share of the whole is round-off
PAIRS = 64  # pairs of indices looked at in a wide axis

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Stack:
    """Draws one above the other: each tensor has one axis more, the draw."""

    parameters: Tensors
    gradients: Tensors

    @property
    def draws(self) -> int:
        """The number of draws."""
        return len(next(iter(self.gradients.values())))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the parameters."""
        return {name: tuple(W.shape[1:]) for name, W in self.parameters.items()}

    def moment(self, name: str, axis: int) -> Tensor:
        """K = G·Wᵀ along an axis, (draws, d, d)."""
        return unfolded(self.gradients[name], axis) @ unfolded(self.parameters[name], axis).mT

    def sums(self, name: str, axis: int) -> Tensor:
        """The sums of G over all axes but one, (draws, d)."""
        return unfolded(self.gradients[name], axis).sum(2)

    def absorbed(self, bias: str, weight: str) -> Tensor:
        """gᵀW for the gradient g of a bias, (draws, inputs)."""
        W = self.parameters[weight].flatten(3).sum(3) if self.parameters[weight].ndim > 3 else self.parameters[weight]
        return torch.einsum("ro,roi->ri", self.gradients[bias], W)

    def loud(self, view: View) -> bool:
        """Whether the gradient on a view is there at all."""
        G = self.gradients[view.tensor].movedim(view.axis + 1, 1)[:, list(view.positions)]
        return bool(G.abs().max() > SILENT)


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


def diagonal(stack: Stack, views: Sequence[View]) -> Tensor:
    """Rates of δW = e_j e_jᵀ W: rows are draws and j, columns are views."""
    return _columns([K[:, at, at] for K, at in _gathered(stack, views)])


def symmetric(stack: Stack, views: Sequence[View]) -> Tensor:
    """Rates of δW = (e_j e_kᵀ + e_k e_jᵀ) W: rows are draws and pairs."""
    return _columns([K[:, at[j], at[k]] + K[:, at[k], at[j]] for (K, at), (j, k) in _paired(stack, views)])


def skew(stack: Stack, views: Sequence[View]) -> Tensor:
    """Rates of δW = (e_j e_kᵀ − e_k e_jᵀ) W: rows are draws and pairs."""
    return _columns([K[:, at[j], at[k]] - K[:, at[k], at[j]] for (K, at), (j, k) in _paired(stack, views)])


def shift(stack: Stack, terms: Sequence[Shift | Absorb]) -> Tensor:
    """Rates of shifts along e_j: rows are draws and j, columns are terms."""
    return _columns([_rates(stack, term)[:, list(term.view.positions)] for term in terms])


def pairs(width: int) -> tuple[Tensor, Tensor]:
    """Pairs j < k: all of a narrow axis, some of a wide one."""
    every = torch.tensor(list(combinations(range(min(width, 4 * PAIRS)), 2))).reshape(-1, 2)
    some = (
        every
        if len(every) <= PAIRS
        else every[torch.randperm(len(every), generator=torch.Generator().manual_seed(0))[:PAIRS]]
    )
    return some[:, 0], some[:, 1]


def _rates(stack: Stack, term: Shift | Absorb) -> Tensor:
    if isinstance(term, Shift):
        return stack.sums(term.tensor, term.view.axis)
    return stack.absorbed(term.tensor, term.view.tensor)


def _gathered(stack: Stack, views: Sequence[View]) -> list[tuple[Tensor, Tensor]]:
    moments = {axis: stack.moment(*axis) for axis in {(view.tensor, view.axis) for view in views}}
    return [(moments[view.tensor, view.axis], torch.tensor(view.positions)) for view in views]


def _paired(stack: Stack, views: Sequence[View]) -> list[tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]]:
    chosen = pairs(views[0].width) if views else None
    return [(found, chosen) for found in _gathered(stack, views)] if chosen else []


def _columns(columns: Sequence[Tensor]) -> Tensor:
    return torch.stack([column.flatten() for column in columns], dim=1) if columns else torch.zeros(0, 0)
