"""A network of two normalised layers, trained freely, at fixed norms, and at those with the growth of r given back.

Filters are rows. Freely and at fixed norms it is torch's own SGD, in the second with every filter put back to its first
length after each step. Given back, filters of length one move by a `SphereRule`, which holds r apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from numeric._digits import digits
from numeric._networks import CLASSES, PIXELS
from symlag.kernels.array_function import kernel
from symlag.optimizers.scale_invariant_weights import SphereRule

WIDTH, BATCH, STEPS, TRAINED = 32, 64, 350, 1297


@dataclass(frozen=True)
class Rates:
    """Learning rate η, momentum β, weight decay λ."""

    eta: float
    beta: float = 0.9
    decay: float = 5e-4

    @property
    def arrays(self) -> dict[str, float]:
        """What kernels take of it."""
        return {"eta": self.eta, "beta": self.beta, "lambda_": self.decay}

    def sgd(self, weights: Any) -> torch.optim.SGD:
        """Torch's own."""
        return torch.optim.SGD(weights, self.eta, self.beta, weight_decay=self.decay)


@dataclass(frozen=True)
class Trained:
    """The loss at every step, and the share of unseen digits that are told right."""

    losses: Any
    accuracy: float


def free(rates: Rates, seed: int) -> Trained:
    """Training by SGD."""
    network = _network(seed)
    return _trained(network, seed, rates.sgd(network.parameters()).step)


def fixed(rates: Rates, seed: int) -> Trained:
    """The same, and each filter has its first length again after every step."""
    network = _network(seed)
    filters, optimizer = _filters(network), rates.sgd(network.parameters())
    lengths = [_lengths(weight) for weight in filters]

    def step() -> None:
        optimizer.step()
        for weight, length in zip(filters, lengths, strict=True):
            weight.data *= length / _lengths(weight)

    return _trained(network, seed, step)


def given_back(rates: Rates, seed: int, sphere: SphereRule) -> Trained:
    """Training of filters of length one, their r and what it does to the rates held apart."""
    network = _network(seed)
    layers = [Rolled(weight, sphere, rates) for weight in _filters(network)]
    turned = {id(layer.u) for layer in layers}
    optimizer = rates.sgd([weight for weight in network.parameters() if id(weight) not in turned])

    def step() -> None:
        optimizer.step()
        for layer in layers:
            layer.roll()

    return _trained(network, seed, step)


class Rolled:
    """Filters u of length one, the n = rv of their momentum sum, and G = r⁴."""

    def __init__(self, weight: nn.Parameter, sphere: SphereRule, rates: Rates) -> None:
        (v,) = sphere.buffers
        parts = {"y": sphere.update, "n": sphere.buffers[v]}
        self.shares = kernel(
            {f"{name}_{x}": share for name, part in parts.items() for x, share in part.items()}, "torch"
        )
        self.rates, self.u, self.n = rates.arrays, weight, torch.zeros_like(weight)
        self.G = _lengths(weight) ** 4
        weight.data /= _lengths(weight)

    def roll(self) -> None:
        """Turn by one step."""
        known = {"G": self.G, **self.rates}
        shares = self.shares(**{name: known[name] for name in self.shares.inputs})
        letters = {"theta": self.u.data, "g": cast("Tensor", self.u.grad), "v": self.n}
        y, n = (sum(shares[f"{name}_{x}"] * letter for x, letter in letters.items()) for name in "yn")
        length = _lengths(y)
        self.u.data, self.n, self.G = y / length, length * n, self.G * length**4


def _trained(network: nn.Module, seed: int, step: Callable[[], object]) -> Trained:
    """The minibatches of a training, a step after each."""
    torch.set_num_threads(1)
    (pixels, classes), dice = digits(), torch.Generator().manual_seed(seed)
    order, losses = torch.randperm(len(classes), generator=dice), list[float]()
    for _ in range(STEPS):
        drawn = order[torch.randint(TRAINED, (BATCH,), generator=dice)]
        network.zero_grad()
        loss = nn.functional.cross_entropy(network(pixels[drawn]), classes[drawn])
        loss.backward()
        losses.append(float(loss.detach()))
        step()
    unseen = order[TRAINED:]
    right = network.eval()(pixels[unseen]).argmax(1) == classes[unseen]
    return Trained(np.array(losses), float(right.double().mean()))


def _network(seed: int) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        hidden = (_normalised(PIXELS), _normalised(WIDTH))
        return nn.Sequential(*hidden, nn.Linear(WIDTH, CLASSES)).double()


def _normalised(inputs: int) -> nn.Module:
    norm = nn.BatchNorm1d(WIDTH, eps=1e-30)  # torch refuses 0, and 1e−5 breaks the symmetry
    return nn.Sequential(nn.Linear(inputs, WIDTH, bias=False), norm, nn.ReLU())


def _filters(network: nn.Module) -> list[nn.Parameter]:
    return [weight for name, weight in network.named_parameters() if name.endswith("0.weight")]


def _lengths(rows: Tensor) -> Tensor:
    return rows.detach().norm(dim=1, keepdim=True)
