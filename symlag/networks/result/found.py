"""All symmetries found of a model, counted, with the verdict whether any are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import Any

import torch
from torch import Generator, Tensor

from symlag.citations import GRADIENT_FLOWS, NEURAL_MECHANICS, Cited, Work
from symlag.display import Shown
from symlag.networks.batches import several
from symlag.networks.exact_laws import rules
from symlag.networks.generators.generators import Affine, Linear
from symlag.networks.generators.tensor_action import Tensors
from symlag.networks.problem import Problem
from symlag.networks.result.explanations import unseen
from symlag.networks.result.locations import Place, places
from symlag.networks.search.batched_gradients import gradients
from symlag.networks.search.null_space import rank
from symlag.networks.symmetry import Laws, Symmetry, fields, laws

COUNTED = 1500  # as many parameters have their fiber counted: it takes as many gradients, and one decomposition
POINTS = (7, 8, 9)  # seeds: a unit that is dead at one point is alive at another


@dataclass(frozen=True)
class Found(Shown, Cited):
    """The symmetries of a model, and how much of what leaves its loss alone they explain.

    `shapes` are those of all parameters that learn, in the model's order.
    `orbit_dimension` is the rank of all ξ at a generic point, `fiber_dimension` the number of directions there in which
    no gradient of any batch points; `dead_dimension` counts those that nothing found explains and that move only
    parameters without gradient there, as of units that are dead. All are none where the parameters are too many.
    Where `near` is a number, all this holds for parameters within about this share of those that the model had.
    """

    symmetries: tuple[Symmetry, ...]
    broken: tuple[Symmetry, ...]
    shapes: Mapping[str, tuple[int, ...]]
    orbit_dimension: int | None
    fiber_dimension: int | None
    dead_dimension: int | None
    near: float = inf

    @property
    def works(self) -> tuple[Work, ...]:
        """Neural mechanics, and the laws of gradient flow."""
        return NEURAL_MECHANICS, GRADIENT_FLOWS

    @property
    def parameters(self) -> int:
        """The number of parameters that learn."""
        return sum(map(prod, self.shapes.values()))

    @property
    def placed(self) -> Iterator[tuple[Symmetry, Place]]:
        """All families, the broken ones last, with their tensors: told apart by positions where two are alike."""
        for families in (self.symmetries, self.broken):
            yield from zip(families, places(families), strict=True)

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
        """Whether the symmetries found are all there are, and which of them the gradient alone has."""
        names = [f"{symmetry.kind} on {', '.join(symmetry.tensors)}" for symmetry in self._unseen]
        if not names:
            return self._counted
        largest = max(symmetry.change for symmetry in self._unseen)
        return f"{self._counted} Note: {unseen(largest, ' and '.join(names))}."

    @property
    def _unseen(self) -> list[Symmetry]:
        return [symmetry for symmetry in self.symmetries if symmetry.unseen]

    @property
    def _counted(self) -> str:
        if self.left is None:
            held = self.dimension - sum(symmetry.dimension for symmetry in self._unseen)
            return (
                f"{held} symmetries hold{self._where}; with {self.parameters} parameters the fiber was not "
                "counted, so that others may be missed, scales of many tensors or of families not searched: search the "
                f"same model made narrower, of at most {COUNTED} parameters, to prove that there are none."
            )
        if self.left == 0:
            explained = f"{self.orbit_dimension} directions {self._alone}, all of them found"
            return f"None missed{self._where}, proved: {explained}."
        dead = self.dead_dimension or 0
        mixed = "" if self.near == inf else ", or of units that are never off there and mix"
        others = f"{self.left - dead} not of the families searched, maybe of over-wide layers or norms{mixed}"
        kinds = [others] * (self.left > dead) + [f"{dead} of units that are dead there"] * (dead > 0)
        return (
            f"{self.left} more of {self.fiber_dimension} directions {self._alone} at a generic point"
            f"{self._where}: {' and '.join(kinds)}."
        )

    @property
    def _alone(self) -> str:
        return "have no gradient" if self._unseen else "leave the loss alone"

    @property
    def _where(self) -> str:
        return "" if self.near == inf else f" within {self.near:.2g} of the size of the parameters that the model had"

    def laws(self, optimizer: Any = None) -> tuple[Laws, ...]:
        """How many laws each symmetry has in gradient flow and with momentum, and its exact ones under an optimizer.

        `SymlagError` for an optimizer that symlag has no rule for.
        """
        known = () if optimizer is None else rules(optimizer)
        return tuple(laws(*placed, known) for placed in zip(self.symmetries, places(self.symmetries), strict=True))

    def __iter__(self) -> Iterator[Symmetry]:
        return iter(self.symmetries)

    def __repr__(self) -> str:
        families = Counter(symmetry.kind for symmetry in self.symmetries)
        told = ", ".join(f"{n} of kind {kind}" for kind, n in families.items()) or "no symmetries"
        return f"Found({told}; dimension {self.dimension}, {len(self.broken)} broken)"

    def __str__(self) -> str:
        return "\n".join([*(symmetry.told(place) for symmetry, place in self.placed), self.verdict])


def dimensions(problem: Problem, motions: Sequence[Linear | Affine]) -> tuple[int, int, int]:
    """Of the orbit, the fiber, and what is dead, at the most generic of some points: whose fiber is smallest."""
    best = (0, problem.size + 1, 0)
    for seed in POINTS:
        point, rows = spanning(problem, Generator().manual_seed(seed))
        fiber = problem.size - rank(rows)
        if fiber < best[1]:
            moves = torch.cat([rows[:0], *(fields(motion, point) for motion in motions)])
            silent = torch.eye(problem.size, dtype=torch.float64)[rows.abs().amax(0) == 0]
            orbit = rank(moves)
            best = (orbit, fiber, rank(torch.cat([moves, silent])) - orbit)
        if best[0] == best[1]:
            break
    return best


def spanning(problem: Problem, generator: Generator) -> tuple[Tensors, Tensor]:
    """A random point, and gradients there of many random batches, one a row: some more than there are parameters."""
    point = dict(problem.point(generator))
    count = problem.size + 10
    many = {name: W.expand(count, *W.shape) for name, W in point.items()}
    batches = several(problem.batch, count, generator)
    return point, torch.cat([G.reshape(count, -1) for G in gradients(problem, many, batches).values()], 1)
