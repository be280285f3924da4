"""How many laws training a model has: at most so many by its control fields, at least so many by its symmetries.

A law is a function of the parameters (with momentum, of parameters, velocities and time) that training conserves for
every batch. Where bound and laws in hand are equal, the number is exact.

>>> import torch
>>> model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.Linear(2, 2, bias=False))
>>> batch = torch.randn(4, 2), torch.randn(4, 2)
>>> count = count_laws(model, torch.nn.functional.mse_loss, batch, flow="gradient")
>>> count.bound, count.explicit, count.exact
(3, 3, True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Generator, Tensor, nn

from symlag.errors import SymlagError
from symlag.networks.batches import leaves
from symlag.networks.counting.conserved_differentials import conserved_differentials
from symlag.networks.counting.control_fields import GradientFlow, MomentumFlow, pull_backs
from symlag.networks.find_symmetries import symmetries
from symlag.networks.float64 import float64_with_gradients
from symlag.networks.problem import Problem, pose
from symlag.networks.search.null_space import rank
from symlag.symmetry.counting.law_count import LawCount
from symlag.symmetry.counting.number_of_laws import flow_of

SYSTEMS = {"gradient": GradientFlow, "momentum": MomentumFlow}
SEEDS = (7, 8)  # a unit that is dead at one point is alive at another
FLOOR = 1e-9  # singular values below this part of the largest are round-off
NOTHING_NEW = 4  # points of a path that add nothing to the rank, before it is believed
MOST_POINTS = 40
CLEAR_GAP = 1e3
LARGEST = 500  # parameters that are counted in minutes


@dataclass(frozen=True, repr=False)
class ModelCount(LawCount):
    """The number of laws of a model, between the rank of those in hand and the bound by its control fields.

    `found` is the rank of the laws in hand at the point, `gap` the ratio of the smallest singular value that counts and
    the largest that does not.
    """

    found: int
    gap: float

    @property
    def explicit(self) -> int:
        """How many independent laws the linear symmetries of the model give."""
        return self.found

    @property
    def exact(self) -> bool:
        """Whether there are as many laws in hand as there can be."""
        return self.explicit == self.bound


@float64_with_gradients()
def count_laws(
    model: nn.Module, loss: Callable[..., Tensor], batch: Sequence[Any], flow: str = "gradient"
) -> ModelCount:
    """The number of laws of training a model by a loss on batches like a given one, around random parameters.

    Parameters
    ----------
    model : torch.nn.Module
        The model, of at most 500 parameters that learn.
    loss : callable
        A function of the model's output and the targets, whose value is one real number.
    batch : pair of inputs and targets
        What random batches are drawn like, as for `symlag.networks.symmetries`.
    flow : {"gradient", "momentum"}
        Gradient flow θ̇ = −∇f, or with momentum θ̈ + θ̇ + ∇f = 0.

    Returns
    -------
    ModelCount
        The bound, the number of laws that the symmetries of the model give, and the evidence as sentences.

    Raises
    ------
    SymlagError
        If the model has more than 500 parameters, if its gradient is not smooth along any batch, if there is no such
        flow, or where `symlag.networks.symmetries` raises it.

    References
    ----------
    Marcotte, Gribonval and Peyré, arXiv 2307.00144 and 2405.12888.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.Linear(2, 2, bias=False))
    >>> batch = torch.randn(4, 2), torch.randn(4, 2)
    >>> count = count_laws(model, torch.nn.functional.mse_loss, batch, flow="momentum")
    >>> count.bound, count.explicit, count.exact
    (1, 1, True)
    """
    flow_of(flow)
    problem = pose(model, loss, batch)
    if problem.size > LARGEST:
        wrong = f"it has {problem.size} parameters, and counting by controls takes up to {LARGEST}"
        raise SymlagError(f"count_laws({type(model).__name__}, …)", wrong, "Count the same model made narrower.")
    found = symmetries(model, loss, batch)
    counts: list[tuple[int, int, Tensor]] = []
    for seed in SEEDS:
        system = SYSTEMS[flow](problem, Generator().manual_seed(seed))
        explicit = rank(conserved_differentials(found, system))
        values = _singular_values(system, explicit)
        bound = len(values) - _numerical_rank(values)
        counts.append((bound, explicit, values))
        if bound == explicit:
            break
    return _model_count(problem, flow, *min(counts, key=lambda count: count[0]))


def _singular_values(system: GradientFlow, explicit: int) -> Tensor:
    """The singular values of the pull-backs: until laws in hand forbid more, or a path adds nothing any more."""
    rows, ranks, values = list[Tensor](), list[int](), torch.zeros(0)
    for new in islice(pull_backs(system), MOST_POINTS):
        rows.append(new)
        matrix = torch.cat(rows)
        missing = max(0, matrix.shape[1] - len(matrix))  # rows of zeros, for a singular value for each column
        values = torch.linalg.svdvals(torch.cat([matrix, matrix.new_zeros(missing, matrix.shape[1])]))
        ranks.append(_numerical_rank(values))
        all_found = ranks[-1] == len(values) - explicit
        nothing_new = len(ranks) >= NOTHING_NEW and len(set(ranks[-NOTHING_NEW:])) == 1
        if (all_found or nothing_new) and _gap(values) > CLEAR_GAP:
            break
    return values


def _numerical_rank(values: Tensor) -> int:
    return int((values > FLOOR * values[0]).sum())


def _gap(values: Tensor) -> float:
    """How far singular values fall from the last that counts to the first that does not, or to round-off."""
    counted, floor = _numerical_rank(values), 1e-16 * float(values[0])
    return float(values[counted - 1]) / max(float(values[counted]) if counted < len(values) else floor, floor)


def _model_count(problem: Problem, flow: str, bound: int, explicit: int, values: Tensor) -> ModelCount:
    gap = _gap(values)
    shapes = " and ".join(str(tuple(leaf.shape)) for leaf in leaves(problem.batch))
    name = getattr(problem.loss, "__name__", type(problem.loss).__name__)
    setting = f"for {name} on any batches like the given one of {shapes}, around random parameters"
    doubt = "" if gap > CLEAR_GAP else "no clear gap, "
    reached = f"controls reach {_numerical_rank(values)} directions"
    evidence = f"{reached}: {doubt}singular values fall by {gap:.0e} behind them"
    return ModelCount(type(problem.model).__name__, flow, problem.size, bound, setting, evidence, explicit, gap)
