"""What the noise of minibatches does to rescale charges: of a network of ReLU units, and of a pair of two numbers.

Minibatches are those of shuffled epochs over N digits: the mean of their gradients is ∇L, their covariance
Σ/S·(N − S)/(N − 1).
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, grad, vmap

from numeric._digits import digits
from numeric._networks import rectified
from numeric._recorded_optimizers import batches

TRAINED, EPOCHS = 150, 60
RATE, BATCH, STEPS, PAIRS = 0.1, 4, 3000, 50


class Drift(NamedTuple):
    """⟨g, Ag⟩ of every unit: the mean over minibatches, what it should be, and what of that is no noise."""

    measured: Any
    predicted: Any
    noiseless: Any


def drift(size: int, seed: int) -> Drift:
    """Of minibatches of a size, in the course of training."""
    dice, sides = np.random.default_rng(seed), slopes()
    N = len(sides[0])
    epochs = (dice.permutation(N)[: N // size * size].reshape(-1, size) for _ in range(EPOCHS))
    measured = np.mean([_balance(*(side[drawn].mean(1) for side in sides)).mean(0) for drawn in epochs], axis=0)
    mean = [side.mean(0) for side in sides]
    full = _balance(*mean)
    noise = _balance(*(side - middle for side, middle in zip(sides, mean, strict=True))).mean(0)
    return Drift(measured, full + noise / size * (N - size) / (N - 1), full)


@cache
def slopes() -> tuple[Any, Any]:
    """The gradients of every digit's loss by what goes into each unit (digits, units, …), and what comes out of it."""
    torch.set_num_threads(1)
    network, (pixels, classes) = rectified(), digits()
    optimizer = torch.optim.SGD(network.parameters(), RATE)
    for _ in batches(network, TRAINED):
        optimizer.step()
    at = {name: p.detach() for name, p in network.named_parameters()}

    def loss(weights: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(functional_call(network, weights, (x[None],)), y[None])

    g = vmap(grad(loss), (None, 0, 0))(at, pixels, classes)
    into = torch.cat([g["0.weight"], g["0.bias"][..., None]], -1)
    return into.numpy(), g["2.weight"].mT.numpy()


class Balance(NamedTuple):
    """Q = u² − v² by its first value, (steps,), in the geometric mean of many pairs: measured, and by the law.

    The law is taken in the mean over minibatches, once with their noise and once without.
    """

    measured: Any
    predicted: Any
    noiseless: Any


def balance(seed: int) -> Balance:
    """Pairs of f = (uvx − y)²/2, x the ink of a digit and y whether it is odd, both standardized.

    With s = ∂f/∂(uv) of a minibatch g is (vs, us), so that ⟨g, Ag⟩ = −s²Q, and E s² = s̄² + var(s)/S.
    """
    (pixels, classes), dice = digits(), np.random.default_rng(seed)
    x, y = (_standard(a.numpy().astype(float)) for a in (pixels.sum(1), classes % 2))
    u, v = np.full((2, PAIRS), [[1.5], [0.3]])
    rows: list[Any] = []
    for drawn in dice.integers(len(x), size=(STEPS, PAIRS, BATCH)):
        mean, square = _moments(u * v, x, y)
        rows.append([np.log(u**2 - v**2), RATE**2 * mean**2, RATE**2 * (square - mean**2) / BATCH])
        push = (((u * v)[:, None] * x[drawn] - y[drawn]) * x[drawn]).mean(1)
        u, v = u - RATE * v * push, v - RATE * u * push
    height, slope, noise = np.array(rows).mean(-1).T
    return Balance(np.exp(height - height[0]), np.exp(-np.cumsum(slope + noise)), np.exp(-np.cumsum(slope)))


def _moments(w: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The means over all digits of s = (wx − y)x and of s², for each w."""
    mean = w * (x**2).mean() - (x * y).mean()
    return mean, w**2 * (x**4).mean() - 2 * w * (x**3 * y).mean() + (x**2 * y**2).mean()


def _balance(into: Any, out: Any) -> Any:
    """⟨g, Ag⟩ = |g_u|² − |g_v|², (…, units)."""
    return (into**2).sum(-1) - (out**2).sum(-1)


def _standard(values: Any) -> Any:
    return (values - values.mean()) / values.std()
