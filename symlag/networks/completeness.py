"""Whether all symmetries were found: the dimension of the orbit of the families against that of the fiber of the loss.

At a generic point θ the generators found span a subspace, the tangent space of the orbit of θ. They lie in the space of
directions in which no gradient of any batch points, the tangent space of the fiber: of the parameters with the same
loss on all data. So orbit ≤ fiber, and where both have one dimension no symmetry was missed, linear or not. The fiber
is the number of parameters less the rank of some more gradients, of random batches, than there are parameters.

>>> from torch import nn, randn
>>> from symlag.networks.problem import pose
>>> problem = pose(nn.Linear(2, 1, bias=False), nn.functional.mse_loss, (randn(4, 2), randn(4, 1)))
>>> orbit_and_fiber(problem, [])
Dimensions(orbit=0, fiber=0, dead=0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from symlag.networks.batched_gradients import gradients_at
from symlag.networks.batches import random_batches
from symlag.networks.generators.families import Affine, Linear
from symlag.networks.generators.tensor_action import Tensors
from symlag.networks.problem import Problem
from symlag.networks.search.null_space import rank

MOST_PARAMETERS = 1500  # the fiber takes as many gradients as there are parameters, and one decomposition
SEEDS = (7, 8, 9)  # a unit that is dead at one point is alive at another


class Dimensions(NamedTuple):
    """The dimensions of orbit and fiber at a point.

    `dead` is how many dimensions of the fiber beyond the orbit move only parameters without gradient there.
    """

    orbit: int
    fiber: int
    dead: int


def orbit_and_fiber(problem: Problem, families: Sequence[Linear | Affine]) -> Dimensions:
    """The dimensions at the most generic of some points, the one whose fiber is smallest."""
    best = Dimensions(0, problem.size + 1, 0)
    for seed in SEEDS:
        point, gradients = _gradients_at_a_point(problem, Generator().manual_seed(seed))
        fiber = problem.size - rank(gradients)
        if fiber < best.fiber:
            generators = torch.cat([gradients[:0], *(family.basis_fields(point) for family in families)])
            without_gradient = torch.eye(problem.size, dtype=torch.float64)[gradients.abs().amax(0) == 0]
            orbit = rank(generators)
            best = Dimensions(orbit, fiber, rank(torch.cat([generators, without_gradient])) - orbit)
        if best.orbit == best.fiber:
            break
    return best


def _gradients_at_a_point(problem: Problem, generator: Generator) -> tuple[Tensors, Tensor]:
    """Random parameters, and gradients there of random batches, one a row: some more than there are parameters."""
    point = dict(problem.random_parameters(generator))
    count = problem.size + 10
    repeated = {name: W.expand(count, *W.shape) for name, W in point.items()}
    gradients = gradients_at(problem, repeated, random_batches(problem.batch, count, generator))
    return point, torch.cat([G.reshape(count, -1) for G in gradients.values()], 1)
