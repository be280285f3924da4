"""Training by live optimizers on minibatches under a cosine schedule, every letter of every step kept.

What a step begins with and what it leads to are read off the optimizer, so that a law is held against torch itself:
tensor by tensor, by lists of them (foreach) and in one kernel (fused), each at another of the step sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import signature
from math import cos, pi
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from numeric._digits import digits
from numeric._training import SPAN, copied, descend, set_off
from numeric._weight_arrays import View, Weights
from symlag.kernels.array_function import kernel
from symlag.optimizers.bilinear_forms import Frame
from symlag.optimizers.torch_optimizers import Group
from symlag.optimizers.vectors import Letter, theta
from symlag.trials import Record, seed
from symlag.trials.record import kernel_arguments

steps = (0.1, 0.05, 0.025)  # the learning rates to begin with
STEPS, BATCH, DECAY = 400, 64, 0.01
WAYS = ({"foreach": False}, {"foreach": True}, {"fused": True})

Told = Mapping[str, Mapping[Letter, Tensor]]  # the letters of a step, of each parameter by name


@dataclass(frozen=True)
class Training:
    """A network, trained as a theorem's rule says by an optimizer of torch's with these options.

    `seen` makes, of weights by name (n, …), the arrays that the law calls its coordinates. The momentum begins with a
    random `push`, for what starts from rest never turns.
    """

    theorem: Any
    make: Callable[[], nn.Module]
    seen: View
    optimizer: Callable[..., torch.optim.Optimizer]
    options: Mapping[str, Any]
    steps: tuple[float, ...] = steps
    push: float = 0.0
    still: Mapping[str, Any] = field(default_factory=dict)

    def record(self, peak: float) -> Record:
        """What the kernels of the theorem's laws take, along the training from a learning rate on."""
        torch.set_num_threads(1)
        told, numbers = zip(*self._steps(self.make(), peak), strict=True)
        paths = {x: {name: np.stack([step[name][x] for step in told]) for name in told[0]} for x in _letters(told[0])}
        paths[theta.old] = {name: np.concatenate([path[:1], path[:-1]]) for name, path in paths[theta].items()}
        beside = {name: np.array([[step[name]] for step in numbers]) for name in numbers[0]}
        return Record.of(peak, np.arange(STEPS), {**self._called(paths), **beside}, self.still)

    def refined(self, step: float) -> Record:
        """What the kernels of the laws in continuous time take: training on all digits, over the same time.

        The step h refines time alone: η = h² and β = 1 − h, so that the friction stays, or η = h without momentum.
        """
        torch.set_num_threads(1)
        network = self.make()
        optimizer = self.optimizer(network.parameters(), **{**self.options, **self._fine(step)})
        set_off(optimizer, network.parameters(), -self.push / step)
        told = [copied(network)]
        for _ in range(round(SPAN / step)):
            descend(network, optimizer)
            told.append(copied(network))
        paths = self.seen({name: np.stack([weights[name] for weights in told]) for name in told[0]})
        numbers = Group(self.theorem.rule, (), optimizer.param_groups[0], {}).values()
        pace = kernel({"step": self.theorem.rule.mechanics.step})
        time = pace(**kernel_arguments(pace, numbers))["step"] * np.arange(len(told))
        return Record.along(step, time, paths, {**numbers, **self.still})

    def _fine(self, step: float) -> Mapping[str, float]:
        """The hyper-parameters of a fine run."""
        return {"lr": step**2, "momentum": 1 - step} if "momentum" in self.options else {"lr": step}

    def _steps(self, network: nn.Module, peak: float) -> Iterator[tuple[Told, Mapping[str, float]]]:
        """The letters of every step, and the numbers of the hyper-parameters at it."""
        named = {name: p for name, p in network.named_parameters() if name in self.seen.names}
        optimizer = self.optimizer(network.parameters(), lr=peak, **self.options, **self._way(peak))
        (live,) = optimizer.param_groups
        group = Group(self.theorem.rule, tuple(named.values()), live, optimizer.state)
        if self.push:
            set_off(optimizer, network.parameters(), self.push)
        for step, _ in enumerate(batches(network, STEPS)):
            live["lr"] = peak * cosine(step)
            before = {name: group.before(p) for name, p in named.items()}
            optimizer.step()
            told = {name: group.between(before[name], p.grad, group.before(p), step) for name, p in named.items()}
            yield told, {"k": step, **self._numbers(group, peak)}

    def _numbers(self, group: Group, peak: float) -> Mapping[str, float]:  # noqa: ARG002 - a schedule has a peak
        """What the hyper-parameters of the rule are at a step."""
        return group.values()

    def _way(self, peak: float) -> Mapping[str, bool]:
        """The way of this step size, where the optimizer has ways."""
        way = WAYS[self.steps.index(peak)]
        return way if {*way} <= {*signature(self.optimizer).parameters} else {}

    def _called(self, paths: Mapping[Letter, Weights]) -> Weights:
        """Every letter of every coordinate, by the name that the law's kernel knows."""
        frame = Frame(self.theorem.symmetry, self.theorem.rule.positions)
        coordinates = {q.stem: q for q in frame.generator.components}
        seen = {x: self.seen(path) for x, path in paths.items()}
        return {str(frame.block(x, coordinates[q])): array for x, told in seen.items() for q, array in told.items()}


class Scheduled(Training):
    """The same of a rule that knows the schedule itself, and has for its η the peak."""

    def _numbers(self, group: Group, peak: float) -> Mapping[str, float]:
        return {**group.values(), "eta": peak}


def cosine(step: int) -> float:
    """The share of the learning rate that is left at a step."""
    return (1 + cos(pi * step / STEPS)) / 2


def batches(network: nn.Module, count: int) -> Iterator[float]:
    """The loss on each of some minibatches, its gradients made."""
    (pixels, classes), dice = digits(), torch.Generator().manual_seed(seed())
    for _ in range(count):
        drawn = torch.randint(len(pixels), (BATCH,), generator=dice)
        network.zero_grad()
        loss = nn.functional.cross_entropy(network(pixels[drawn]), classes[drawn])
        loss.backward()
        yield float(loss.detach())


def _letters(told: Told) -> tuple[Letter, ...]:
    return tuple(next(iter(told.values())))
