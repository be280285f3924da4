"""What breaks symmetries: the eps of norms, dropout, evaluation mode; and the model without them.

>>> from torch import nn
>>> [cause.name for cause in causes(nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.1)))]
['eps of BatchNorm1d', 'dropout']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace

from torch import nn

from symlag.networks._problem import Problem

NOTHING = 1e-30  # BatchNorm refuses an eps of zero


@dataclass(frozen=True)
class Cause:
    """Something that breaks symmetries, and how to take it out of a module."""

    name: str
    there: Callable[[nn.Module], bool]
    remove: Callable[[nn.Module], object]


def causes(model: nn.Module) -> list[Cause]:
    """What may break symmetries of a model."""
    kinds = dict.fromkeys(type(module).__name__ for module in model.modules() if _eps(module))
    every = [*map(_eps_of, kinds), DROPOUT, EVALUATION]
    return [cause for cause in every if any(cause.there(module) for module in model.modules())]


def without(problem: Problem, removed: Iterable[Cause]) -> Problem:
    """The problem of the same model with some causes taken out."""
    model = deepcopy(problem.model)
    for cause in removed:
        for module in filter(cause.there, list(model.modules())):
            cause.remove(module)
    return replace(problem, model=model)


def _eps(module: nn.Module) -> bool:
    return (getattr(module, "eps", None) or 0.0) > NOTHING


def _eps_of(kind: str) -> Cause:
    return Cause(
        f"eps of {kind}",
        lambda module: type(module).__name__ == kind and _eps(module),
        lambda module: setattr(module, "eps", NOTHING),
    )


DROPOUT = Cause(
    "dropout",
    lambda module: module.training and isinstance(module, nn.modules.dropout._DropoutNd) and module.p > 0,  # pyright: ignore[reportPrivateUsage]
    lambda module: module.eval(),
)
EVALUATION = Cause(
    "evaluation mode",
    lambda module: not module.training and getattr(module, "running_mean", None) is not None,
    lambda module: module.train(),
)
