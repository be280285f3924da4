"""How far families of generators are symmetries: at random parameters and batches that the search has not seen.

>>> from torch import nn, randn
>>> from symlag.networks._motions import Affine
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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from symlag.networks._lift import SECOND
from symlag.networks._motions import Motion
from symlag.networks._problem import Problem

FRESH = (1_000_003, 1_000_004, 1_000_005)  # seeds that the search does not use
LARGE = 10_000_000  # parameters; where there are so many, one fresh point is as telling as several of a small model
FAR = 0.3  # how far finite transformations go


def slopes(problem: Problem, motions: Sequence[Motion]) -> list[float]:
    """Of each family the largest |⟨g, ξ⟩| / (|g| |ξ|), or share of ξ that unties weights, of random generators."""
    tied, found = [problem.tied(motion) for motion in motions], [0.0] * len(motions)
    for seed in _fresh(problem) if motions else ():
        shares = [_untying(problem, motion, seed) for motion in motions]
        found = list(map(max, found, shares, _slopes(problem, tied, seed)))
    return found


def change(problem: Problem, motions: Sequence[Motion]) -> float:
    """The largest relative change of the loss under finite transformations, one of each family after another."""
    found = [0.0]
    for seed in _fresh(problem) if motions else ():
        point, batch = problem.chosen(seed)
        after = Moved(point, [(motion, _coordinates(motion, seed)) for motion in map(problem.tied, motions)])
        before = float(problem.value(point, batch, seed))
        found.append(abs(float(problem.value(after, batch, seed)) - before) / (abs(before) or 1.0))
    return max(found)


def _fresh(problem: Problem) -> tuple[int, ...]:
    return FRESH if problem.size < LARGE else FRESH[:1]


@dataclass(frozen=True)
class Moved(Mapping[str, Tensor]):
    """A point after finite transformations of some families, one after another; each tensor when it is asked for."""

    point: Mapping[str, Tensor]
    steps: Sequence[tuple[Motion, Tensor]]

    def __getitem__(self, name: str) -> Tensor:
        mine = [i for i, (motion, _) in enumerate(self.steps) if name in motion.tensors]
        W = self.point[name].clone() if mine else self.point[name]
        for i in mine:
            motion, v = self.steps[i]
            motion.move(name, W, Moved(self.point, self.steps[:i]), v, FAR)
        return W

    def __iter__(self) -> Iterator[str]:
        return iter(self.point)

    def __len__(self) -> int:
        return len(self.point)


def _slopes(problem: Problem, motions: Sequence[Motion], seed: int) -> list[float]:
    """|⟨g, ξ⟩| / (|g| |ξ|) at one point, summed up tensor by tensor."""
    point, batch = problem.chosen(seed)
    v = [_coordinates(motion, seed) for motion in motions]
    work, size, length = [0.0] * len(motions), [0.0] * len(motions), list[float]()

    def see(name: str, G: Tensor) -> None:
        W = point[name]
        length.append(_square(G))
        for i, motion in enumerate(motions):
            if name in motion.tensors:
                where, xi = motion.change(name, W, point, v[i])
                work[i] += float((G[where] * xi).sum())
                size[i] += _square(xi)

    problem.descend(point, batch, seed, see)
    g = sum(length) ** 0.5
    return [abs(w) / (g * x**0.5) if g * x else 0.0 for w, x in zip(work, size, strict=True)]


def _untying(problem: Problem, motion: Motion, seed: int) -> float:
    """The share of ξ that moves the second uses of tensors away from the first ones."""
    apart = {name: name.removesuffix(SECOND) for name in motion.tensors if name not in problem.given}
    if not apart:
        return 0.0
    point, _ = problem.chosen(seed)
    xi = motion.field(
        {**point, **{second: point[first] for second, first in apart.items()}}, _coordinates(motion, seed)
    )
    normal = sum(_square(xi[second] - xi.get(first, torch.zeros(()))) / 2 for second, first in apart.items())
    return (normal / sum(map(_square, xi.values()))) ** 0.5


def _square(tensor: Tensor) -> float:
    return float(torch.linalg.vector_norm(tensor)) ** 2


def _coordinates(motion: Motion, seed: int) -> Tensor:
    v = torch.randn(motion.space.size, generator=Generator().manual_seed(seed + 1), dtype=torch.float64)
    return v / v.norm()
