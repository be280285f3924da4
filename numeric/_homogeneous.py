"""Networks whose loss is homogeneous in all their weights, trained by torch's own SGD on the whole of the digits.

The step h refines a run over the same stretch of the time hk of k steps; the time of its record is ηk, the rule's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from numeric._digits import digits
from numeric._networks import CLASSES, PIXELS, seeded
from symlag.learning.continuous_rules import heavy_ball
from symlag.trials import Record

WIDTH, SPAN = 16, 20.0
TINY = 1e-30  # torch refuses 0, and 1e−5 breaks the symmetry


@seeded
def scale_invariant() -> nn.Module:
    """Two layers of weights, each before a batch normalisation: no output feels the length of either."""
    return nn.Sequential(_long(PIXELS, WIDTH), _norm(WIDTH), nn.Tanh(), _long(WIDTH, CLASSES), _norm(CLASSES))


@seeded
def homogeneous() -> nn.Module:
    """A normalised layer and a plain one: the outputs grow as the weights."""
    return nn.Sequential(_long(PIXELS, WIDTH), _norm(WIDTH), nn.Tanh(), nn.Linear(WIDTH, CLASSES, bias=False))


def cross_entropy(network: nn.Module) -> Tensor:
    """The mean cross-entropy over all digits."""
    pixels, classes = digits()
    return nn.functional.cross_entropy(network(pixels), classes)


def unhinged(network: nn.Module) -> Tensor:
    """The mean of what the other classes are given less what the true one is, as proportional to the outputs."""
    pixels, classes = digits()
    outputs = network(pixels)
    return (outputs.mean(1) - outputs.gather(1, classes[:, None])[:, 0]).mean()


@dataclass(frozen=True)
class Descent:
    """SGD with momentum at one step of refinement."""

    step: float
    eta: float
    beta: float
    span: float = SPAN
    decay: float = 0.0

    @classmethod
    def refined(cls, step: float) -> Descent:
        """The one that goes to q̈ + q̇ + ∇f = 0 in the time hk: η = h², β = 1 − h."""
        return cls(step, step**2, 1 - step)

    def record(self, network: nn.Module, loss: Any) -> Record:
        """All weights w as one vector, (n, 1, weights), the loss f, (n, 1), and what the rule says of m and γ."""
        path, losses = self._path(network, loss)
        rule = heavy_ball(self.eta, self.beta, self.decay)
        still = {"eta": self.eta, "m": float(rule.mass), "gamma": float(rule.damping)}
        return Record.along(self.step, self.eta * np.arange(len(losses)), {"w": path, "f": losses}, still)

    def _path(self, network: nn.Module, loss: Any) -> tuple[Any, Any]:
        torch.set_num_threads(1)
        weights, path, losses = [*network.parameters()], list[Any](), list[float]()
        optimizer = torch.optim.SGD(weights, self.eta, self.beta, weight_decay=self.decay)
        for _ in range(round(self.span / self.step) + 1):
            optimizer.zero_grad()
            value = loss(network)
            value.backward()
            path.append(nn.utils.parameters_to_vector(weights).detach().numpy().copy())
            losses.append(value.item())
            optimizer.step()
        return np.array(path)[:, None], np.array(losses)[:, None]


def _long(inputs: int, outputs: int) -> nn.Linear:
    """Weights thrice as long as torch's, which the first steps turn the less."""
    layer = nn.Linear(inputs, outputs, bias=False)
    with torch.no_grad():
        layer.weight *= 3
    return layer


def _norm(width: int) -> nn.Module:
    return nn.BatchNorm1d(width, eps=TINY, affine=False)
