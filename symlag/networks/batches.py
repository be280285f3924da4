"""Random batches after a given one: a nest of tuples, lists and dicts of tensors.

Inputs that are whole numbers (tokens, classes) are drawn from those in the given batch, real ones from a normal law
with its mean and spread, those that are never negative uniformly up to the largest, or up to 1. Bits and signs are half
of the time of those given, as masks and labels are, and between them otherwise. Other masks are kept as they are.

>>> batch = torch.tensor([[0.5, 0.25]]), torch.tensor([7, 7, 7]), torch.tensor([0.0, -torch.inf])
>>> x, tokens, mask = redrawn(batch, Generator().manual_seed(0))
>>> bool((x > 0).all() and (x < 1).all()), tokens.tolist(), mask.tolist()
(True, [7, 7, 7], [0.0, -inf])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Generator, Tensor

MASKED = -1e4  # what is added to scores in the place of -∞ is at most this


def redrawn(batch: Any, generator: Generator) -> Any:
    """A random batch of the same shapes and ranges."""
    return nth(several(batch, 1, generator), 0)


def several(batch: Any, count: int, generator: Generator) -> Any:
    """Random batches of the same shapes and ranges, each tensor with one axis more in front."""
    return mapped(lambda tensor: _like(tensor, count, generator), batch)


def nth(batches: Any, n: int | slice) -> Any:
    """One of several batches, or some of them."""
    return mapped(lambda tensor: tensor[n], batches)


def mapped(change: Callable[[Tensor], Tensor], tree: Any) -> Any:
    """The same nest of tuples, lists and dicts with every tensor changed."""
    if isinstance(tree, Tensor):
        return change(tree)
    if isinstance(tree, Mapping):
        return {key: mapped(change, value) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        make = getattr(tree, "_make", type(tree))  # of a named tuple
        return make([mapped(change, value) for value in tree])
    return tree


def leaves(tree: Any) -> list[Tensor]:
    """The tensors of a nest of tuples, lists and dicts."""
    found: list[Tensor] = []
    mapped(lambda tensor: found.append(tensor) or tensor, tree)
    return found


def _like(tensor: Tensor, count: int, generator: Generator) -> Tensor:
    shape = (count, *tensor.shape)
    if tensor.is_complex():
        return torch.view_as_complex(_like(torch.view_as_real(tensor), count, generator))
    if _is_mask(tensor):
        return tensor.expand(shape)
    if not tensor.is_floating_point():
        return _seen(tensor, shape, generator)
    between, low, high = torch.rand(shape, generator=generator, dtype=torch.float64).to(tensor), *tensor.aminmax()
    if low < high and bool((tensor**3 == tensor).all()):  # of -1, 0 and 1
        kept = torch.rand(shape, generator=generator).to(tensor.device) < 0.5
        return torch.where(kept, _seen(tensor, shape, generator), low + (high - low) * between)
    if low >= 0 and (low < high or high <= 1):
        return between * high.clamp(min=1)
    spread = tensor.std() if tensor.numel() > 1 else tensor.new_zeros(())
    normal = torch.randn(shape, generator=generator, dtype=torch.float64).to(tensor)
    return tensor.mean() + normal * torch.where(spread > 0, spread, 1)


def _seen(tensor: Tensor, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Some of the numbers in a tensor."""
    seen = tensor.unique()
    return seen[torch.randint(len(seen), shape, generator=generator).to(seen.device)]


def _is_mask(tensor: Tensor) -> bool:
    """Whether entries say which others count: as bits, by infinities, or by zeros and numbers far below."""
    if tensor.dtype == torch.bool or tensor.numel() == 0 or not bool(tensor.isfinite().all()):
        return True
    far = tensor <= MASKED
    return bool(((tensor == 0) | far).all() and far.any() and not far.all())
