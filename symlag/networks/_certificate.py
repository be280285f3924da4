"""How far a family of generators is a symmetry: at random parameters and batches that the search has not seen.

>>> from torch import nn, randn
>>> from symlag.networks._problem import pose
>>> from symlag.networks._spaces import Vectors
>>> from symlag.networks._terms import Entries
>>> problem = pose(nn.Sequential(nn.Linear(2, 1), nn.Softmax(1)), lambda y: y.sum(), (randn(4, 2), None))
>>> slope(problem, Affine((Entries("0.bias", (0,)),), Vectors(1, (0,))))
0.0
"""

from __future__ import annotations

import torch
from torch import Generator

from symlag.networks._motions import Affine, Linear
from symlag.networks._problem import Problem, redrawn
from symlag.networks._symmetry import flat

FRESH = range(1_000_003, 1_000_007)  # seeds that the search does not use
FAR = 0.3  # how far finite transformations go


def slope(problem: Problem, motion: Linear | Affine) -> float:
    """The largest |⟨g, ξ⟩| / (|g| |ξ|), each time of a random generator of the family."""
    found: list[float] = []
    for seed in FRESH:
        draw = problem.draw(seed)
        xi = motion.field(draw.parameters, _coordinates(motion, seed))
        size = flat(draw.gradients).norm() * flat(xi).norm()
        work = sum((draw.gradients[name] * x).sum() for name, x in xi.items())
        found.append(float(abs(work) / size) if size else 0.0)
    return max(found)


def change(problem: Problem, motion: Linear | Affine) -> float:
    """The largest relative change of the loss under a finite transformation."""
    found: list[float] = []
    for seed in FRESH:
        generator = Generator().manual_seed(seed)
        before = problem.point(generator)
        batch = redrawn(problem.batch, generator)
        after = motion.flow(before, _coordinates(motion, seed), FAR)
        values = [float(problem.value(point, batch, seed)) for point in (before, after)]
        found.append(abs(values[1] - values[0]) / (abs(values[0]) or 1.0))
    return max(found)


def _coordinates(motion: Linear | Affine, seed: int) -> torch.Tensor:
    v = torch.randn(motion.space.size, generator=Generator().manual_seed(seed + 1), dtype=torch.float64)
    return v / v.norm() * motion.space.size**0.25
