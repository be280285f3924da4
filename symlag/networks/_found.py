"""All symmetries found of a model, counted, with the verdict whether any are missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from symlag.citations import GRADIENT_FLOWS, NEURAL_MECHANICS, Cited, Work
from symlag.networks._kernel import rank
from symlag.networks._motions import Affine, Linear
from symlag.networks._problem import Problem, redrawn
from symlag.networks._symmetry import Laws, Symmetry, fields, flat, laws

COUNTED = 1500  # as many parameters have their fiber counted: it takes as many gradients, and one decomposition
POINTS = (7, 8, 9)  # seeds: a unit that is dead at one point is alive at another


@dataclass(frozen=True)
class Found(Cited):
    """The symmetries of a model, and how much of what leaves its loss alone they explain.

    `orbit_dimension` is the rank of all ξ at a generic point, `fiber_dimension` the number of directions there in which
    no gradient of any batch points; both are none where the parameters are too many to count.
    """

    symmetries: tuple[Symmetry, ...]
    broken: tuple[Symmetry, ...]
    parameters: int
    orbit_dimension: int | None
    fiber_dimension: int | None

    @property
    def works(self) -> tuple[Work, ...]:
        """Neural mechanics, and the laws of gradient flow."""
        return NEURAL_MECHANICS, GRADIENT_FLOWS

    @property
    def dimension(self) -> int:
        """The dimension of the algebra: the number of independent generators."""
        return sum(symmetry.dimension for symmetry in self.symmetries)

    @property
    def left(self) -> int | None:
        """How many directions leave the loss alone for reasons not found."""
        if self.fiber_dimension is None or self.orbit_dimension is None:
            return None
        return self.fiber_dimension - self.orbit_dimension

    @property
    def verdict(self) -> str:
        """Whether the symmetries found are all there are, in one sentence."""
        if self.left is None:
            return f"{self.dimension} symmetries hold; with {self.parameters} parameters the fiber was not counted."
        if self.left == 0:
            return f"None missed, proved: {self.orbit_dimension} directions leave the loss alone, all of them found."
        return (
            f"{self.left} more of {self.fiber_dimension} directions leave the loss alone at a generic point: "
            "nonlinear symmetries, or units that are dead there."
        )

    def laws(self) -> tuple[Laws, ...]:
        """How many laws each symmetry has in gradient flow and with momentum."""
        return tuple(laws(symmetry) for symmetry in self.symmetries)

    def __iter__(self) -> Iterator[Symmetry]:
        return iter(self.symmetries)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.symmetries), *map(str, self.broken), self.verdict])


def dimensions(problem: Problem, motions: Sequence[Linear | Affine]) -> tuple[int, int]:
    """Of the orbit and of the fiber, at the most generic of some points: the one whose fiber is smallest."""
    found: list[tuple[int, int]] = []
    for seed in POINTS:
        point = problem.point(Generator().manual_seed(seed))
        orbit = rank(torch.cat([fields(motion, point) for motion in motions])) if motions else 0
        rows = gradients(problem, seed)
        found.append((orbit, rows.shape[1] - rank(rows)))
        if found[-1][0] == found[-1][1]:
            break
    return min(found, key=lambda pair: pair[1])


def gradients(problem: Problem, seed: int) -> Tensor:
    """Gradients of many random batches at one random point, one a row: some more than there are parameters."""
    generator = Generator().manual_seed(seed)
    point = problem.point(generator)
    size = sum(tensor.numel() for tensor in point.values())
    return torch.stack([flat(problem.at(point, redrawn(problem.batch, generator)).gradients) for _ in range(size + 10)])
