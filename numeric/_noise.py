"""Training by torch's own SGD on random minibatches, at any learning rate and momentum.

Where every step draws afresh, gradients know little of each other, and the velocity to go by is that of the step to
come, ẇ = (w′ − w)/η = −v′: a central difference loses half of what is new in it. Where a minibatch is held for a fixed
stretch of time, the run goes to a solution of the equation of motion as its step is refined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from numeric._digits import digits
from numeric._networks import normalised
from symlag.trials import seed


@dataclass(frozen=True)
class Descent:
    """How to train: learning rate η, momentum β, decay λ, minibatches of a size held for some steps, and all steps."""

    eta: float
    beta: float
    decay: float
    batch: int
    steps: int
    held: int = 1

    @classmethod
    def refined(cls, step: float, decay: float, batch: int, span: float, held: float = 0.0) -> Descent:
        """η = h² and β = 1 − h over a span of the time hk: of unit friction at any step h."""
        return cls(step**2, 1 - step, decay, batch, round(span / step), max(1, round(held / step)))

    @property
    def arrays(self) -> dict[str, float]:
        """What the kernel of a law takes of it."""
        return {"eta": self.eta, "beta": self.beta, "lambda_": self.decay}

    @property
    def time(self) -> Any:
        """The instants ηk, (steps + 1,)."""
        return self.eta * np.arange(self.steps + 1)


@dataclass(frozen=True)
class Norms:
    """Of every filter at each step, (steps, filters): |w|², |∇f|², |v′|² of the momentum sum, |u′ − u|², ⟨v′, w′⟩."""

    descent: Descent
    square: Any
    gradient: Any
    momentum: Any
    chord: Any
    charge: Any

    @property
    def force(self) -> Any:
        """|ĝ|² = |w|²|∇f|², of the gradient on the sphere."""
        return self.square * self.gradient

    @property
    def persistence(self) -> Any:
        """χ = (1−β)²|v′|²/|∇f|² at every step; its average says nothing, for a gradient may be near to zero."""
        return (1 - self.descent.beta) ** 2 * self.momentum / self.gradient


@cache
def norms(descent: Descent) -> Norms:
    """What becomes of the filters before a batch normalisation."""
    network = normalised()
    weight = next(network.parameters())
    rows = list(_along(weight, training(network, descent)))
    return Norms(descent, *np.moveaxis(np.array(rows), 1, 0))


@cache
def path(make: Callable[[], nn.Module], descent: Descent) -> Mapping[str, Any]:
    """The weights of a network, by name (steps + 1, …)."""
    network = make()
    copies = [_copy(network), *(_copy(network) for _ in training(network, descent))]
    return {name: np.stack([copy[name] for copy in copies]) for name in copies[0]}


def training(network: nn.Module, descent: Descent) -> Iterator[torch.optim.SGD]:
    """The optimizer after each step."""
    torch.set_num_threads(1)
    optimizer = torch.optim.SGD(network.parameters(), descent.eta, descent.beta, weight_decay=descent.decay)
    for pixels, classes in _drawn(descent):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(pixels), classes).backward()
        optimizer.step()
        yield optimizer


def _drawn(descent: Descent) -> Iterator[tuple[Tensor, Tensor]]:
    """The minibatch of every step."""
    pixels, classes = digits()
    dice = torch.Generator().manual_seed(seed())
    for start in range(0, descent.steps, descent.held):
        drawn = torch.randint(len(pixels), (descent.batch,), generator=dice)
        yield from repeat((pixels[drawn], classes[drawn]), min(descent.held, descent.steps - start))


def _along(weight: Tensor, run: Iterator[torch.optim.SGD]) -> Iterator[list[Any]]:
    """The rows of `Norms`, a step each."""
    before = weight.detach().clone()
    for optimizer in run:
        after = weight.detach().clone()
        g, v = cast("Tensor", weight.grad), optimizer.state[weight]["momentum_buffer"]
        turn = nn.functional.normalize(after) - nn.functional.normalize(before)
        pairs = ((before, before), (g, g), (v, v), (turn, turn), (v, after))
        yield [(a * b).sum(1).numpy() for a, b in pairs]
        before = after


def _copy(network: nn.Module) -> dict[str, Any]:
    return {name: weight.detach().numpy().copy() for name, weight in network.named_parameters()}
