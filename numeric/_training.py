"""Training by torch's own SGD on the whole of the digits, every step of it kept.

The step h of a run refines its time alone: with learning rate η = h² and momentum β = 1 − γh, the heavy ball goes to
q̈ + γq̇ + ∇f + λq = 0 in the time hk of k steps, and every run covers the same stretch of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from numeric._digits import digits
from symlag.trials import Record

steps = (0.1, 0.05, 0.025)
SPAN, FRICTION, DECAY = 20.0, 1.0, 0.01


@dataclass(frozen=True)
class Path:
    """The weights of a network, by name (steps + 1, …), at every step of its training."""

    step: float
    weights: Mapping[str, Any]

    def record(self, moving: Mapping[str, Any], **still: Any) -> Record:
        """The record of what a law calls its coordinates, with the rule's η, β and λ, in the rule's time ηk."""
        eta, beta = self.step**2, 1 - FRICTION * self.step
        time = eta * np.arange(len(next(iter(moving.values()))))
        return Record.along(self.step, time, moving, {"eta": eta, "beta": beta, "lambda_": DECAY, **still})


def train(network: nn.Module, step: float, push: float = 0.0) -> Path:
    """The path of a network under SGD with momentum and weight decay; it begins at rest, or with a random push.

    The push is a velocity in the time hk.
    """
    torch.set_num_threads(1)
    optimizer = torch.optim.SGD(network.parameters(), step**2, 1 - FRICTION * step, weight_decay=DECAY)
    set_off(optimizer, network.parameters(), -push / step)
    path = [copied(network)]
    for _ in range(round(SPAN / step)):
        descend(network, optimizer)
        path.append(copied(network))
    return Path(step, {name: np.stack([weights[name] for weights in path]) for name in path[0]})


def descend(network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """One step on all digits."""
    pixels, classes = digits()
    optimizer.zero_grad()
    nn.functional.cross_entropy(network(pixels), classes).backward()
    optimizer.step()


def set_off(optimizer: torch.optim.Optimizer, weights: Iterable[Tensor], size: float) -> None:
    """Fill the momentum buffers at random."""
    dice = torch.Generator().manual_seed(1)
    for weight in weights:
        draw = torch.randn(weight.shape, generator=dice, dtype=weight.dtype)
        optimizer.state[weight]["momentum_buffer"] = size * draw


def copied(network: nn.Module) -> dict[str, Any]:
    """The weights as they are now, by name."""
    return {name: weight.detach().numpy().copy() for name, weight in network.named_parameters()}
