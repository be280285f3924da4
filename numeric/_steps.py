"""Training by torch's own SGD on minibatches under a cosine schedule, every letter of every step kept.

What a step begins with and what it leads to are read off the optimizer, so that a law is held against torch itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import cos, pi
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from numeric._digits import digits
from symlag.discrete.forms import Frame
from symlag.optimizers import Group, from_torch
from symlag.trial import Record

steps = (0.1, 0.05, 0.025)  # the learning rates to begin with
STEPS, BATCH, DECAY = 400, 64, 0.01


@dataclass(frozen=True)
class Steps:
    """Of one parameter, each letter (STEPS, …) by what a law calls it, and each hyper-parameter (STEPS, 1)."""

    peak: float
    letters: Mapping[str, Any]
    numbers: Mapping[str, Any]

    def record(self, seen: Callable[[Any], Any] = lambda letter: letter, **still: Any) -> Record:
        """What the kernels of a law take, its letters `seen` as samples beside each other, and what stands still."""
        moving = {name: seen(letter) for name, letter in self.letters.items()}
        return Record.of(self.peak, np.arange(STEPS), {**moving, **self.numbers}, still)


def descend(network: nn.Module, name: str, frame: Frame, peak: float, momentum: float = 0.9) -> Steps:
    """The steps of one parameter by its name, which a law knows in its frame; the momentum begins at random."""
    torch.set_num_threads(1)
    optimizer = torch.optim.SGD(network.parameters(), peak, momentum, weight_decay=DECAY)
    weight, (group,), (q,) = dict(network.named_parameters())[name], from_torch(optimizer), frame.generator.components
    _set_off(optimizer, weight)
    letters, numbers = zip(*_steps(network, optimizer, group, weight, peak), strict=True)
    seen = {str(frame.block(x, q)): np.stack([step[x].numpy() for step in letters]) for x in letters[0]}
    return Steps(peak, seen, {name: np.array([[step[name]] for step in numbers]) for name in numbers[0]})


def _steps(
    network: nn.Module, optimizer: torch.optim.Optimizer, group: Group, weight: Tensor, peak: float
) -> Iterator[tuple[Mapping[Any, Tensor], Mapping[str, float]]]:
    """The letters of every step, and the numbers of the hyper-parameters at it."""
    (pixels, classes), dice = digits(), torch.Generator().manual_seed(0)
    for step in range(STEPS):
        drawn = torch.randint(len(pixels), (BATCH,), generator=dice)
        optimizer.param_groups[0]["lr"] = peak * (1 + cos(pi * step / STEPS)) / 2
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(pixels[drawn]), classes[drawn]).backward()
        before = group.before(weight)
        optimizer.step()
        yield group.between(before, weight.grad, group.before(weight), step), group.values()


def _set_off(optimizer: torch.optim.Optimizer, weight: Tensor) -> None:
    """Fill the momentum of a weight at random: what starts from rest never turns."""
    dice = torch.Generator().manual_seed(1)
    optimizer.state[weight]["momentum_buffer"] = 0.1 * torch.randn(weight.shape, generator=dice, dtype=weight.dtype)
