"""Random draws of a problem, and what is kept of them: of small models many at once, of large ones tensor by tensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from symlag.networks.problem import Problem
from symlag.networks.search.batched_gradients import drawn
from symlag.networks.search.sketch import Moments, Sketch, moments, room
from symlag.networks.search.view_plan import FEWEST, Plan

TOGETHER = 300_000  # numbers of draws that are worked on at once
BUDGET = 50_000_000  # numbers of all draws: of large models there are few

Keep = Callable[[str, Moments], None]
Crossed = Mapping[int, Tensor]


def sketched(problem: Problem, plan: Plan) -> Sketch:
    """What is kept of random draws, as many at a time as are small together."""
    together, last = max(1, TOGETHER // problem.size), min(plan.draws, max(FEWEST, BUDGET // problem.size))
    found: dict[str, Moments] = {}
    crossed: list[dict[int, Tensor]] = []

    def keep(name: str, more: Moments) -> None:
        found[name] = found[name].joined(more) if name in found else more

    for first in range(0, last, together):
        seeds = range(first, min(first + together, last))
        widths = [width for width in plan.paired if first < plan.pair_draws(width)]
        crossed.append(room(plan, len(seeds), widths))
        (_streamed if len(seeds) == 1 else _stacked)(problem, plan, seeds, crossed[-1], keep)
    return Sketch(plan, found, {w: [part[w] for part in crossed if w in part] for w in plan.paired})


def _streamed(problem: Problem, plan: Plan, seeds: range, crossed: Crossed, keep: Keep) -> None:
    """The moments of one draw, each tensor's as soon as its gradient is there."""
    point, batch = problem.chosen(seeds[0])

    def see(name: str, G: Tensor) -> None:
        keep(name, moments(plan, name, G[None], lambda weight: point[weight][None], crossed))

    problem.descend(point, batch, seeds[0], see)


def _stacked(problem: Problem, plan: Plan, seeds: range, crossed: Crossed, keep: Keep) -> None:
    """The moments of several draws, each gradient of length 1."""
    W, G = drawn(problem, seeds)
    squares = torch.stack([g.reshape(len(g), -1).square().sum(1) for g in G.values()]).sum(0)
    lengths = torch.where(squares > 0, squares, 1).sqrt()
    for name in plan.shapes:
        unit = G[name] / lengths.reshape(-1, *[1] * (G[name].ndim - 1))
        keep(name, moments(plan, name, unit, W.__getitem__, crossed))
