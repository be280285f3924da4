"""Gradients at many random points at once, or one after another where a model does not let itself be batched.

>>> from symlag.networks.problem import pose
>>> problem = pose(torch.nn.Linear(2, 1), torch.nn.functional.mse_loss, (torch.ones(4, 2), torch.ones(4, 1)))
>>> points, gradients = random_gradients(problem, range(5))
>>> {name: tuple(G.shape) for name, G in gradients.items()}
{'weight': (5, 1, 2), 'bias': (5, 1)}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from warnings import catch_warnings

import torch
from torch import Generator, Tensor
from torch.func import grad, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from symlag.networks.batches import leaves, map_tensors, random_batches, select
from symlag.networks.padding import embeddings_with_padding
from symlag.networks.parameter_substitution import Tensors
from symlag.networks.problem import Problem
from symlag.networks.validate import require_finite

AT_ONCE = 250_000  # numbers of points and batches: more are not faster, and activations take memory
REFUSED = (RuntimeError, NotImplementedError, ValueError, TypeError)  # what vmap raises where it cannot follow

Value = Callable[[Tensors, Sequence[Tensor], Tensors], Tensor]  # of a point, a batch and buffers
Way = Callable[[Value, Tensors, Sequence[Tensor], Tensors], Tensors]


def random_gradients(problem: Problem, seeds: range) -> tuple[Tensors, Tensors]:
    """As many random points as seeds, and the gradients there on random batches, both along a first axis."""
    generator = Generator().manual_seed(seeds.start)
    points = dict(problem.random_parameters(generator, count=(len(seeds),)))
    return points, gradients_at(problem, points, random_batches(problem.batch, len(seeds), generator))


def gradients_at(problem: Problem, points: Tensors, batches: Any) -> Tensors:
    """The gradients at points on as many batches, all along a first axis."""
    # In the gradient of a sum the rows of padding of embeddings are not zero, as they are for one loss alone.
    ways: tuple[Way, ...] = (_of_each,) if embeddings_with_padding(problem.model) else (_of_sum, _of_each)
    for way in ways:
        with suppress(*REFUSED):
            return _batched(problem, points, batches, way)
    return _one_by_one(problem, points, batches)  # a model that branches on values, or holds an operation of its own


def _batched(problem: Problem, points: Tensors, batches: Any, way: Way) -> Tensors:
    def value(point: Tensors, parts: Sequence[Tensor], buffers: Tensors) -> Tensor:
        rest = iter(parts)
        return problem.value({**point, **buffers}, map_tensors(lambda _: next(rest), batches)).sum() / problem.unit

    count, cut = _count(points), problem.clip / problem.unit
    buffers = {name: b.expand(count, *b.shape) for name, b in problem.model.named_buffers()}
    some = max(1, AT_ONCE // (problem.size + sum(map(Tensor.numel, leaves(problem.batch)))))
    slices = [slice(first, first + some) for first in range(0, count, some)]
    with sdpa_kernel(SDPBackend.MATH), catch_warnings(action="ignore"):  # of operations that are batched by a loop
        found = [way(value, *select((dict(points), leaves(batches), buffers), part)) for part in slices]
    gradients = {name: torch.cat([G[name] for G in found]).clamp_(-cut, cut) for name in points}
    for name, G in gradients.items():
        require_finite(f"the gradient of {name}", G)
    return gradients


def _of_sum(value: Value, points: Tensors, parts: Sequence[Tensor], buffers: Tensors) -> Tensors:
    """The gradient of the sum of all losses: each loss knows its own point alone, so these are those of each."""
    free = {name: W.detach().requires_grad_() for name, W in points.items()}
    values = vmap(value, randomness="different")(free, parts, buffers)
    gradients = torch.autograd.grad(values.sum(), [*free.values()], allow_unused=True, materialize_grads=True)
    return dict(zip(free, gradients, strict=True))


def _of_each(value: Value, points: Tensors, parts: Sequence[Tensor], buffers: Tensors) -> Tensors:
    """The gradient of each loss: slower, but it follows RNN, which is one operation only where no gradient is asked."""
    return vmap(grad(value), randomness="different")(points, parts, buffers)


def _one_by_one(problem: Problem, points: Tensors, batches: Any) -> Tensors:
    each = [
        problem.gradients({name: W[i] for name, W in points.items()}, select(batches, i), i)
        for i in range(_count(points))
    ]
    return {name: torch.stack([gradients[name] for gradients in each]) for name in points}


def _count(points: Tensors) -> int:
    return len(next(iter(points.values())))
