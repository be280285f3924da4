"""What breaks symmetries, and a problem without it: eps of norms, dropout, evaluation mode, clipping, tied weights.

>>> from torch import nn, randn
>>> from symlag.networks.problem import pose
>>> model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(0.1))
>>> [cause.name for cause in causes(pose(model, lambda y: y.square().sum(), (randn(4, 2), None)))]
['eps of BatchNorm1d', 'dropout']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import torch
from torch import Generator, nn
from torch.utils._python_dispatch import TorchDispatchMode

from symlag.networks.functional_copy import copy_sharing_parameters
from symlag.networks.problem import Problem

NO_EPS = 1e-30  # BatchNorm refuses an eps of zero
UNTIED = 1_000_000  # larger models are not untied: that takes a search of its own
RANDOM = {torch.ops.aten.bernoulli_.float, torch.ops.aten.bernoulli.p}


@dataclass(frozen=True)
class Cause:
    """Something that breaks symmetries, and how a problem is freed of it."""

    name: str
    remove: Callable[[Problem], Problem]


def causes(problem: Problem) -> list[Cause]:
    """What may break symmetries of a problem."""
    return [*_eps(problem), *_dropout(problem), *_evaluation(problem), *_clipping(problem), *_ties(problem)]


def without(problem: Problem, removed: Iterable[Cause]) -> Problem:
    """The problem freed of some causes."""
    for cause in removed:
        problem = cause.remove(problem)
    return problem


def _eps(problem: Problem) -> Iterator[Cause]:
    """The number that norms add to a variance, under any of its names."""

    def eps_names(module: nn.Module) -> list[str]:
        small = [name for name, value in vars(module).items() if isinstance(value, float) and value > NO_EPS]
        return [name for name in small if name == "eps" or name.endswith(("_eps", "epsilon"))]

    def removal(name: str, kind: str) -> Callable[[nn.Module], None]:
        def remove(module: nn.Module) -> None:
            if type(module).__name__ == kind and name in eps_names(module):
                setattr(module, name, NO_EPS)

        return remove

    there = ((name, type(module).__name__) for module in problem.model.modules() for name in eps_names(module))
    for name, kind in dict.fromkeys(there):
        yield Cause(f"{name} of {kind}", _change_modules(removal(name, kind)))


def _dropout(problem: Problem) -> Iterator[Cause]:
    """Random masks, wherever they are drawn: in modules, in attention, in functions."""
    with _MeanMasks() as masks:
        problem.value(problem.random_parameters(Generator().manual_seed(0)), problem.batch)
    if masks.any_drawn:
        yield Cause("dropout", lambda problem: replace(problem, context=_MeanMasks))


def _evaluation(problem: Problem) -> Iterator[Cause]:
    """Running statistics in the place of those of the batch."""

    def uses_running_statistics(module: nn.Module) -> bool:
        return not module.training and getattr(module, "running_mean", None) is not None

    def use_batch(module: nn.Module) -> None:
        if uses_running_statistics(module):
            module.train()

    if any(map(uses_running_statistics, problem.model.modules())):
        yield Cause("evaluation mode", _change_modules(use_batch))


def _clipping(problem: Problem) -> Iterator[Cause]:
    """Gradients cut off, entry by entry."""
    if problem.clip < inf:
        yield Cause("clipping by value", lambda problem: replace(problem, clip=inf))


def _ties(problem: Problem) -> Iterator[Cause]:
    """Tensors that are used twice: each use could have its own. Those of recurrent layers are used more often.

    Tied are those of two names; others have a second use in the forward pass of the model, or in its loss.
    """
    if problem.size > UNTIED:
        return
    homes = Counter(id(p) for _, p in problem.model.named_parameters(remove_duplicate=False))
    for name in problem.used_twice:
        what = "tying" if homes[id(problem.model.get_parameter(name))] > 1 else "the second use"
        yield Cause(f"{what} of {name}", lambda problem, name=name: replace(problem, untied=(*problem.untied, name)))


def _change_modules(change: Callable[[nn.Module], None]) -> Callable[[Problem], Problem]:
    """The map of a problem to one of which every module is changed."""

    def changed(problem: Problem) -> Problem:
        model = copy_sharing_parameters(problem.model)
        for module in model.modules():
            change(module)
        return replace(problem, model=model)

    return changed


class _MeanMasks(TorchDispatchMode):
    """A mode in which random masks are their mean; it knows whether there were any."""

    any_drawn = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # nothing is compiled here, and to import what compiles takes a second

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func not in RANDOM:
            return func(*args, **kwargs or {})
        self.any_drawn = True
        chance = args[1] if len(args) > 1 else 0.5
        return args[0].fill_(chance) if func is torch.ops.aten.bernoulli_.float else torch.full_like(args[0], chance)
