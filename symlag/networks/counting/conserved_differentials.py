"""What the symmetries found of a model conserve, as differentials at one point: their rank bounds the laws from below.

Generators ξ = Aθ + b with symmetric A conserve ½⟨θ, Aθ⟩ + ⟨b, θ⟩ in gradient flow; with skew A they conserve e^t⟨ξ, θ̇⟩
with momentum, and for A = 0 also ⟨b, θ̇ + θ⟩. Whether A is symmetric or skew shows at random points: ⟨Ax, y⟩ = ±⟨Ay, x⟩.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from symlag.networks.counting.control_fields import GradientFlow, MomentumFlow
from symlag.networks.result.found import Found
from symlag.networks.search.null_space import compress_rows

ROUND_OFF = 1e-9  # of generators and points of order one


def conserved_differentials(found: Found, system: GradientFlow) -> Tensor:
    """Differentials of conserved functions at the start of a system, one a row, on its columns."""
    generators = _AffineGenerators(found, system)
    if not isinstance(system, MomentumFlow):
        return generators.combinations_of_parity(1) @ generators.at(system.start)
    # Of e^t⟨Aθ + b, θ̇⟩, and of ⟨b, θ̇ + θ⟩, at t = 0; the last column is that of t.
    theta, v = system.start.chunk(2)
    skew, constant = generators.combinations_of_parity(-1), generators.constant_combinations()
    xi, Av, b = skew @ generators.at(theta), skew @ generators.linear(v), constant @ generators.at(theta)
    return torch.cat([torch.cat([-Av, xi, (xi @ v)[:, None]], 1), torch.cat([b, b, b.new_zeros(len(b), 1)], 1)])


class _AffineGenerators:
    """All generators found, as a linear space of affine vector fields ξ(θ) = Aθ + b."""

    def __init__(self, found: Found, system: GradientFlow) -> None:
        self.families, self.system = [symmetry.family for symmetry in found], system
        self.columns = sum(tensor.numel() for tensor in system.point.values())
        self.b = self.at(torch.zeros(self.columns, dtype=torch.float64))

    def at(self, theta: Tensor) -> Tensor:
        """The generators at a point, one a row."""
        point = self.system.by_name(theta)
        rows = [family.basis_fields(point) for family in self.families]
        return torch.cat(rows) if rows else theta.new_zeros(0, self.columns)

    def linear(self, theta: Tensor) -> Tensor:
        """Aθ of each generator."""
        return self.at(theta) - self.b

    def combinations_of_parity(self, sign: int) -> Tensor:
        """The combinations of generators with Aᵀ = ±A, one a row."""
        points = self._random_points()
        Ax = torch.stack([self.linear(x) for x in points])
        products = torch.einsum("ikc,jc->kij", Ax, points)
        return _null_space((products - sign * products.transpose(1, 2)).flatten(1).T)

    def constant_combinations(self) -> Tensor:
        """The combinations with A = 0: translations."""
        return _null_space(torch.cat([self.linear(x) for x in self._random_points()], 1).T)

    def _random_points(self) -> Tensor:
        """As many random points as give some more equations than there are generators."""
        count = 3 + int((2 * len(self.b)) ** 0.5)
        return torch.randn(count, self.columns, generator=Generator().manual_seed(0), dtype=torch.float64)


def _null_space(rows: Tensor) -> Tensor:
    """The null space of rows whose entries are of order one, or all zero up to round-off; one vector a row."""
    if rows.shape[1] == 0:
        return rows.new_zeros(0, 0)
    _, s, vectors = torch.linalg.svd(compress_rows(rows), full_matrices=True)
    return vectors[int((s > ROUND_OFF).sum()) :]
