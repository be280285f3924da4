"""Training on batches that change at random: the directions into which it can push the parameters at one point.

What is conserved on every batch has a differential at θ₀ that annihilates (DΦ)⁻¹X(Φ(θ₀)), for the field X of any batch
and the flow Φ of any others, one after another. DΦ⁻ᵀ = P is carried along: Ṗ = −(DX)ᵀP, so that PᵀX is the pull-back;
first derivatives of X are enough. These vectors span the whole Lie algebra at θ₀ (Nagano, Sussmann).

The columns are θ in gradient flow, and θ, θ̇, t with momentum, where θ̈ + θ̇ + ∇f = 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from symlag.errors import SymlagError
from symlag.networks.batches import redrawn
from symlag.networks.counting.extrapolation import ORDER, flow
from symlag.networks.parameter_substitution import Tensors
from symlag.networks.problem import Problem
from symlag.networks.symmetry import flat

EXACT = 1e-11  # a flow with a larger estimated error is not believed: it is long, or crosses a kink of ReLU
REACH = 0.4  # of the size of the parameters: how far the flow of one batch goes at most
PROBES = 8  # batches whose fields are pulled back from each point
TRIES = 60


@dataclass(frozen=True)
class Descent:
    """Gradient flow of a problem, from random parameters."""

    problem: Problem
    generator: Generator

    @cached_property
    def point(self) -> Tensors:
        """The parameters from which all flows start."""
        return self.problem.point(self.generator)

    @cached_property
    def start(self) -> Tensor:
        """The point as one vector."""
        return flat(self.point)

    def speed(self, state: Tensor, batch: Any, strength: float) -> tuple[Tensor, Tensor]:
        """The field of a batch, and its derivative."""
        g, H = self._derivatives(state, batch)
        return -strength * g, -strength * H

    def probes(self, state: Tensor) -> Tensor:
        """Fields of random batches, one a row."""
        batches = [redrawn(self.problem.batch, self.generator) for _ in range(PROBES)]
        return torch.stack([self.gradient(state, batch).detach() for batch in batches])

    def size(self, state: Tensor, batch: Any) -> float:
        """How strong the field is, compared with the parameters."""
        return float(self.gradient(state, batch).detach().norm() / self.start.norm())

    def gradient(self, theta: Tensor, batch: Any) -> Tensor:
        """∇f at parameters, of which it is differentiable."""
        leaf = theta if theta.requires_grad else theta.detach().requires_grad_()
        with sdpa_kernel(SDPBackend.MATH):
            value = self.problem.value(self.named(leaf), batch)
        return torch.autograd.grad(value, leaf, create_graph=True)[0]

    def _derivatives(self, theta: Tensor, batch: Any) -> tuple[Tensor, Tensor]:
        leaf = theta.detach().requires_grad_()
        g = self.gradient(leaf, batch)
        units = torch.eye(len(g), dtype=g.dtype)
        if not g.requires_grad:
            return g, torch.zeros_like(units)
        H = torch.autograd.grad(g, leaf, units, is_grads_batched=True, materialize_grads=True, allow_unused=True)[0]
        return g.detach(), H

    def named(self, theta: Tensor) -> Tensors:
        """Parameters by name."""
        parts = theta.split([tensor.numel() for tensor in self.point.values()])
        return {name: part.view_as(t) for part, (name, t) in zip(parts, self.point.items(), strict=True)}


@dataclass(frozen=True)
class Motion(Descent):
    """Descent with momentum, from random parameters and velocities; time is left out of the state."""

    @cached_property
    def start(self) -> Tensor:
        """Parameters and velocities."""
        theta = flat(self.point)
        v = torch.randn(len(theta), generator=self.generator, dtype=theta.dtype) * theta.norm() / len(theta) ** 0.5
        return torch.cat([theta, v])

    def speed(self, state: Tensor, batch: Any, strength: float) -> tuple[Tensor, Tensor]:
        """The drift with the field of a batch, and its derivative."""
        theta, v = state.chunk(2)
        g, H = self._derivatives(theta, batch)
        one, zero = torch.eye(len(v), dtype=v.dtype), torch.zeros_like(H)
        field = torch.cat([v, -v - strength * g])
        return field, torch.cat([torch.cat([zero, one], 1), torch.cat([-strength * H, -one], 1)])

    def probes(self, state: Tensor) -> Tensor:
        """The drift, and fields of random batches, that push velocities."""
        theta, v = state.chunk(2)
        pushes = Descent.probes(self, theta)
        return torch.cat([torch.cat([v, -v])[None], torch.cat([torch.zeros_like(pushes), pushes], 1)])

    def size(self, state: Tensor, batch: Any) -> float:
        """How strong the push is, compared with the velocities."""
        theta, v = state.chunk(2)
        return float(self.gradient(theta, batch).detach().norm() / v.norm())


def pulled_back(system: Descent) -> Iterator[Tensor]:
    """Fields pulled back to the start, from points ever further along a random path; momentum with a column for t."""
    state, time = system.start, REACH
    P = torch.eye(len(state), dtype=state.dtype)
    while True:
        rows = system.probes(state) @ P
        if isinstance(system, Motion):
            rows = torch.cat([rows, torch.eye(len(rows), 1, dtype=rows.dtype)], 1)
        yield rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-300)
        state, P, time = _carried(system, state, P, time)


def _carried(system: Descent, state: Tensor, P: Tensor, time: float) -> tuple[Tensor, Tensor, float]:
    """The state and P after the flow of one random batch, as far as that is smooth, and how far the next may go."""
    n = len(state)
    for _ in range(TRIES):
        batch = redrawn(system.problem.batch, system.generator)
        strength = 1 / max(system.size(state, batch), 1e-300)

        def along(y: Tensor, batch: Any = batch, strength: float = strength) -> Tensor:
            X, DX = system.speed(y[:n], batch, strength)
            return torch.cat([X, -(DX.T @ y[n:].view(n, n)).flatten()])

        backward = float(torch.rand((), generator=system.generator)) < 0.5
        after, error = flow(along, torch.cat([state, P.flatten()]), -time if backward else time)
        reach = time * max(0.1, 0.9 * (EXACT / max(error, 1e-300)) ** (1 / ORDER))  # of an error nan a tenth
        if error < EXACT:
            return after[:n], after[n:].view(n, n), min(reach, REACH)
        time = reach
    raise SymlagError("count_laws(model, …)", "its gradient is not smooth along any batch", "smooth activations")
