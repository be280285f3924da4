"""From a model, its loss and a batch to all of its symmetries, certified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from symlag.networks._certificate import change, slope
from symlag.networks._found import COUNTED, Found, dimensions
from symlag.networks._moments import stacked
from symlag.networks._motions import Affine, Linear
from symlag.networks._problem import Problem, pose
from symlag.networks._reasons import reason
from symlag.networks._search import draws_needed, families
from symlag.networks._symmetry import EXACT, Symmetry


def symmetries(model: nn.Module, loss: Callable[..., Any], batch: Any) -> Found:
    """Every linear symmetry of loss(model(inputs), targets) for a batch (inputs, targets), or (inputs, None).

    Inputs are a tensor, a tuple of arguments or a dict of keywords. `SymlagError` where the loss is no scalar, the
    model has no parameters, or model and batch live on different devices.

    >>> import torch
    >>> symmetries(torch.nn.Flatten(), torch.nn.functional.mse_loss, (torch.ones(1, 2), torch.ones(1, 2)))
    Traceback (most recent call last):
    symlag.errors.SymlagError: symmetries(model, …): the model has no parameters that learn; write a model with some.
    """
    problem = pose(model, loss, batch)
    motions = searched(problem)
    held = tuple(certified(problem, motion) for motion in motions)
    size = sum(parameter.numel() for parameter in problem.model.parameters() if parameter.requires_grad)
    orbit, fiber = dimensions(problem, motions) if size <= COUNTED else (None, None)
    return Found(held, (), size, orbit, fiber)


def searched(problem: Problem) -> list[Linear | Affine]:
    """The families that random draws show and fresh ones confirm."""
    shapes = {name: tuple(problem.model.get_parameter(name).shape) for name in problem.names}
    found = families(stacked([problem.draw(seed) for seed in range(draws_needed(shapes))]))
    return [motion for motion in found if slope(problem, motion) < EXACT]


def certified(problem: Problem, motion: Linear | Affine) -> Symmetry:
    """A family with its certificate and its reason."""
    return Symmetry(motion, slope(problem, motion), change(problem, motion), reason(problem.model, motion))
