"""What the symmetries found of a model conserve, as differentials at one point.

Generators ξ = Aθ + b with symmetric A conserve ½⟨θ, Aθ⟩ + ⟨b, θ⟩ in gradient flow; with skew A they conserve e^t⟨ξ, θ̇⟩
with momentum, and for A = 0 also ⟨b, θ̇ + θ⟩. Whether A is symmetric or skew shows at random points: ⟨Ax, y⟩ = ±⟨Ay, x⟩.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Generator, Tensor

from symlag.networks.counting.control_fields import Descent, Motion
from symlag.networks.result.found import Found
from symlag.networks.search.null_space import compressed
from symlag.networks.symmetry import fields

ROUND_OFF = 1e-9  # of generators and points of order one


def differentials(found: Found, system: Descent) -> Tensor:
    """Differentials of conserved functions at the start of a system, one a row, on its columns."""
    spaces = _Generators(found, system)
    if isinstance(system, Motion):
        return _with_momentum(spaces, system)
    return spaces.turned(1) @ spaces.at(system.start)


def _with_momentum(spaces: _Generators, system: Motion) -> Tensor:
    """Of e^t⟨Aθ + b, θ̇⟩, and of ⟨b, θ̇ + θ⟩, at t = 0."""
    theta, v = system.start.chunk(2)
    skew, still = spaces.turned(-1), spaces.still()
    xi, Av, b = skew @ spaces.at(theta), skew @ spaces.linear(v), still @ spaces.at(theta)
    return torch.cat([torch.cat([-Av, xi, (xi @ v)[:, None]], 1), torch.cat([b, b, b.new_zeros(len(b), 1)], 1)])


class _Generators:
    """All generators found, as a linear space of affine vector fields."""

    def __init__(self, found: Found, system: Descent) -> None:
        self.motions, self.system = [symmetry.motion for symmetry in found], system
        self.columns = sum(tensor.numel() for tensor in system.point.values())
        self.zero = self.at(torch.zeros(self.columns, dtype=torch.float64))

    def at(self, theta: Tensor) -> Tensor:
        """The generators at a point, one a row."""
        point: Mapping[str, Tensor] = self.system.named(theta)
        return torch.cat([fields(motion, point) for motion in self.motions] or [theta.new_zeros(0, self.columns)])

    def linear(self, theta: Tensor) -> Tensor:
        """Aθ of each generator."""
        return self.at(theta) - self.zero

    def turned(self, sign: int) -> Tensor:
        """The combinations of generators with Aᵀ = ±A, one a row."""
        points = self._points()
        Ax = torch.stack([self.linear(x) for x in points])
        work = torch.einsum("ikc,jc->kij", Ax, points)
        return _free((work - sign * work.transpose(1, 2)).flatten(1).T)

    def still(self) -> Tensor:
        """The combinations with A = 0: translations."""
        return _free(torch.cat([self.linear(x) for x in self._points()], 1).T)

    def _points(self) -> Tensor:
        """As many random points as give some more equations than there are generators."""
        count = 3 + int((2 * len(self.zero)) ** 0.5)
        return torch.randn(count, self.columns, generator=Generator().manual_seed(0), dtype=torch.float64)


def _free(rows: Tensor) -> Tensor:
    """A basis of what every row annihilates to round-off, one vector a row."""
    if rows.shape[1] == 0:
        return rows.new_zeros(0, 0)
    _, s, vectors = torch.linalg.svd(compressed(rows), full_matrices=True)
    return vectors[int((s > ROUND_OFF).sum()) :]
