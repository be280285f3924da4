"""Random draws of a problem, and what is kept of them: of small models many at once, of large ones tensor by tensor."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from symlag.networks._plan import FEWEST, Plan
from symlag.networks._problem import Problem
from symlag.networks._sketch import Moments, Sketch, joined, moments
from symlag.networks._symmetry import flat

TOGETHER = 300_000  # numbers of draws that are worked on at once
BUDGET = 50_000_000  # numbers of all draws: of large models there are few


def sketched(problem: Problem, plan: Plan) -> Sketch:
    """What is kept of random draws, as many at a time as are small together."""
    together, last = max(1, TOGETHER // problem.size), min(plan.draws, max(FEWEST, BUDGET // problem.size))
    groups = [range(first, min(first + together, last)) for first in range(0, last, together)]
    return joined(plan, (_part(problem, plan, seeds) for seeds in groups))


def _part(problem: Problem, plan: Plan, seeds: range) -> dict[str, Moments]:
    widths = [width for width in plan.paired if seeds[0] < plan.pair_draws(width)]
    return _streamed(problem, plan, seeds[0], widths) if len(seeds) == 1 else _stacked(problem, plan, seeds, widths)


def _streamed(problem: Problem, plan: Plan, seed: int, widths: Sequence[int]) -> dict[str, Moments]:
    """The moments of one draw, each tensor's as soon as its gradient is there."""
    found: dict[str, Moments] = {}
    point, batch = problem.chosen(seed)

    def see(name: str, G: Tensor) -> None:
        found[name] = moments(plan, name, G[None], lambda weight: point[weight][None], widths)

    problem.descend(point, batch, seed, see)
    return found


def _stacked(problem: Problem, plan: Plan, seeds: range, widths: Sequence[int]) -> dict[str, Moments]:
    """The moments of several draws, each gradient of length 1."""
    draws = [problem.draw(seed) for seed in seeds]
    W = {name: torch.stack([draw.parameters[name] for draw in draws]) for name in plan.shapes}
    lengths = [float(flat(draw.gradients).norm()) or 1.0 for draw in draws]
    G = {n: torch.stack([d.gradients[n] / s for d, s in zip(draws, lengths, strict=True)]) for n in plan.shapes}
    return {name: moments(plan, name, G[name], W.__getitem__, widths) for name in plan.shapes}
