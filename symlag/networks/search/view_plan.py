"""Which views of which tensors are looked at, and how many draws show all their relations.

>>> from symlag.networks.generators.axis_views import views
>>> plan = ViewPlan({"0.weight": (3, 2), "0.bias": (3,)}, views({"0.weight": (3, 2), "0.bias": (3,)}))
>>> plan.absorbed_by["0.bias"], plan.draws
(('0.weight',), 28)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import ceil, prod

import torch
from torch import Tensor

from symlag.networks.generators.axis_views import View
from symlag.networks.search.null_space import rows_needed

WHOLE = 512  # columns that relations are looked for among at once
WINDOW = 256  # of more columns, so many that stand near each other
SUBSET = 16  # indices of a wide axis, all pairs of which are looked at
LONGEST = 4096  # axes that are longer are lists of words, not spaces to turn in
SOLVED = 64  # null vectors of longer axes are looked for among (1, …, 1) only
FEWEST = 6

Axis = tuple[str, int]


@dataclass(frozen=True)
class ViewPlan:
    """Which views there are of the tensors of given shapes."""

    shapes: Mapping[str, tuple[int, ...]]
    by_width: Mapping[int, Sequence[View]]

    @cached_property
    def axes(self) -> list[Axis]:
        """All axes of all tensors."""
        return [(name, axis) for name, shape in self.shapes.items() for axis in range(len(shape))]

    @cached_property
    def solved(self) -> set[Axis]:
        """The axes whose null vectors are all looked for."""
        return {(name, axis) for name, axis in self.axes if self.shapes[name][axis] <= SOLVED}

    @cached_property
    def paired(self) -> dict[int, list[View]]:
        """The views that have pairs of indices to look at, by width."""
        few = {w: [v for v in views if self.length(v) <= LONGEST] for w, views in self.by_width.items() if w > 1}
        return {width: views for width, views in few.items() if views}

    @cached_property
    def paired_of_tensor(self) -> dict[tuple[str, int], list[View]]:
        """The paired views of one tensor and width, axis by axis."""
        found: dict[tuple[str, int], list[View]] = {}
        for width, views in self.paired.items():
            for view in sorted(views, key=lambda view: view.axis):
                found.setdefault((view.tensor, width), []).append(view)
        return found

    @cached_property
    def number(self) -> dict[View, int]:
        """The number of each paired view among those of its width."""
        return {view: i for views in self.paired.values() for i, view in enumerate(views)}

    @cached_property
    def absorbed_by(self) -> dict[str, tuple[str, ...]]:
        """By vector the weights whose shifts of inputs it may absorb: those of its module with as long a first axis."""
        weights = [(name, shape) for name, shape in self.shapes.items() if len(shape) > 1]
        return {
            bias: tuple(w for w, shape in weights if len(own) == 1 and shape[:1] == own and _module(w) == _module(bias))
            for bias, own in self.shapes.items()
        }

    @cached_property
    def draws(self) -> int:
        """How many draws show all relations: as many rows as unknowns, and some more."""
        paired = [self.pair_draws(width) for width in self.paired]
        single = [2 * rows_needed(min(WHOLE, len(views))) / width for width, views in self.by_width.items()]
        along = [rows_needed(self.shapes[n][a]) * self.shapes[n][a] / prod(self.shapes[n]) for n, a in self.solved]
        return max(FEWEST, rows_needed(len(self.shapes)), *map(ceil, (*paired, *single, *along)))

    def pair_draws(self, width: int) -> int:
        """How many draws have pairs enough to show the relations of one width."""
        return ceil(2 * rows_needed(min(WHOLE, len(self.paired[width]))) / number_of_pairs(width))

    def single_positions(self, name: str) -> list[View]:
        """The positions along the shortest axis of a tensor, each a view."""
        length, axis = min((length, axis) for axis, length in enumerate(self.shapes[name]))
        return [View(name, axis, at, 1, 1) for at in range(length)]

    def length(self, view: View) -> int:
        """The length of the axis of a view."""
        return self.shapes[view.tensor][view.axis]


@cache
def index_subset(width: int) -> Tensor:
    """Indices of a width whose pairs are looked at: all of a narrow axis, some of a wide one."""
    return torch.randperm(width, generator=torch.Generator().manual_seed(0))[:SUBSET].sort().values


def number_of_pairs(width: int) -> int:
    """The number of pairs of these."""
    return len(index_subset(width)) * (len(index_subset(width)) - 1) // 2


def _module(name: str) -> str:
    return name.rpartition(".")[0]
