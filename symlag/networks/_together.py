"""Gradients of many draws at once, or one after another where a model does not let itself be batched.

>>> from symlag.networks._problem import pose
>>> problem = pose(torch.nn.Linear(2, 1), torch.nn.functional.mse_loss, (torch.ones(4, 2), torch.ones(4, 1)))
>>> points, found = drawn(problem, range(5))
>>> {name: tuple(G.shape) for name, G in found.items()}
{'weight': (5, 1, 2), 'bias': (5, 1)}
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any
from warnings import catch_warnings

import torch
from torch import Generator, Tensor
from torch.func import grad, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from symlag.networks._lift import Tensors
from symlag.networks._points import together
from symlag.networks._problem import Problem, leaves, mapped, redrawn

AT_ONCE = 128  # draws: more are not faster, and their activations take memory
REFUSED = (RuntimeError, NotImplementedError, ValueError, TypeError)  # what vmap raises where it cannot follow


def drawn(problem: Problem, seeds: range) -> tuple[Tensors, Tensors]:
    """Points, and all gradients there on random batches, the draw as first axis."""
    generator = Generator().manual_seed(seeds.start)
    points = dict(together(problem.given, len(seeds), generator))
    return points, gradients(problem, points, [redrawn(problem.batch, generator) for _ in seeds])


def gradients(problem: Problem, points: Tensors, batches: Sequence[Any]) -> Tensors:
    """The gradients at points, (draws, …), on as many batches."""
    try:
        return _at_once(problem, points, batches)
    except REFUSED:  # a model that branches on values, or holds an operation of its own
        return _in_turn(problem, points, batches)


def _at_once(problem: Problem, points: Tensors, batches: Sequence[Any]) -> Tensors:
    def value(point: Tensors, parts: Sequence[Tensor], buffers: Tensors) -> Tensor:
        rest = iter(parts)
        return problem.value({**point, **buffers}, mapped(lambda _: next(rest), batches[0])).sum() / problem.unit

    tensors = [torch.stack(same) for same in zip(*map(leaves, batches), strict=True)]
    buffers = {name: b.expand(len(batches), *b.shape) for name, b in problem.model.named_buffers()}
    with sdpa_kernel(SDPBackend.MATH), catch_warnings(action="ignore"):  # of operations that are batched by a loop
        found = vmap(grad(value), randomness="different", chunk_size=AT_ONCE)(dict(points), tensors, buffers)
    cut = problem.clip / problem.unit
    return found if cut == inf else {name: G.clamp(-cut, cut) for name, G in found.items()}


def _in_turn(problem: Problem, points: Tensors, batches: Sequence[Any]) -> Tensors:
    each = [
        problem.at({name: W[i] for name, W in points.items()}, batch, i).gradients for i, batch in enumerate(batches)
    ]
    return {name: torch.stack([found[name] for found in each]) for name in points}
