"""How many laws a model has in training: at most so many by its controls, at least so many by its symmetries.

>>> import torch
>>> model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.Linear(2, 2, bias=False))
>>> batch = torch.randn(4, 2), torch.randn(4, 2)
>>> found = count_laws(model, torch.nn.functional.mse_loss, batch, flow="gradient")
>>> found.bound, found.explicit, found.exact
(3, 3, True)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Generator, Tensor, nn

from symlag.errors import SymlagError
from symlag.networks.batches import leaves
from symlag.networks.counting.conserved_differentials import differentials
from symlag.networks.counting.control_fields import Descent, Motion, pulled_back
from symlag.networks.finder import symmetries
from symlag.networks.float64 import searching
from symlag.networks.problem import Problem, pose
from symlag.networks.search.null_space import rank
from symlag.symmetry.counting.count_laws import flow_of
from symlag.symmetry.counting.law_count import LawCount

SYSTEMS = {"gradient": Descent, "momentum": Motion}
POINTS = (7, 8)  # seeds: a unit that is dead at one point is alive at another
FLOOR = 1e-9  # singular values below this part of the largest are round-off
STILL = 4  # points of a path that add nothing to the rank, before it is believed
MOST = 40
CLEAR = 1e3
LARGEST = 500  # parameters that are counted in minutes


@dataclass(frozen=True, repr=False)
class ModelCount(LawCount):
    """The number of laws of a model, between the rank of those in hand and the bound by its controls.

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


@searching()
def count_laws(model: nn.Module, loss: Callable[..., Any], batch: Any, flow: str = "gradient") -> ModelCount:
    """The number of laws of training a model by a loss on batches like a given one, around random parameters.

    `SymlagError` where it has over 500 of them.
    """
    flow_of(flow)
    problem = pose(model, loss, batch)
    if problem.size > LARGEST:
        wrong = f"it has {problem.size} parameters, and counting by controls takes up to {LARGEST}"
        raise SymlagError(f"count_laws({type(model).__name__}, …)", wrong, "the same model made narrower")
    found = symmetries(model, loss, batch)
    best: tuple[int, int, Tensor] | None = None
    for seed in POINTS:
        system = SYSTEMS[flow](problem, Generator().manual_seed(seed))
        explicit = rank(differentials(found, system))
        values = controlled(system, explicit)
        bound = len(values) - _held(values)
        best = min((bound, explicit, values), best or (bound, explicit, values), key=lambda one: one[0])
        if bound == explicit:
            break
    assert best
    return _stated(problem, flow, *best)


def controlled(system: Descent, explicit: int) -> Tensor:
    """The singular values of what controls reach: until laws in hand forbid more, or a path adds nothing any more."""
    rows, ranks, values = list[Tensor](), list[int](), torch.zeros(0)
    for new in islice(pulled_back(system), MOST):
        rows.append(new)
        values = torch.linalg.svdvals(_tall(torch.cat(rows)))
        ranks.append(_held(values))
        done = ranks[-1] == len(values) - explicit or len(set(ranks[-STILL:])) == 1 < STILL <= len(ranks)
        if done and _gap(values) > CLEAR:
            break
    return values


def _tall(rows: Tensor) -> Tensor:
    """Rows of zeros put below, so that there is a singular value for each column."""
    missing = max(0, rows.shape[1] - len(rows))
    return torch.cat([rows, rows.new_zeros(missing, rows.shape[1])])


def _held(values: Tensor) -> int:
    return int((values > FLOOR * values[0]).sum())


def _gap(values: Tensor) -> float:
    """How far singular values fall from the last that counts to the first that does not, or to round-off."""
    held, floor = _held(values), 1e-16 * float(values[0])
    return float(values[held - 1]) / max(float(values[held]) if held < len(values) else floor, floor)


def _stated(problem: Problem, flow: str, bound: int, explicit: int, values: Tensor) -> ModelCount:
    size, held, gap = problem.size, _held(values), _gap(values)
    shapes = " and ".join(str(tuple(leaf.shape)) for leaf in leaves(problem.batch))
    name = getattr(problem.loss, "__name__", type(problem.loss).__name__)
    setting = f"for {name} on any batches like the given one of {shapes}, around random parameters"
    doubt = "" if gap > CLEAR else "no clear gap, "
    evidence = f"controls reach {held} directions: {doubt}singular values fall by {gap:.0e} behind them"
    return ModelCount(type(problem.model).__name__, flow, size, bound, setting, evidence, explicit, gap)
