"""How far families of generators are symmetries: at random parameters and batches that the search has not seen.

>>> from torch import nn, randn
>>> from symlag.networks._problem import pose
>>> from symlag.networks._spaces import Vectors
>>> from symlag.networks._terms import Shift
>>> from symlag.networks._views import View
>>> problem = pose(nn.Sequential(nn.Linear(2, 3), nn.Softmax(1)), lambda y: y.square().sum(), (randn(4, 2), None))
>>> every = Affine((Shift(View("0.bias", 0, 0, 1, 3), 1.0),), Vectors(3, (0, 1, 2)))
>>> slopes(problem, [every])[0] > 0.01
True
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from symlag.networks._motions import Affine, Linear
from symlag.networks._problem import Draw, Problem, redrawn
from symlag.networks._symmetry import flat

FRESH = (1_000_003, 1_000_004, 1_000_005)  # seeds that the search does not use
FAR = 0.3  # how far finite transformations go


def slopes(problem: Problem, motions: Sequence[Linear | Affine]) -> list[float]:
    """Of each family the largest |⟨g, ξ⟩| / (|g| |ξ|), each time of a random generator."""
    found = [0.0] * len(motions)
    for seed in FRESH if motions else ():
        draw = problem.draw(seed)
        found = [max(worst, _slope(draw, motion, seed)) for worst, motion in zip(found, motions, strict=True)]
    return found


def change(problem: Problem, motions: Sequence[Linear | Affine]) -> float:
    """The largest relative change of the loss under finite transformations, one of each family after another."""
    found = [0.0]
    for seed in FRESH if motions else ():
        generator = Generator().manual_seed(seed)
        point, batch = problem.point(generator), redrawn(problem.batch, generator)
        before = float(problem.value(point, batch, seed))
        for motion in motions:
            point = motion.flow(point, _coordinates(motion, seed), FAR)
        found.append(abs(float(problem.value(point, batch, seed)) - before) / (abs(before) or 1.0))
    return max(found)


def _slope(draw: Draw, motion: Linear | Affine, seed: int) -> float:
    xi = motion.field(draw.parameters, _coordinates(motion, seed))
    size = flat(draw.gradients).norm() * flat(xi).norm()
    work = sum((draw.gradients[name] * x).sum() for name, x in xi.items())
    return float(abs(work) / size) if size else 0.0


def _coordinates(motion: Linear | Affine, seed: int) -> Tensor:
    v = torch.randn(motion.space.size, generator=Generator().manual_seed(seed + 1), dtype=torch.float64)
    return v / v.norm()
