"""Gradients of many draws at once, or one after another where a model does not let itself be batched.

>>> from symlag.networks.problem import pose
>>> problem = pose(torch.nn.Linear(2, 1), torch.nn.functional.mse_loss, (torch.ones(4, 2), torch.ones(4, 1)))
>>> points, found = drawn(problem, range(5))
>>> {name: tuple(G.shape) for name, G in found.items()}
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

from symlag.networks.batches import leaves, mapped, nth, several
from symlag.networks.padding import padded
from symlag.networks.parameter_substitution import Tensors
from symlag.networks.problem import Problem
from symlag.networks.validate import require_finite

AT_ONCE = 250_000  # numbers of points and batches: more are not faster, and activations take memory
REFUSED = (RuntimeError, NotImplementedError, ValueError, TypeError)  # what vmap raises where it cannot follow

Value = Callable[[Tensors, Sequence[Tensor], Tensors], Tensor]  # of a point, a batch and buffers


def drawn(problem: Problem, seeds: range) -> tuple[Tensors, Tensors]:
    """Points, and all gradients there on random batches, the draw as first axis."""
    generator = Generator().manual_seed(seeds.start)
    points = dict(problem.points(len(seeds), generator))
    return points, gradients(problem, points, several(problem.batch, len(seeds), generator))


def gradients(problem: Problem, points: Tensors, batches: Any) -> Tensors:
    """The gradients at points, (draws, …), on as many batches, whose tensors have that axis too."""
    ways = (_of_each,) if padded(problem.model) else (_of_sum, _of_each)  # of a sum rows of padding have a gradient
    for way in ways:
        with suppress(*REFUSED):
            return _at_once(problem, points, batches, way)
    return _in_turn(problem, points, batches)  # a model that branches on values, or holds an operation of its own


def _at_once(problem: Problem, points: Tensors, batches: Any, way: Callable[..., Tensors]) -> Tensors:
    def value(point: Tensors, parts: Sequence[Tensor], buffers: Tensors) -> Tensor:
        rest = iter(parts)
        return problem.value({**point, **buffers}, mapped(lambda _: next(rest), batches)).sum() / problem.unit

    count, cut = _draws(points), problem.clip / problem.unit
    buffers = {name: b.expand(count, *b.shape) for name, b in problem.model.named_buffers()}
    some = max(1, AT_ONCE // (problem.size + sum(map(Tensor.numel, leaves(problem.batch)))))
    every = [slice(first, first + some) for first in range(0, count, some)]
    with sdpa_kernel(SDPBackend.MATH), catch_warnings(action="ignore"):  # of operations that are batched by a loop
        found = [way(value, *nth((dict(points), leaves(batches), buffers), part)) for part in every]
    joined = {name: torch.cat([G[name] for G in found]).clamp_(-cut, cut) for name in points}
    for name, G in joined.items():
        require_finite(f"the gradient of {name}", G)
    return joined


def _of_sum(value: Value, points: Tensors, parts: Sequence[Tensor], buffers: Tensors) -> Tensors:
    """Each loss knows its own point alone, so that the gradient of their sum is that of all."""
    free = {name: W.detach().requires_grad_() for name, W in points.items()}
    values = vmap(value, randomness="different")(free, parts, buffers)
    found = torch.autograd.grad(values.sum(), [*free.values()], allow_unused=True, materialize_grads=True)
    return dict(zip(free, found, strict=True))


def _of_each(value: Value, points: Tensors, parts: Sequence[Tensor], buffers: Tensors) -> Tensors:
    """Slower, but follows what is one operation without gradients and many with them, as RNN is."""
    return vmap(grad(value), randomness="different")(points, parts, buffers)


def _in_turn(problem: Problem, points: Tensors, batches: Any) -> Tensors:
    def gradient(i: int) -> Tensors:
        return problem.at({name: W[i] for name, W in points.items()}, nth(batches, i), i).gradients

    each = [gradient(i) for i in range(_draws(points))]
    return {name: torch.stack([found[name] for found in each]) for name in points}


def _draws(points: Tensors) -> int:
    return len(next(iter(points.values())))
