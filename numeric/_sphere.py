"""SGD on filters before a batch normalisation beside RMSProp on their directions: the same training, step by step.

Both updates on the sphere are those of a `SphericalRMSProp`; the layers behind the filters train by SGD in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor, nn

from numeric._networks import normalised
from numeric._recorded_optimizers import batches
from symlag.kernels.array_function import kernel
from symlag.optimizers.scale_invariant_weights import SQUARED_GRADIENT, SphericalRMSProp

RATE, DECAY, STEPS = 0.1, 0.02, 200


def apart(rule: SphericalRMSProp) -> float:
    """By how much the losses of the two trainings differ at most, the second by a rule on the sphere."""
    torch.set_num_threads(1)
    return max(abs(first - second) for first, second in zip(by_descent(), by_rmsprop(rule), strict=True))


def first_order(rule: SphericalRMSProp) -> SphericalRMSProp:
    """The rule whose average of squared gradients goes without their square, S² in G'."""
    S, full = SQUARED_GRADIENT, rule.accumulator
    return replace(rule, accumulator=full.coeff(S, 0) + S * full.coeff(S, 1))


def by_descent() -> Iterator[float]:
    """The loss before every step of torch's SGD."""
    network = normalised()
    optimizer = torch.optim.SGD(network.parameters(), RATE, weight_decay=DECAY)
    for loss in batches(network, STEPS):
        optimizer.step()
        yield loss


def by_rmsprop(rule: SphericalRMSProp) -> Iterator[float]:
    """The loss before every step where filters of length one move by RMSProp on the sphere."""
    network, made = normalised(), kernel({"rate": rule.rate, "next": rule.accumulator}, "torch")
    u, *others = network.parameters()
    G = _square(u.detach()) ** 2
    optimizer = torch.optim.SGD(others, RATE, weight_decay=DECAY)
    u.data = nn.functional.normalize(u.data)
    for loss in batches(network, STEPS):
        optimizer.step()
        slope = cast("Tensor", u.grad)
        told = made(G=G, S=_square(slope), eta=RATE, lambda_=DECAY)
        u.data = nn.functional.normalize(u.data - told["rate"] * slope)
        G = told["next"]
        yield loss


def _square(vectors: Tensor) -> Tensor:
    return vectors.square().sum(1, keepdim=True)
