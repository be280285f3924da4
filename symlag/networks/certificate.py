"""How far families of generators are symmetries: at random parameters and batches that the search has not seen.

>>> from torch import nn, randn
>>> from symlag.networks.generators.generators import Affine
>>> from symlag.networks.problem import pose
>>> from symlag.networks.generators.matrix_spaces import Vectors
>>> from symlag.networks.generators.tensor_action import Shift
>>> from symlag.networks.generators.axis_views import View
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

from symlag.networks.generators.generators import Motion
from symlag.networks.generators.tensor_action import BLOCK, Entries
from symlag.networks.parameter_substitution import SECOND
from symlag.networks.problem import Problem
from symlag.networks.random_parameters import Point
from symlag.networks.symmetry import FELT

FRESH = (1_000_003, 1_000_004, 1_000_005)  # seeds that the search does not use
LARGE = 10_000_000  # parameters; where there are so many, one fresh point is as telling as several of a small model
PART = 10_000_000  # numbers of a large tensor that are changed at once
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
        after = Moved(point, [problem.tied(motion) for motion in motions], seed)
        before = float(problem.value(point, batch, seed))
        found.append(abs(float(problem.value(after, batch, seed)) - before) / (abs(before) or 1.0))
    return max(found)


def changes(problem: Problem, motions: Sequence[Motion]) -> list[float]:
    """Of each family the change of the loss: under all of them together, or, where that is felt, under it alone."""
    together = change(problem, motions)
    return [together if together < FELT else change(problem, [motion]) for motion in motions]


def _fresh(problem: Problem) -> tuple[int, ...]:
    return FRESH if problem.size < LARGE else FRESH[:1]


@dataclass(frozen=True)
class Moved(Mapping[str, Tensor]):
    """A point after random transformations by some families, one after another; each tensor when it is asked for."""

    point: Point
    motions: Sequence[Motion]
    seed: int

    def __getitem__(self, name: str) -> Tensor:
        W = self.point[name]  # made for us alone
        for i, motion in enumerate(self.motions):
            if name in motion.tensors:
                before = Moved(self.point, self.motions[:i], self.seed)
                motion.move(name, W, before, _coordinates(motion, self.seed), FAR * min(1.0, self.point.near))
        return W

    def __iter__(self) -> Iterator[str]:
        return iter(self.point)

    def __len__(self) -> int:
        return len(self.point)


def _slopes(problem: Problem, motions: Sequence[Motion], seed: int) -> list[float]:
    """|⟨g, ξ⟩| / (|g| |ξ|) at one point, summed up tensor by tensor."""
    point, batch = problem.chosen(seed)
    work, size, length = [0.0] * len(motions), [0.0] * len(motions), list[float]()

    def see(name: str, G: Tensor) -> None:
        W = point[name]
        length.append(_square(G))
        for i, motion in enumerate(motions):
            if name in motion.tensors:
                for g, xi in _sides(motion, name, (W, G), point, seed):
                    work[i] += float((g * xi).sum())
                    size[i] += _square(xi)

    problem.descend(point, batch, seed, see)
    g = sum(length) ** 0.5
    return [abs(w) / (g * x**0.5) if g * x else 0.0 for w, x in zip(work, size, strict=True)]


def _sides(
    motion: Motion, name: str, pair: tuple[Tensor, Tensor], point: Point, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """G and ξ of (W, G) where ξ is not zero, in parts; of free entries ξ is G, along which the loss changes most."""
    if isinstance(motion.terms[0], Entries):
        yield from ((g, g) for g in motion.terms[0].parts(pair[1]))
        return
    v, axis = _coordinates(motion, seed), motion.still(name, pair[1].ndim)
    for W, G in zip(*(_parts(tensor, axis, PART) for tensor in pair), strict=True):
        where, xi = motion.change(name, W, point, v)
        yield from zip(_parts(G[where], 0, BLOCK), _parts(xi, 0, BLOCK), strict=True)


def _parts(tensor: Tensor, axis: int | None, size: int) -> Sequence[Tensor]:
    """A tensor cut along an axis into parts of about a size, if it is larger."""
    if axis is None or tensor.numel() <= size:
        return (tensor,)
    return tensor.split(max(1, size * tensor.shape[axis] // tensor.numel()), axis)


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
