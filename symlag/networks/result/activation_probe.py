"""What a transformation changes inside a model, by experiment: what enters its modules and what they give.

>>> import torch
>>> from symlag.networks.generators.axis_views import View
>>> from symlag.networks.generators.families import Affine
>>> from symlag.networks.generators.matrix_spaces import Vectors
>>> from symlag.networks.generators.tensor_action import Shift
>>> from symlag.networks.problem import pose
>>> model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Tanh())
>>> probe = ActivationProbe(pose(model, lambda y: y.square().sum(), (torch.ones(4, 2).cumsum(0), None)))
>>> shift = Affine((Shift(View("0.bias", 0, 0, 1, 3), 1.0),), Vectors(3, (0, 1, 2)))
>>> probe.output_unchanged(shift, "0"), probe.output_unchanged(shift, "1"), probe.undoing_norms(shift)
(False, True, ['1'])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, NamedTuple

from torch import Tensor, nn

from symlag.networks.batches import leaves
from symlag.networks.certificate import FRESH, LARGE, TransformedParameters
from symlag.networks.generators.families import GeneratorFamily
from symlag.networks.parameter_substitution import Tensors
from symlag.networks.problem import Problem

UNCHANGED = 1e-9  # of the size of what a module gives: smaller changes are round-off


class Activations(NamedTuple):
    """What enters a module in a run, and what it gives."""

    inputs: list[Tensor]
    outputs: list[Tensor]


@dataclass(frozen=True)
class ActivationProbe:
    """A problem at one random point; of models so large that every run counts nothing is looked at."""

    problem: Problem

    def undoing_norms(self, family: GeneratorFamily) -> list[str]:
        """The normalisations whose inputs a transformation of the family changes, and whose outputs it does not."""
        after = self._after(family)
        norms = [path for path in after if "Norm" in type(self.problem.model.get_submodule(path)).__name__]
        changes = {path: self._changes(path, after[path]) for path in norms}
        return [path for path, (of_inputs, of_outputs) in changes.items() if of_inputs > UNCHANGED >= of_outputs]

    def output_unchanged(self, family: GeneratorFamily, path: str) -> bool:
        """Whether a module runs and gives the same after a transformation of the family."""
        after = self._after(family)
        return path in after and self._changes(path, after[path])[1] <= UNCHANGED

    def _after(self, family: GeneratorFamily) -> dict[str, Activations]:
        if self.problem.size >= LARGE:
            return {}
        point, batch = self.problem.sample(FRESH[0])
        transformed = TransformedParameters(point, [self.problem.tied(family)], FRESH[0])
        return activations(self.problem, transformed, batch)

    @cached_property
    def _before(self) -> dict[str, Activations]:
        return activations(self.problem, *self.problem.sample(FRESH[0]))

    def _changes(self, path: str, after: Activations) -> tuple[float, float]:
        """The changes of what enters a module, and of what it gives."""
        before = self._before.get(path, Activations([], []))
        return _largest_change(before.inputs, after.inputs), _largest_change(before.outputs, after.outputs)


def activations(problem: Problem, point: Tensors, batch: Any) -> dict[str, Activations]:
    """What enters each module, and what it gives, in one run."""
    found: dict[str, Activations] = {}

    def hook(path: str) -> Callable[..., None]:
        def record(_: nn.Module, arguments: Any, keywords: Any, output: Any) -> None:
            seen = found.setdefault(path, Activations([], []))
            seen.inputs.extend(tensor.detach().clone() for tensor in leaves((arguments, keywords)))
            seen.outputs.extend(tensor.detach().clone() for tensor in leaves(output))

        return record

    with ExitStack() as stack:
        for path, module in problem.model.named_modules():
            stack.callback(module.register_forward_hook(hook(path), with_kwargs=True).remove)
        problem.value(point, batch, FRESH[0])
    return found


def _largest_change(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    """The largest change of an entry, relative to the largest entry there."""
    if [tensor.shape for tensor in before] != [tensor.shape for tensor in after]:
        return inf
    pairs = [(b.double(), a.double()) for b, a in zip(before, after, strict=True) if b.numel()]
    return max((float((b - a).abs().max() / b.abs().max().clamp(min=1e-300)) for b, a in pairs), default=0.0)
