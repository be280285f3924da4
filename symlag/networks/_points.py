"""Random parameters that take one byte each, and are numbers of float64 where they are asked for.

Whole numbers are as generic as real ones: what holds identically is all that holds at enough of them (Schwartz and
Zippel), and a large model then fits in memory again and again.

>>> point = drawn({"w": torch.zeros(2, 400)}, Generator().manual_seed(0))
>>> point["w"].dtype, point["w"].shape, round(float(point["w"].norm()))
(torch.float64, torch.Size([2, 400]), 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

SPREAD = (128**2 - 1) ** 0.5 / 3**0.5  # of the odd numbers from −127 to 127


@dataclass(frozen=True)
class Point(Mapping[str, Tensor]):
    """Random parameters: of order 1/√(fan in), and vectors about what they are given as, so that units stay alive."""

    given: Mapping[str, Tensor]
    noise: Mapping[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        given, noise = self.given[name], self.noise[name].double()
        if given.ndim > 1:
            return noise.mul_(1 / SPREAD / given[0].numel() ** 0.5)
        return given.double() + noise / SPREAD / 2

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)


def drawn(given: Mapping[str, Tensor], generator: Generator) -> Point:
    """A random point near given parameters."""
    return Point(given, {name: _odd(tensor, generator) for name, tensor in given.items()})


def together(given: Mapping[str, Tensor], count: int, generator: Generator) -> Point:
    """Random points near given parameters, (count, …)."""
    return Point(given, {name: _odd(tensor.expand(count, *tensor.shape), generator) for name, tensor in given.items()})


def _odd(like: Tensor, generator: Generator) -> Tensor:
    """Odd numbers of one byte, of the shape of a tensor."""
    words = torch.empty(-(-like.numel() // 8), dtype=torch.int64).random_(-(2**63), None, generator=generator)
    return (words.view(torch.int8)[: like.numel()] | 1).reshape(like.shape).to(like.device)
