"""Modules with planted symmetries, and the parts that they are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

EPS = 1e-30


@dataclass(frozen=True)
class Planted:
    """A module with its symmetries: their dimensions by kind, and why they are there.

    `unexplained` counts directions that leave the loss alone and are no symmetry searched, `redundant` the generators
    beyond those that are independent at a point.
    """

    name: str
    model: Callable[[], nn.Module]
    loss: Callable[..., Tensor]
    batch: Callable[[], Any]
    kinds: dict[str, int]
    reason: str
    unexplained: int = 0
    redundant: int = 0

    @property
    def dimension(self) -> int:
        """The number of generators."""
        return sum(self.kinds.values())


class Function(nn.Module):
    """A module of named parts and a function of them and the input."""

    def __init__(self, function: Callable[..., Tensor], **parts: nn.Module | Tensor) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *x: Tensor) -> Tensor:
        return self.function(self, *x)


def numbers(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def tokens(high: int, *shape: int) -> Tensor:
    drawn = torch.randint(0, high, shape, generator=torch.Generator().manual_seed(1))
    drawn.view(-1)[:high] = torch.arange(high)
    return drawn


def regression(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Callable[[], Any]:
    return lambda: (numbers(*inputs), numbers(*outputs))


def classes(inputs: tuple[int, ...], count: int) -> Callable[[], Any]:
    return lambda: (numbers(*inputs), tokens(count, inputs[0]))


def parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(*shape))


def rms(x: Tensor) -> Tensor:
    return x / (x.square().mean(-1, keepdim=True) + EPS).sqrt()


def heads(x: Tensor, count: int) -> Tensor:
    return x.unflatten(-1, (count, -1)).transpose(-2, -3)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return scaled_dot_product_attention(q, k, v).transpose(-2, -3).flatten(-2)


def rotary(x: Tensor, half: bool) -> Tensor:
    """Rotary position embedding, of pairs (2j, 2j + 1), or (j, j + w/2)."""
    shape = (2, -1) if half else (-1, 2)
    pair = x.unflatten(-1, shape)
    a, b = pair.unbind(-2 if half else -1)
    angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] / (1 + torch.arange(a.shape[-1], dtype=x.dtype))
    c, s = angle.cos(), angle.sin()
    return torch.stack([a * c - b * s, a * s + b * c], dim=-2 if half else -1).flatten(-2)


def linear(i: int, o: int, bias: Any = None) -> nn.Linear:
    return nn.Linear(i, o, bias=bool(bias))


def chain(*parts: nn.Module) -> Callable[[], nn.Module]:
    return lambda: nn.Sequential(*parts)
