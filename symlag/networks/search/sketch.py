"""What is kept of many draws: rates of the loss along generators, not the tensors themselves.

A row is one draw and one index, or pair of indices, of a generator; a column is a view. What the rows annihilate is a
symmetry, the same for all indices. Of large models a draw is looked at tensor by tensor, as backward gets there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from symlag.networks.generators.axis_views import View
from symlag.networks.generators.tensor_action import Absorb, Shift
from symlag.networks.search.generator_rates import absorbed, crossed, imbalance, margins, unfolded
from symlag.networks.search.null_space import compressed
from symlag.networks.search.view_plan import Axis, Plan, pairs, subset
from symlag.networks.search.zero_gradients import Silence, silence

SILENT = 1e-11  # a gradient smaller than this share of the whole is round-off


@dataclass(frozen=True)
class Moments:
    """Rates of one tensor by axis, (draws, d).

    `silence` says where there is no gradient, `factors` hold rows with the null vectors of G, `balanced` says whether
    (1, …, 1) is one, and `absorbed` holds gᵀW for a bias g by the name of W.
    """

    diagonals: Sequence[Tensor]
    sums: Sequence[Tensor]
    absorbed: Mapping[str, Tensor]
    silence: Silence
    factors: Mapping[int, Tensor]
    balanced: Sequence[bool]

    def joined(self, more: Moments) -> Moments:
        """The moments of more draws."""
        return Moments(
            [torch.cat(pair) for pair in zip(self.diagonals, more.diagonals, strict=True)],
            [torch.cat(pair) for pair in zip(self.sums, more.sums, strict=True)],
            {w: torch.cat([rates, more.absorbed[w]]) for w, rates in self.absorbed.items()},
            self.silence.both(more.silence),
            {axis: compressed(torch.cat([R, more.factors[axis]])) for axis, R in self.factors.items()},
            [a and b for a, b in zip(self.balanced, more.balanced, strict=True)],
        )


@dataclass(frozen=True)
class Sketch:
    """The moments of all tensors, and by width the rates of their views, (draws, 2, views, pairs): of K_jk and K_kj."""

    plan: Plan
    moments: Mapping[str, Moments]
    crossed: Mapping[int, Sequence[Tensor]]

    @property
    def draws(self) -> int:
        """The number of draws."""
        return len(next(iter(self.moments.values())).sums[0])

    def loud(self, view: View) -> bool:
        """Whether the gradient on a view is there at all."""
        return bool(self._loud[view.tensor, view.axis][view.along].any())

    @cached_property
    def there(self) -> dict[Axis, list[bool]]:
        """The positions along each axis that have any gradient."""
        return {axis: loud.tolist() for axis, loud in self._loud.items()}

    @cached_property
    def _loud(self) -> dict[Axis, Tensor]:
        return {(name, axis): self.moments[name].silence.loud(axis) for name, axis in self.plan.axes}

    def diagonal(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = e_j e_jᵀ W: rows are draws and j."""
        return _columns([self.moments[v.tensor].diagonals[v.axis][:, v.along] for v in views])

    def whole(self, names: Sequence[str]) -> Tensor:
        """Rates of δW = W: rows are draws."""
        return _columns([self.moments[name].diagonals[0].sum(1) for name in names])

    def symmetric(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = (e_j e_kᵀ + e_k e_jᵀ) W: rows are draws and pairs."""
        return _columns([rates[:, 0] + rates[:, 1] for rates in self._crossed(views)])

    def skew(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = (e_j e_kᵀ − e_k e_jᵀ) W: rows are draws and pairs."""
        return _columns([rates[:, 0] - rates[:, 1] for rates in self._crossed(views)])

    def shift(self, terms: Sequence[Shift | Absorb]) -> Tensor:
        """Rates of shifts along e_j: rows are draws and j."""
        return _columns([self._shifted(term)[:, term.view.along] for term in terms])

    def _shifted(self, term: Shift | Absorb) -> Tensor:
        if isinstance(term, Shift):
            return self.moments[term.tensor].sums[term.view.axis]
        return self.moments[term.tensor].absorbed[term.view.tensor]

    def _crossed(self, views: Sequence[View]) -> list[Tensor]:
        return [torch.cat([K[:, :, self.plan.number[v]] for K in self.crossed[v.width]]) for v in views]


def room(plan: Plan, draws: int, widths: Iterable[int]) -> dict[int, Tensor]:
    """Where the rates of pairs are put, by width: of so many draws, if they are not more than enough."""
    shapes = {w: (min(draws, plan.pair_draws(w)), 2, len(plan.paired[w]), pairs(w)) for w in widths}
    return {width: torch.empty(shape, dtype=torch.float64) for width, shape in shapes.items()}


def moments(
    plan: Plan, name: str, G: Tensor, weights: Callable[[str], Tensor], crossed: Mapping[int, Tensor]
) -> Moments:
    """The moments of one tensor, given its gradients and all weights by name; rates of pairs are put where they belong.

    All have the draw as first axis.
    """
    G, W = (tensor.reshape(-1, *plan.shapes[name]) for tensor in (G, weights(name)))
    axes = range(G.ndim - 1)
    for width in (width for width in crossed if (name, width) in plan.mine):
        at = [plan.number[view] for view in plan.mine[name, width]]
        crossed[width][:, :, at] = _pairs(plan, name, G, W, width)
    return Moments(
        margins(G, W),
        margins(G),
        {weight: absorbed(G, weights(weight)) for weight in plan.taken_back[name]},
        silence(G, SILENT),
        {a: compressed(unfolded(G, a).mT.flatten(0, 1)) for a in axes if (name, a) in plan.solved},
        [imbalance(G, axis) < SILENT for axis in axes],
    )


def _pairs(plan: Plan, name: str, G: Tensor, W: Tensor, width: int) -> Tensor:
    """K_jk and K_kj of all views of one width, axis by axis."""
    views, draws, found = plan.mine[name, width], plan.pair_draws(width), list[Tensor]()
    for axis in dict.fromkeys(view.axis for view in views):
        at = torch.tensor([view.positions for view in views if view.axis == axis])[:, subset(width)]
        found.append(crossed(G[:draws], W[:draws], axis, at))
    return torch.cat(found, dim=2)


def _columns(columns: Sequence[Tensor]) -> Tensor:
    return torch.stack([column.flatten() for column in columns], dim=1) if columns else torch.zeros(0, 0)
