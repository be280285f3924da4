"""What is kept of many draws: rates of the loss along generators, not the tensors themselves.

A row is one draw and one index, or pair of indices, of a generator; a column is a view. What the rows annihilate is a
symmetry, the same for all indices. Memory is that of a few draws, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from itertools import combinations
from math import ceil

import torch
from torch import Tensor

from symlag.networks._kernel import compressed, enough
from symlag.networks._moments import Stack, unfolded
from symlag.networks._terms import Absorb, Shift
from symlag.networks._views import View

SILENT = 1e-11  # a gradient smaller than this share of the whole is round-off
WINDOW = 256  # columns that relations are looked for among at once
PAIRS = 256  # pairs of indices looked at in a wide axis
LONGEST = 4096  # axes that are longer are lists of words, not spaces to turn in
SOLVED = 64  # null vectors of longer axes are looked for among (1, …, 1) only

Axis = tuple[str, int]
Rows = Mapping[Axis, Tensor]


@dataclass(frozen=True)
class Plan:
    """Which views there are of the tensors of given shapes."""

    shapes: Mapping[str, tuple[int, ...]]
    by_width: Mapping[int, Sequence[View]]

    @cached_property
    def axes(self) -> list[Axis]:
        """All axes of all tensors."""
        return [(name, axis) for name, shape in self.shapes.items() for axis in range(len(shape))]

    @cached_property
    def solved(self) -> list[Axis]:
        """The axes whose null vectors are all looked for."""
        return [(name, axis) for name, axis in self.axes if self.shapes[name][axis] <= SOLVED]

    @cached_property
    def paired(self) -> dict[int, list[View]]:
        """The views that have pairs of indices to look at."""
        few = {w: [v for v in views if self.length(v) <= LONGEST] for w, views in self.by_width.items() if w > 1}
        return {width: views for width, views in few.items() if views}

    def pair_draws(self, width: int) -> int:
        """How many draws have pairs enough to show the relations of one width."""
        return ceil(2 * enough(min(WINDOW, len(self.paired[width]))) / len(pairs(width)[0]))

    def length(self, view: View) -> int:
        """The length of the axis of a view."""
        return self.shapes[view.tensor][view.axis]

    def bias(self, weight: str) -> list[str]:
        """The vectors beside a weight in its module that are as long as its first axis."""
        home, shape = weight.rpartition(".")[0], self.shapes[weight]
        return [b for b in self.shapes if b.rpartition(".")[0] == home and self.shapes[b] == shape[:1] and b != weight]


@dataclass(frozen=True)
class Sketch:
    """Rates of many draws by axis, (draws, d), and by width, (draws, 2, views, pairs): of K_jk and of K_kj."""

    plan: Plan
    diagonals: Rows
    sums: Rows
    absorbed: Mapping[tuple[str, str], Tensor]
    crossed: Mapping[int, Tensor]
    alive: Mapping[str, Tensor]
    factors: Rows
    balances: Mapping[Axis, bool]

    @property
    def draws(self) -> int:
        """The number of draws."""
        return len(next(iter(self.sums.values())))

    def loud(self, view: View) -> bool:
        """Whether the gradient on a view is there at all."""
        return any(self.there[view.tensor, view.axis][i] for i in view.positions)

    @cached_property
    def there(self) -> dict[Axis, list[bool]]:
        """The positions along each axis that have any gradient."""
        return {(name, a): unfolded(self.alive[name][None], a)[0].any(1).tolist() for name, a in self.plan.axes}

    def diagonal(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = e_j e_jᵀ W: rows are draws and j."""
        return _columns([self.diagonals[view.tensor, view.axis][:, list(view.positions)] for view in views])

    def symmetric(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = (e_j e_kᵀ + e_k e_jᵀ) W: rows are draws and pairs."""
        return _columns([rates[:, 0] + rates[:, 1] for rates in self._crossed(views)])

    def skew(self, views: Sequence[View]) -> Tensor:
        """Rates of δW = (e_j e_kᵀ − e_k e_jᵀ) W: rows are draws and pairs."""
        return _columns([rates[:, 0] - rates[:, 1] for rates in self._crossed(views)])

    def shift(self, terms: Sequence[Shift | Absorb]) -> Tensor:
        """Rates of shifts along e_j: rows are draws and j."""
        return _columns([self._shifted(term)[:, list(term.view.positions)] for term in terms])

    def _shifted(self, term: Shift | Absorb) -> Tensor:
        if isinstance(term, Shift):
            return self.sums[term.tensor, term.view.axis]
        return self.absorbed[term.tensor, term.view.tensor]

    def _crossed(self, views: Sequence[View]) -> list[Tensor]:
        return [self.crossed[view.width][:, :, self._numbers[view]] for view in views]

    @cached_property
    def _numbers(self) -> dict[View, int]:
        return {view: i for views in self.plan.paired.values() for i, view in enumerate(views)}


def sketched(plan: Plan, stacks: Iterable[Stack]) -> Sketch:
    """The sketch of all draws."""
    parts: list[Sketch] = []
    for stack in stacks:
        seen = sum(part.draws for part in parts)
        parts.append(_part(plan, stack, [width for width in plan.paired if seen < plan.pair_draws(width)]))
    return Sketch(
        plan,
        {axis: torch.cat([part.diagonals[axis] for part in parts]) for axis in plan.axes},
        {axis: torch.cat([part.sums[axis] for part in parts]) for axis in plan.axes},
        {pair: torch.cat([part.absorbed[pair] for part in parts]) for pair in parts[0].absorbed},
        {width: torch.cat([p.crossed[width] for p in parts if width in p.crossed]) for width in plan.paired},
        {name: torch.stack([part.alive[name] for part in parts]).any(0) for name in plan.shapes},
        reduce(_joined, [part.factors for part in parts]),
        {axis: all(part.balances[axis] for part in parts) for axis in plan.axes},
    )


@cache
def pairs(width: int) -> tuple[Tensor, Tensor]:
    """Pairs j < k: all of a narrow axis, some of a wide one."""
    every = torch.tensor(list(combinations(range(min(width, PAIRS)), 2))).reshape(-1, 2)
    order = torch.randperm(len(every), generator=torch.Generator().manual_seed(0))[:PAIRS]
    return every[order, 0], every[order, 1]


def _part(plan: Plan, stack: Stack, widths: Sequence[int]) -> Sketch:
    return Sketch(
        plan,
        {axis: stack.diagonal(*axis) for axis in plan.axes},
        {axis: stack.sums(*axis) for axis in plan.axes},
        {(b, w): stack.absorbed(b, w) for w, shape in plan.shapes.items() if len(shape) > 1 for b in plan.bias(w)},
        {width: _pairs_of(stack, width, plan.paired[width]) for width in widths},
        {name: stack.gradients[name].abs().amax(0) > SILENT for name in plan.shapes},
        dict(_factors(plan, stack)),
        {(n, a): float(stack.gradients[n].sum(a + 1).abs().max()) < SILENT for n, a in plan.axes},
    )


def _pairs_of(stack: Stack, width: int, views: Sequence[View]) -> Tensor:
    """K_jk and K_kj of all views of one width, axis by axis."""
    j, k = pairs(width)
    found: list[Tensor] = []
    for name, axis in dict.fromkeys((view.tensor, view.axis) for view in views):
        at = torch.tensor([view.positions for view in views if (view.tensor, view.axis) == (name, axis)])
        p, q = at[:, j], at[:, k]
        both = stack.entries(name, axis, torch.stack([p, q]).flatten(), torch.stack([q, p]).flatten())
        found.append(both.reshape(-1, 2, *p.shape))
    return torch.cat(found, dim=2)


def _factors(plan: Plan, stack: Stack) -> Iterator[tuple[Axis, Tensor]]:
    """Rows with the null vectors of G along each axis that is short enough."""
    for name, axis in plan.solved:
        yield (name, axis), compressed(unfolded(stack.gradients[name], axis).mT.flatten(0, 1))


def _joined(one: Rows, other: Rows) -> Rows:
    return {axis: compressed(torch.cat([one[axis], other[axis]])) for axis in one}


def _columns(columns: Sequence[Tensor]) -> Tensor:
    return torch.stack([column.flatten() for column in columns], dim=1) if columns else torch.zeros(0, 0)
