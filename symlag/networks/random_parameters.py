"""Random parameters that take no memory: each tensor is drawn from a seed of its own whenever it is asked for.

The numbers drawn are odd integers of one byte, scaled. A polynomial identity that holds at one random point of a grid
of N values holds everywhere but with probability degree/N (Schwartz and Zippel), so that over a few draws such numbers
are as generic as normal ones, and they are drawn faster.

>>> point = random_parameters({"w": torch.zeros(2, 400)}, Generator().manual_seed(0))
>>> point["w"].dtype, point["w"].shape, round(float(point["w"].norm()))
(torch.float64, torch.Size([2, 400]), 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf, prod

import torch
from torch import Generator, Tensor

SPREAD = (128**2 - 1) ** 0.5 / 3**0.5  # the standard deviation of the odd numbers from −127 to 127


@dataclass(frozen=True)
class RandomParameters(Mapping[str, Tensor]):
    """A random point: matrices of order 1/√(fan in), and vectors about the given ones, so that units stay alive.

    Where `near` is a number, all tensors are within about this share of their size from the given ones. Each has the
    axes `count` in front, and is drawn anew for whoever asks for it; its one row in `zero_rows` is zero.
    """

    given: Mapping[str, Tensor]
    seeds: Mapping[str, int]
    near: float = inf
    count: tuple[int, ...] = ()
    zero_rows: Mapping[str, int] = field(default_factory=dict[str, int])

    def __getitem__(self, name: str) -> Tensor:
        given = self.given[name]
        W = _odd_bytes((*self.count, *given.shape), self.seeds[name]).to(given.device).double()
        size = 1 / given[0].numel() ** 0.5 if given.ndim > 1 else 0.5
        if self.near < inf:
            own = float(torch.linalg.vector_norm(given)) / given.numel() ** 0.5
            W.mul_(self.near * (own or size) / SPREAD).add_(given)
        else:
            W.mul_(size / SPREAD)
            if given.ndim <= 1:
                W.add_(given)
        if name in self.zero_rows:
            W.select(len(self.count), self.zero_rows[name]).zero_()
        return W

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)


def random_parameters(given: Mapping[str, Tensor], generator: Generator, near: float = inf) -> RandomParameters:
    """A random point in the space of given parameters, near these if told so."""
    seeds: list[int] = torch.randint(2**32, (len(given),), generator=generator).tolist()
    return RandomParameters(given, dict(zip(given, seeds, strict=True)), near)


def _odd_bytes(shape: tuple[int, ...], seed: int) -> Tensor:
    """Random odd numbers of one byte: eight of them are drawn at once, as one word."""
    size = prod(shape)
    words = torch.empty(-(-size // 8), dtype=torch.int64)
    words.random_(-(2**63), None, generator=Generator().manual_seed(seed))
    return words.view(torch.int8)[:size].bitwise_or_(1).reshape(shape)
