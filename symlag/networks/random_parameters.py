"""Random parameters that take no memory: a tensor is drawn from a seed of its own, whenever it is asked for.

Whole numbers of one byte are as generic as real ones: what holds identically is all that holds at enough of them
(Schwartz and Zippel), and they are drawn faster than they are made float64.

>>> point = drawn({"w": torch.zeros(2, 400)}, Generator().manual_seed(0))
>>> point["w"].dtype, point["w"].shape, round(float(point["w"].norm()))
(torch.float64, torch.Size([2, 400]), 1)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf, prod

import torch
from torch import Generator, Tensor

SPREAD = (128**2 - 1) ** 0.5 / 3**0.5  # of the odd numbers from −127 to 127


@dataclass(frozen=True)
class Point(Mapping[str, Tensor]):
    """Random parameters: of order 1/√(fan in), and vectors about what they are given as, so that units stay alive.

    Where `near` is a number, all are within about this share of their size from what they are given as. Each has the
    axes `count` in front, and is made anew for whoever asks for it; of some one row, `held`, is zero.
    """

    given: Mapping[str, Tensor]
    seeds: Mapping[str, int]
    near: float = inf
    count: tuple[int, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict[str, int])

    def __getitem__(self, name: str) -> Tensor:
        W = self._drawn(name)
        if name in self.held:
            W.select(len(self.count), self.held[name]).zero_()
        return W

    def _drawn(self, name: str) -> Tensor:
        given = self.given[name]
        noise = _odd((*self.count, *given.shape), self.seeds[name]).to(given.device).double()
        size = 1 / given[0].numel() ** 0.5 if given.ndim > 1 else 0.5
        if self.near < inf:
            own = float(torch.linalg.vector_norm(given)) / given.numel() ** 0.5
            return noise.mul_(self.near * (own or size) / SPREAD).add_(given)
        noise.mul_(size / SPREAD)
        return noise if given.ndim > 1 else noise.add_(given)

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)


def drawn(given: Mapping[str, Tensor], generator: Generator, near: float = inf) -> Point:
    """A random point, near given parameters."""
    return Point(given, _seeds(given, generator), near)


def _seeds(names: Collection[str], generator: Generator) -> dict[str, int]:
    numbers: list[int] = torch.randint(2**32, (len(names),), generator=generator).tolist()
    return dict(zip(names, numbers, strict=True))


def _odd(shape: tuple[int, ...], seed: int) -> Tensor:
    """Random odd numbers of one byte."""
    size = prod(shape)
    words = torch.empty(-(-size // 8), dtype=torch.int64)
    words.random_(-(2**63), None, generator=Generator().manual_seed(seed))
    return words.view(torch.int8)[:size].bitwise_or_(1).reshape(shape)
