"""By how much a symmetry that was found of a network binds its gradient and its Hessian, at random points and batches.

Every figure is relative to what the same product is of a random vector as long as ξ, so that round-off is about 1e−16.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd import grad
from torch.func import functional_call

from numeric._digits import digits
from symlag.networks import Symmetry, symmetries

BATCH, POINTS = 32, 4


class Bound(NamedTuple):
    """|⟨g, ξ⟩| and |Hξ + (Dξ)ᵀg|, both again without a random half of the entries of ξ, and the second without Dξ."""

    gradient: float
    hessian: float
    maimed_gradient: float
    maimed_hessian: float
    hessian_alone: float


def bounds(network: nn.Module, seed: int) -> dict[str, Bound]:
    """For each kind of symmetry found of a network on digits, the greatest of each figure."""
    torch.set_num_threads(1)
    pixels, classes = digits()
    found: dict[str, list[Bound]] = {}
    dice = torch.Generator().manual_seed(seed)
    for symmetry in symmetries(network, nn.functional.cross_entropy, (pixels[:BATCH], classes[:BATCH])):
        found.setdefault(symmetry.kind, []).extend(_bound(network, symmetry, dice) for _ in range(POINTS))
    return {kind: Bound(*map(max, zip(*of, strict=True))) for kind, of in found.items()}


def _bound(network: nn.Module, symmetry: Symmetry, dice: torch.Generator) -> Bound:
    """The figures at a random point, on a random batch, under a random member of a family."""
    theta = torch.cat([torch.randn(p.numel(), generator=dice, dtype=p.dtype) for p in network.parameters()]) / 2
    f, at = _loss(network, theta.requires_grad_(), torch.randint(len(digits()[1]), (BATCH,), generator=dice))
    xi = _flat(at, symmetry.xi(at, torch.randn(symmetry.dimension, generator=dice, dtype=theta.dtype)))
    (g,) = grad(f, theta, create_graph=True)
    turned = grad(xi, theta, g.detach(), retain_graph=True)[0] if xi.requires_grad else torch.zeros_like(theta)
    pushed = lambda v: grad(g, theta, v, retain_graph=True)[0]  # noqa: E731 — Hv
    move, other = xi.detach(), torch.randn(len(theta), generator=dice, dtype=theta.dtype)
    other *= move.norm() / other.norm()
    maimed = move * (torch.rand(len(theta), generator=dice) < 1 / 2)
    size, scale = float(abs(g.detach() @ other)), float(pushed(other).norm())
    along = [float(abs(g.detach() @ v)) / size for v in (move, maimed)]
    across = [float(v.norm()) / scale for v in (pushed(move) + turned, pushed(maimed) + turned, pushed(move))]
    return Bound(along[0], across[0], along[1], across[1], across[2])


def _loss(network: nn.Module, theta: Tensor, drawn: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss on some digits, and the tensors that a vector of all weights is made of."""
    (pixels, classes), at = digits(), dict(zip(dict(network.named_parameters()), _parts(network, theta), strict=True))
    return nn.functional.cross_entropy(functional_call(network, at, (pixels[drawn],)), classes[drawn]), at


def _parts(network: nn.Module, theta: Tensor) -> Iterator[Tensor]:
    shapes = [p.shape for p in network.parameters()]
    return (part.view(shape) for part, shape in zip(theta.split([s.numel() for s in shapes]), shapes, strict=True))


def _flat(at: dict[str, Tensor], move: dict[str, Any]) -> Tensor:
    return torch.cat([move.get(name, torch.zeros_like(p)).flatten() for name, p in at.items()])
