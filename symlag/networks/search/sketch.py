"""What is kept of random draws: rates of the loss along generators, not the tensors themselves.

A draw is random parameters and a random batch. A row of rates is one draw and one index, or pair of indices, of a
generator; a column is a view. Coefficients that all rows annihilate belong to a symmetry, the same for all indices.
Small models are drawn many times at once; of large ones a draw is looked at tensor by tensor, as backward gets there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from symlag.networks.batched_gradients import random_gradients
from symlag.networks.generators.axis_views import View
from symlag.networks.generators.tensor_action import Absorption, Shift
from symlag.networks.problem import Problem
from symlag.networks.search.generator_rates import absorption_rates, largest_sum, pair_rates, sums_by_axis, unfolded
from symlag.networks.search.null_space import compress_rows
from symlag.networks.search.view_plan import FEWEST, Axis, ViewPlan, index_subset, number_of_pairs
from symlag.networks.search.zero_gradients import ZeroGradients, zero_gradients

ROUND_OFF = 1e-11  # a gradient smaller than this share of the whole is round-off
TOGETHER = 300_000  # numbers of draws that are worked on at once
BUDGET = 50_000_000  # numbers of all draws: of large models there are few


@dataclass(frozen=True)
class TensorRates:
    """Rates of one tensor by axis, each (draws, length of the axis).

    `diagonals` are those of δW = e_j e_jᵀ W and `sums` those of δW = e_j. `absorbed` holds gᵀW for a bias g by the name
    of W. `zeros` says where there is no gradient, `factors` are rows with the null vectors of G, and `balanced` says
    whether (1, …, 1) is one.
    """

    diagonals: Sequence[Tensor]
    sums: Sequence[Tensor]
    absorbed: Mapping[str, Tensor]
    zeros: ZeroGradients
    factors: Mapping[int, Tensor]
    balanced: Sequence[bool]

    @classmethod
    def of(cls, plan: ViewPlan, name: str, G: Tensor, W: Tensor, weights: Callable[[str], Tensor]) -> TensorRates:
        """The rates of a tensor W, given its gradients and all weights by name, the draw as first axis."""
        return cls(
            sums_by_axis(G, W),
            sums_by_axis(G),
            {weight: absorption_rates(G, weights(weight)) for weight in plan.absorbed_by[name]},
            zero_gradients(G, ROUND_OFF),
            {a: compress_rows(unfolded(G, a).mT.flatten(0, 1)) for a in range(G.ndim - 1) if (name, a) in plan.solved},
            [largest_sum(G, axis) < ROUND_OFF for axis in range(G.ndim - 1)],
        )

    def joined(self, more: TensorRates) -> TensorRates:
        """The rates of these draws and more."""
        return TensorRates(
            [torch.cat(pair) for pair in zip(self.diagonals, more.diagonals, strict=True)],
            [torch.cat(pair) for pair in zip(self.sums, more.sums, strict=True)],
            {w: torch.cat([rates, more.absorbed[w]]) for w, rates in self.absorbed.items()},
            self.zeros.intersection(more.zeros),
            {axis: compress_rows(torch.cat([R, more.factors[axis]])) for axis, R in self.factors.items()},
            [a and b for a, b in zip(self.balanced, more.balanced, strict=True)],
        )


@dataclass(frozen=True)
class Sketch:
    """The rates of all tensors, and by width those of pairs, K_jk and K_kj, each (draws, 2, views, pairs)."""

    plan: ViewPlan
    rates: Mapping[str, TensorRates]
    pairs: Mapping[int, Sequence[Tensor]]

    @property
    def draws(self) -> int:
        """The number of draws."""
        return len(next(iter(self.rates.values())).sums[0])

    def view_has_gradient(self, view: View) -> bool:
        """Whether there is any gradient at the positions of a view."""
        return bool(self._has_gradient[view.tensor, view.axis][view.as_slice].any())

    @cached_property
    def has_gradient(self) -> dict[Axis, list[bool]]:
        """Whether there is any gradient at each position along each axis."""
        return {axis: there.tolist() for axis, there in self._has_gradient.items()}

    @cached_property
    def _has_gradient(self) -> dict[Axis, Tensor]:
        return {(name, axis): self.rates[name].zeros.has_gradient(axis) for name, axis in self.plan.axes}

    def diagonal(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = e_j e_jᵀ W: rows are draws and j."""
        return _columns([self.rates[v.tensor].diagonals[v.axis][:, v.as_slice] for v in views])

    def whole(self, names: Sequence[str]) -> Tensor:
        """Rates of δW = W: rows are draws."""
        return _columns([self.rates[name].diagonals[0].sum(1) for name in names])

    def symmetric(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = (e_j e_kᵀ + e_k e_jᵀ) W: rows are draws and pairs."""
        return _columns([rates[:, 0] + rates[:, 1] for rates in self._pairs(views)])

    def skew(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = (e_j e_kᵀ − e_k e_jᵀ) W: rows are draws and pairs."""
        return _columns([rates[:, 0] - rates[:, 1] for rates in self._pairs(views)])

    def shift(self, terms: Sequence[Shift | Absorption]) -> Tensor:
        """Rates of shifts along e_j: rows are draws and j."""
        return _columns(
            [
                self.rates[term.tensor].sums[term.view.axis][:, term.view.as_slice]
                if isinstance(term, Shift)
                else self.rates[term.tensor].absorbed[term.view.tensor][:, term.view.as_slice]
                for term in terms
            ]
        )

    def _pairs(self, views: Sequence[View]) -> list[Tensor]:
        return [torch.cat([K[:, :, self.plan.number[v]] for K in self.pairs[v.width]]) for v in views]


class _Collector:
    """Collects the rates of draws, tensor by tensor, and those of the pairs of some draws at a time."""

    def __init__(self, plan: ViewPlan) -> None:
        self.plan = plan
        self.rates: dict[str, TensorRates] = {}
        self.pairs: dict[int, list[Tensor]] = {width: [] for width in plan.paired}
        self.widths: list[int] = []  # those whose pairs are still looked at

    def begin(self, seeds: range) -> None:
        """Make room for the rates of pairs in so many draws, of the widths that have not enough of them yet."""
        self.widths = [width for width in self.plan.paired if seeds[0] < self.plan.pair_draws(width)]
        for width in self.widths:
            draws = min(len(seeds), self.plan.pair_draws(width))
            shape = draws, 2, len(self.plan.paired[width]), number_of_pairs(width)
            self.pairs[width].append(torch.empty(shape, dtype=torch.float64))

    def add(self, name: str, G: Tensor, weights: Callable[[str], Tensor]) -> None:
        """Add the rates of one tensor."""
        G, W = (tensor.reshape(-1, *self.plan.shapes[name]) for tensor in (G, weights(name)))
        for width in self.widths:
            if (name, width) in self.plan.paired_of_tensor:
                at = [self.plan.number[view] for view in self.plan.paired_of_tensor[name, width]]
                self.pairs[width][-1][:, :, at] = self._pair_rates(name, G, W, width)
        rates = TensorRates.of(self.plan, name, G, W, weights)
        self.rates[name] = self.rates[name].joined(rates) if name in self.rates else rates

    def _pair_rates(self, name: str, G: Tensor, W: Tensor, width: int) -> Tensor:
        """K_jk and K_kj of all views of one width, axis by axis."""
        views, draws, found = self.plan.paired_of_tensor[name, width], self.plan.pair_draws(width), list[Tensor]()
        for axis in dict.fromkeys(view.axis for view in views):
            at = torch.tensor([view.positions for view in views if view.axis == axis])[:, index_subset(width)]
            found.append(pair_rates(G[:draws], W[:draws], axis, at))
        return torch.cat(found, dim=2)


def sketch_of(problem: Problem, plan: ViewPlan) -> Sketch:
    """The rates of random draws, as many at a time as are small together; enough for all relations, if time allows."""
    together, last = max(1, TOGETHER // problem.size), min(plan.draws, max(FEWEST, BUDGET // problem.size))
    collector = _Collector(plan)
    for first in range(0, last, together):
        seeds = range(first, min(first + together, last))
        collector.begin(seeds)
        if len(seeds) == 1:
            _collect_streamed(problem, seeds[0], collector)
        else:
            _collect_batched(problem, seeds, collector)
    return Sketch(plan, collector.rates, collector.pairs)


def _collect_streamed(problem: Problem, seed: int, collector: _Collector) -> None:
    """The rates of one draw, each tensor's as soon as its gradient is there."""
    point, batch = problem.sample(seed)

    def add(name: str, G: Tensor) -> None:
        collector.add(name, G[None], lambda weight: point[weight][None])

    problem.stream_gradients(point, batch, seed, add)


def _collect_batched(problem: Problem, seeds: range, collector: _Collector) -> None:
    """The rates of several draws, each gradient of length 1."""
    W, G = random_gradients(problem, seeds)
    squares = torch.stack([g.reshape(len(g), -1).square().sum(1) for g in G.values()]).sum(0)
    lengths = torch.where(squares > 0, squares, 1).sqrt()
    for name in collector.plan.shapes:
        unit = G[name] / lengths.reshape(-1, *[1] * (G[name].ndim - 1))
        collector.add(name, unit, W.__getitem__)


def _columns(columns: Sequence[Tensor]) -> Tensor:
    return torch.stack([column.flatten() for column in columns], dim=1) if columns else torch.zeros(0, 0)
