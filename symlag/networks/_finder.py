"""From a model, its loss and a batch to all of its symmetries, certified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from torch import Generator, nn

from symlag.networks._certificate import change, slope
from symlag.networks._found import COUNTED, Found, dimensions
from symlag.networks._ideal import Cause, causes, without
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
    held = [certified(problem, motion) for motion in searched(problem)]
    size = sum(tensor.numel() for tensor in problem.point(Generator()).values())
    orbit, fiber = dimensions(problem, [found.motion for found in held]) if size <= COUNTED else (None, None)
    return Found(tuple(held), tuple(broken(problem)), size, orbit, fiber)


def searched(problem: Problem) -> list[Linear | Affine]:
    """The families that random draws show and fresh ones confirm."""
    shapes = {name: tuple(problem.model.get_parameter(name).shape) for name in problem.names}
    found = families(stacked([problem.draw(seed) for seed in range(draws_needed(shapes))]))
    return [motion for motion in found if slope(problem, motion) < EXACT]


def certified(problem: Problem, motion: Linear | Affine) -> Symmetry:
    """A family with its certificate and its reason."""
    return Symmetry(motion, slope(problem, motion), change(problem, motion), reason(problem.model, motion))


def broken(problem: Problem) -> Iterator[Symmetry]:
    """The symmetries of the model without eps, dropout and evaluation mode that it does not have with them."""
    present = causes(problem.model)
    for motion in searched(without(problem, present)) if present else []:
        symmetry = certified(problem, motion)
        if not symmetry.exact:
            yield replace(symmetry, broken_by=" and ".join(_blamed(problem, motion, present)))


def _blamed(problem: Problem, motion: Linear | Affine, present: Sequence[Cause]) -> list[str]:
    """The causes that break a symmetry on their own."""
    alone = {cause.name: without(problem, [other for other in present if other is not cause]) for cause in present}
    return [name for name, only in alone.items() if slope(only, motion) >= EXACT]
