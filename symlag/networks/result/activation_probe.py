"""What a motion changes inside a model, by experiment: what enters its modules and what they give, before and after.

>>> import torch
>>> from symlag.networks.generators.generators import Affine
>>> from symlag.networks.problem import pose
>>> from symlag.networks.generators.matrix_spaces import Vectors
>>> from symlag.networks.generators.tensor_action import Shift
>>> from symlag.networks.generators.axis_views import View
>>> model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Tanh())
>>> witness = Witness(pose(model, lambda y: y.square().sum(), (torch.ones(4, 2).cumsum(0), None)))
>>> shift = Affine((Shift(View("0.bias", 0, 0, 1, 3), 1.0),), Vectors(3, (0, 1, 2)))
>>> witness.still(shift, "0"), witness.still(shift, "1"), witness.undone(shift)
(False, True, ['1'])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

from torch import Tensor, nn

from symlag.networks.batches import leaves
from symlag.networks.certificate import FRESH, LARGE, Moved
from symlag.networks.generators.generators import Motion
from symlag.networks.parameter_substitution import Tensors
from symlag.networks.problem import Problem

STILL = 1e-9  # of the size of what a module gives: smaller changes are round-off

Trace = dict[str, tuple[list[Tensor], list[Tensor]]]  # of each module that runs what enters it, and what it gives


@dataclass(frozen=True)
class Witness:
    """A problem at one random point; of models so large that every run counts nothing is seen."""

    problem: Problem

    def undone(self, motion: Motion) -> list[str]:
        """The normalisations that the motion reaches, and that give the same as before."""
        after = self._moved(motion)
        norms = [at for at in after if "Norm" in type(self.problem.model.get_submodule(at)).__name__]
        return [at for at in norms if self._change(after, at, 0) > STILL >= self._change(after, at, 1)]

    def still(self, motion: Motion, module: str) -> bool:
        """Whether a module runs and gives the same as before."""
        after = self._moved(motion)
        return module in after and self._change(after, module, 1) <= STILL

    def _moved(self, motion: Motion) -> Trace:
        if self.problem.size >= LARGE:
            return {}
        point, batch = self.problem.chosen(FRESH[0])
        return traced(self.problem, Moved(point, [self.problem.tied(motion)], FRESH[0]), batch)

    def _change(self, after: Trace, module: str, side: int) -> float:
        return change(self._before.get(module, ([], []))[side], after[module][side])

    @cached_property
    def _before(self) -> Trace:
        return traced(self.problem, *self.problem.chosen(FRESH[0]))


def traced(problem: Problem, point: Tensors, batch: Any) -> Trace:
    """What enters each module, and what it gives, in one run."""
    seen: Trace = {}

    def hook(at: str) -> Callable[..., None]:
        def see(_: nn.Module, arguments: Any, keywords: Any, given: Any) -> None:
            for side, tensors in zip(seen.setdefault(at, ([], [])), ((arguments, keywords), given), strict=True):
                side.extend(tensor.detach().clone() for tensor in leaves(tensors))

        return see

    with ExitStack() as stack:
        for at, module in problem.model.named_modules():
            handle = module.register_forward_hook(hook(at), with_kwargs=True)
            stack.callback(handle.remove)
        problem.value(point, batch, FRESH[0])
    return seen


def change(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    """The largest change of an entry, relative to the largest entry there."""
    if [tensor.shape for tensor in before] != [tensor.shape for tensor in after]:
        return inf
    pairs = [(b.double(), a.double()) for b, a in zip(before, after, strict=True) if b.numel()]
    return max((float((b - a).abs().max() / b.abs().max().clamp(min=1e-300)) for b, a in pairs), default=0.0)
