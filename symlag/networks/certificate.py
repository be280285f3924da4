"""How far families of generators are symmetries: at fresh random parameters and batches that the search has not seen.

The certificate of a family is the largest |⟨g, ξ⟩| / (|g| |ξ|) for random generators ξ of it, g being the gradient. Of
a family that only fitted the draws of the search it is of order one, of a symmetry it is round-off. The loss is watched
as well, under finite transformations exp(s·ξ): parameters behind a detach() change it, and its gradient does not tell.

>>> from torch import nn, randn
>>> from symlag.networks.generators.axis_views import View
>>> from symlag.networks.generators.families import Affine
>>> from symlag.networks.generators.matrix_spaces import Vectors
>>> from symlag.networks.generators.tensor_action import Shift
>>> from symlag.networks.problem import pose
>>> problem = pose(nn.Sequential(nn.Linear(2, 3), nn.Softmax(1)), lambda y: y.square().sum(), (randn(4, 2), None))
>>> all_entries = Affine((Shift(View("0.bias", 0, 0, 1, 3), 1.0),), Vectors(3, (0, 1, 2)))
>>> certificates(problem, [all_entries])[0] > 0.01
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from symlag.networks.generators.families import GeneratorFamily
from symlag.networks.generators.tensor_action import BLOCK, Entries
from symlag.networks.parameter_substitution import SECOND_USE
from symlag.networks.problem import Problem
from symlag.networks.random_parameters import RandomParameters
from symlag.networks.symmetry import LOSS_CHANGED

FRESH = (1_000_003, 1_000_004, 1_000_005)  # seeds that the search does not use
LARGE = 10_000_000  # parameters; where there are so many, one fresh point is as telling as several of a small model
PART = 10_000_000  # numbers of a large tensor that are changed at once
FAR = 0.3  # how far finite transformations go


def certificates(problem: Problem, families: Sequence[GeneratorFamily]) -> list[float]:
    """Of each family the largest |⟨g, ξ⟩| / (|g| |ξ|), or share of ξ that unties weights, of random generators."""
    tied, largest = [problem.tied(family) for family in families], [0.0] * len(families)
    for seed in _fresh_seeds(problem) if families else ():
        shares = [_untying_share(problem, family, seed) for family in families]
        largest = list(map(max, largest, shares, _cosines(problem, tied, seed)))
    return largest


def loss_change(problem: Problem, families: Sequence[GeneratorFamily]) -> float:
    """The largest relative change of the loss under finite transformations, one of each family after another."""
    found = [0.0]
    for seed in _fresh_seeds(problem) if families else ():
        point, batch = problem.sample(seed)
        after = TransformedParameters(point, [problem.tied(family) for family in families], seed)
        before = float(problem.value(point, batch, seed))
        found.append(abs(float(problem.value(after, batch, seed)) - before) / (abs(before) or 1.0))
    return max(found)


def loss_changes(problem: Problem, families: Sequence[GeneratorFamily]) -> list[float]:
    """Of each family the change of the loss: under all of them together, or, if that is felt, under this one alone."""
    together = loss_change(problem, families)
    return [together if together < LOSS_CHANGED else loss_change(problem, [family]) for family in families]


def _fresh_seeds(problem: Problem) -> tuple[int, ...]:
    return FRESH if problem.size < LARGE else FRESH[:1]


@dataclass(frozen=True)
class TransformedParameters(Mapping[str, Tensor]):
    """Random parameters after random transformations by some families, one after another.

    Each tensor is transformed when it is asked for, so that no more than one need be there at a time.
    """

    point: RandomParameters
    families: Sequence[GeneratorFamily]
    seed: int

    def __getitem__(self, name: str) -> Tensor:
        W = self.point[name]  # drawn for us alone: it may be written
        for i, family in enumerate(self.families):
            if name in family.tensors:
                before = TransformedParameters(self.point, self.families[:i], self.seed)
                family.transform(name, W, before, _coordinates(family, self.seed), FAR * min(1.0, self.point.near))
        return W

    def __iter__(self) -> Iterator[str]:
        return iter(self.point)

    def __len__(self) -> int:
        return len(self.point)


def _cosines(problem: Problem, families: Sequence[GeneratorFamily], seed: int) -> list[float]:
    """|⟨g, ξ⟩| / (|g| |ξ|) of each family at one point, summed up tensor by tensor."""
    point, batch = problem.sample(seed)
    inner, xi_squared, g_squared = [0.0] * len(families), [0.0] * len(families), list[float]()

    def add(name: str, G: Tensor) -> None:
        W = point[name]
        g_squared.append(_square(G))
        for i, family in enumerate(families):
            if name in family.tensors:
                for g, xi in _gradient_and_generator(family, name, W, G, point, seed):
                    inner[i] += float((g * xi).sum())
                    xi_squared[i] += _square(xi)

    problem.stream_gradients(point, batch, seed, add)
    g = sum(g_squared) ** 0.5
    return [abs(a) / (g * x**0.5) if g * x else 0.0 for a, x in zip(inner, xi_squared, strict=True)]


def _gradient_and_generator(
    family: GeneratorFamily, name: str, W: Tensor, G: Tensor, point: RandomParameters, seed: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """G and ξ where ξ is not zero, in parts; of free entries ξ is G, along which the loss changes most."""
    if isinstance(family.terms[0], Entries):
        yield from ((g, g) for g in family.terms[0].parts(G))
        return
    v, axis = _coordinates(family, seed), family.idle_axis(name, G.ndim)
    for W_part, G_part in zip(_parts(W, axis, PART), _parts(G, axis, PART), strict=True):
        where, xi = family.patch(name, W_part, point, v)
        yield from zip(_parts(G_part[where], 0, BLOCK), _parts(xi, 0, BLOCK), strict=True)


def _parts(tensor: Tensor, axis: int | None, size: int) -> Sequence[Tensor]:
    """A tensor cut along an axis into parts of about a size, if it is larger."""
    if axis is None or tensor.numel() <= size:
        return (tensor,)
    return tensor.split(max(1, size * tensor.shape[axis] // tensor.numel()), axis)


def _untying_share(problem: Problem, family: GeneratorFamily, seed: int) -> float:
    """The share of ξ that moves the second uses of tensors away from the first ones."""
    first_uses = {name: name.removesuffix(SECOND_USE) for name in family.tensors if name not in problem.parameters}
    if not first_uses:
        return 0.0
    point, _ = problem.sample(seed)
    untied = {**point, **{second: point[first] for second, first in first_uses.items()}}
    xi = family.field(untied, _coordinates(family, seed))
    apart = sum(_square(xi[second] - xi.get(first, torch.zeros(()))) / 2 for second, first in first_uses.items())
    return (apart / sum(map(_square, xi.values()))) ** 0.5


def _square(tensor: Tensor) -> float:
    return float(torch.linalg.vector_norm(tensor)) ** 2


def _coordinates(family: GeneratorFamily, seed: int) -> Tensor:
    """Random coordinates of length one."""
    v = torch.randn(family.space.size, generator=Generator().manual_seed(seed + 1), dtype=torch.float64)
    return v / v.norm()
