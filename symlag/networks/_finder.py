"""From a model, its loss and a batch to all of its symmetries, certified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from torch import Generator, nn

from symlag.networks._certificate import change, slopes
from symlag.networks._found import COUNTED, Found, dimensions
from symlag.networks._ideal import Cause, causes, without
from symlag.networks._moments import Stack, stacked
from symlag.networks._motions import Affine, Linear
from symlag.networks._problem import Problem, pose
from symlag.networks._reasons import counts, reason
from symlag.networks._search import draws_needed, families
from symlag.networks._sketch import Plan, sketched
from symlag.networks._symmetry import EXACT, Symmetry
from symlag.networks._views import views

TOGETHER = 300_000  # numbers of draws that are worked on at once
BUDGET = 100_000_000  # numbers of all draws: of large models there are few
FEWEST = 4


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
    held = certified(problem, searched(problem))
    size = sum(tensor.numel() for tensor in problem.point(Generator()).values())
    orbit, fiber = dimensions(problem, [found.motion for found in held]) if size <= COUNTED else (None, None)
    return Found(tuple(held), tuple(broken(problem)), size, orbit, fiber)


def searched(problem: Problem) -> list[Linear | Affine]:
    """The families that random draws show and fresh ones confirm."""
    shapes = {name: tuple(problem.model.get_parameter(name).shape) for name in problem.names}
    plan = Plan(shapes, views(shapes, counts(problem.model)))
    found = families(sketched(plan, _stacks(problem, draws_needed(plan))))
    return [motion for motion, slope in zip(found, slopes(problem, found), strict=True) if slope < EXACT]


def _stacks(problem: Problem, draws: int) -> Iterator[Stack]:
    """Random draws, as many at a time as are small together."""
    size = sum(parameter.numel() for parameter in problem.model.parameters())
    together, last = max(1, TOGETHER // size), min(draws, max(FEWEST, BUDGET // size))
    for first in range(0, last, together):
        yield stacked([problem.draw(seed) for seed in range(first, min(first + together, last))])


def certified(problem: Problem, motions: Sequence[Linear | Affine]) -> list[Symmetry]:
    """Families with their certificates and reasons; the loss is watched under all of their transformations together."""
    moved = change(problem, motions)
    return [
        Symmetry(motion, slope, moved, reason(problem.model, motion))
        for motion, slope in zip(motions, slopes(problem, motions), strict=True)
    ]


def broken(problem: Problem) -> Iterator[Symmetry]:
    """The symmetries of the model without eps, dropout and evaluation mode that it does not have with them."""
    present = causes(problem.model)
    ideal = searched(without(problem, present)) if present else []
    lost = [motion for motion, slope in zip(ideal, slopes(problem, ideal), strict=True) if slope >= EXACT]
    blamed = _blamed(problem, lost, present)
    for motion, names in zip(lost, blamed, strict=True):
        [symmetry] = certified(problem, [motion])
        yield replace(symmetry, broken_by=" and ".join(names))


def _blamed(problem: Problem, lost: Sequence[Linear | Affine], present: Sequence[Cause]) -> list[list[str]]:
    """For each symmetry that is lost the causes that break it on their own."""
    alone = {cause.name: without(problem, [other for other in present if other is not cause]) for cause in present}
    harm = {name: slopes(only, lost) for name, only in alone.items()}
    return [[name for name in harm if harm[name][i] >= EXACT] for i in range(len(lost))]
