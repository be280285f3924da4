"""Random batches like a given one: a nest of tuples, lists and dicts of tensors.

Whole numbers (tokens, classes) are drawn from those in the given batch, real ones from a normal distribution with its
mean and spread, those that are never negative uniformly up to the largest, or up to 1. Bits and signs are half of the
time those of the batch, as masks and labels are, and between them otherwise. Other masks are kept as they are.

>>> batch = torch.tensor([[0.5, 0.25]]), torch.tensor([7, 7, 7]), torch.tensor([0.0, -torch.inf])
>>> x, tokens, mask = random_batch(batch, Generator().manual_seed(0))
>>> bool((x > 0).all() and (x < 1).all()), tokens.tolist(), mask.tolist()
(True, [7, 7, 7], [0.0, -inf])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Generator, Tensor

MASKED = -1e4  # what is added to scores in the place of -∞ is at most this


def random_batch(batch: Any, generator: Generator) -> Any:
    """A random batch of the same shapes and ranges."""
    return select(random_batches(batch, 1, generator), 0)


def random_batches(batch: Any, count: int, generator: Generator) -> Any:
    """Random batches of the same shapes and ranges, along a first axis of each tensor."""
    return map_tensors(lambda tensor: _random_like(tensor, count, generator), batch)


def select(batches: Any, n: int | slice) -> Any:
    """One of several batches, or some of them."""
    return map_tensors(lambda tensor: tensor[n], batches)


def map_tensors(change: Callable[[Tensor], Tensor], tree: Any) -> Any:
    """The same nest of tuples, lists and dicts with every tensor changed."""
    if isinstance(tree, Tensor):
        return change(tree)
    if isinstance(tree, Mapping):
        return {key: map_tensors(change, value) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        make = getattr(tree, "_make", type(tree))  # of a named tuple
        return make([map_tensors(change, value) for value in tree])
    return tree


def leaves(tree: Any) -> list[Tensor]:
    """The tensors of a nest of tuples, lists and dicts."""
    found: list[Tensor] = []

    def collect(tensor: Tensor) -> Tensor:
        found.append(tensor)
        return tensor

    map_tensors(collect, tree)
    return found


def _random_like(tensor: Tensor, count: int, generator: Generator) -> Tensor:
    shape = (count, *tensor.shape)
    if tensor.is_complex():
        return torch.view_as_complex(_random_like(torch.view_as_real(tensor), count, generator))
    if _is_mask(tensor):
        return tensor.expand(shape)
    if not tensor.is_floating_point():
        return _resampled(tensor, shape, generator)
    uniform, low, high = torch.rand(shape, generator=generator, dtype=torch.float64).to(tensor), *tensor.aminmax()
    if low < high and bool((tensor**3 == tensor).all()):  # all entries are -1, 0 or 1
        resampled = torch.rand(shape, generator=generator).to(tensor.device) < 0.5
        return torch.where(resampled, _resampled(tensor, shape, generator), low + (high - low) * uniform)
    if low >= 0 and (low < high or high <= 1):
        return uniform * high.clamp(min=1)
    spread = tensor.std() if tensor.numel() > 1 else tensor.new_zeros(())
    normal = torch.randn(shape, generator=generator, dtype=torch.float64).to(tensor)
    return tensor.mean() + normal * torch.where(spread > 0, spread, 1)


def _resampled(tensor: Tensor, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Numbers that are in a tensor, each equally often."""
    values = tensor.unique()
    return values[torch.randint(len(values), shape, generator=generator).to(values.device)]


def _is_mask(tensor: Tensor) -> bool:
    """Whether entries say which others count: as bits, by infinities, or by zeros and numbers far below."""
    if tensor.dtype == torch.bool or tensor.numel() == 0 or not bool(tensor.isfinite().all()):
        return True
    far = tensor <= MASKED
    return bool(((tensor == 0) | far).all() and far.any() and not far.all())
