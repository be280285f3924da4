"""Training on batches that change at random: the directions in which it can push the parameters at one point.

A function of the parameters that training conserves on every batch is constant on all points that training can reach,
whichever batches come. Its differential at θ₀ annihilates the pull-backs (DΦ)⁻¹X(Φ(θ₀)) of the gradient field X of any
batch by the flow Φ of any others, one after another. DΦ⁻ᵀ = P is carried along: Ṗ = −(DX)ᵀP, so that PᵀX is the
pull-back, and first derivatives of X are enough. The pull-backs span the whole Lie algebra of the fields at θ₀ (Nagano,
Sussmann): the number of columns less their rank bounds the number of laws from above.

The columns are θ in gradient flow θ̇ = −∇f, and θ, θ̇, t with momentum, where θ̈ + θ̇ + ∇f = 0.
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
from symlag.networks.batches import random_batch
from symlag.networks.counting.extrapolated_midpoint import ORDER, integrate
from symlag.networks.generators.families import flatten
from symlag.networks.parameter_substitution import Tensors
from symlag.networks.problem import Problem

EXACT = 1e-11  # a flow with a larger estimated error is not believed: it is long, or crosses a kink of ReLU
REACH = 0.4  # of the size of the parameters: how far the flow of one batch goes at most
PROBES = 8  # batches whose fields are pulled back from each point
TRIES = 60
TINY = 1e-300


@dataclass(frozen=True)
class GradientFlow:
    """Gradient flow of a problem, from random parameters."""

    problem: Problem
    generator: Generator

    @cached_property
    def point(self) -> Tensors:
        """The parameters from which all flows start."""
        return self.problem.random_parameters(self.generator)

    @cached_property
    def start(self) -> Tensor:
        """The state from which all flows start: the parameters as one vector."""
        return flatten(self.point)

    def field(self, state: Tensor, batch: Any, strength: float) -> tuple[Tensor, Tensor]:
        """The field of a batch, and its derivative."""
        g, H = self._gradient_and_hessian(state, batch)
        return -strength * g, -strength * H

    def probes(self, state: Tensor) -> Tensor:
        """Fields of random batches, one a row."""
        batches = [random_batch(self.problem.batch, self.generator) for _ in range(PROBES)]
        return torch.stack([self.gradient(state, batch).detach() for batch in batches])

    def size(self, state: Tensor, batch: Any) -> float:
        """How strong the field is, compared with the parameters."""
        return float(self.gradient(state, batch).detach().norm() / self.start.norm())

    def gradient(self, theta: Tensor, batch: Any) -> Tensor:
        """∇f at parameters, of which it is differentiable."""
        leaf = theta if theta.requires_grad else theta.detach().requires_grad_()
        with sdpa_kernel(SDPBackend.MATH):  # the other kernels of attention have no second derivatives
            value = self.problem.value(self.by_name(leaf), batch)
        return torch.autograd.grad(value, leaf, create_graph=True)[0]

    def _gradient_and_hessian(self, theta: Tensor, batch: Any) -> tuple[Tensor, Tensor]:
        leaf = theta.detach().requires_grad_()
        g = self.gradient(leaf, batch)
        units = torch.eye(len(g), dtype=g.dtype)
        if not g.requires_grad:
            return g, torch.zeros_like(units)
        H = torch.autograd.grad(g, leaf, units, is_grads_batched=True, materialize_grads=True, allow_unused=True)[0]
        return g.detach(), H

    def by_name(self, theta: Tensor) -> Tensors:
        """Parameters by name."""
        parts = theta.split([tensor.numel() for tensor in self.point.values()])
        return {name: part.view_as(t) for part, (name, t) in zip(parts, self.point.items(), strict=True)}


@dataclass(frozen=True)
class MomentumFlow(GradientFlow):
    """Gradient flow with momentum, from random parameters and velocities; time is left out of the state."""

    @cached_property
    def start(self) -> Tensor:
        """The state from which all flows start: parameters and velocities."""
        theta = flatten(self.point)
        v = torch.randn(len(theta), generator=self.generator, dtype=theta.dtype) * theta.norm() / len(theta) ** 0.5
        return torch.cat([theta, v])

    def field(self, state: Tensor, batch: Any, strength: float) -> tuple[Tensor, Tensor]:
        """The drift with the field of a batch, and its derivative."""
        theta, v = state.chunk(2)
        g, H = self._gradient_and_hessian(theta, batch)
        one, zero = torch.eye(len(v), dtype=v.dtype), torch.zeros_like(H)
        field = torch.cat([v, -v - strength * g])
        return field, torch.cat([torch.cat([zero, one], 1), torch.cat([-strength * H, -one], 1)])

    def probes(self, state: Tensor) -> Tensor:
        """The drift, and fields of random batches, that push velocities."""
        theta, v = state.chunk(2)
        pushes = GradientFlow.probes(self, theta)
        return torch.cat([torch.cat([v, -v])[None], torch.cat([torch.zeros_like(pushes), pushes], 1)])

    def size(self, state: Tensor, batch: Any) -> float:
        """How strong the push is, compared with the velocities."""
        theta, v = state.chunk(2)
        return float(self.gradient(theta, batch).detach().norm() / v.norm())


def pull_backs(system: GradientFlow) -> Iterator[Tensor]:
    """Fields pulled back to the start, from points ever further along a random path; momentum with a column for t."""
    state, time = system.start, REACH
    P = torch.eye(len(state), dtype=state.dtype)
    while True:
        rows = system.probes(state) @ P
        if isinstance(system, MomentumFlow):
            rows = torch.cat([rows, torch.eye(len(rows), 1, dtype=rows.dtype)], 1)  # the drift alone has ṫ = 1
        yield rows / rows.norm(dim=1, keepdim=True).clamp(min=TINY)
        state, P, time = _flow_of_random_batch(system, state, P, time)


def _flow_of_random_batch(system: GradientFlow, state: Tensor, P: Tensor, time: float) -> tuple[Tensor, Tensor, float]:
    """The state and P after the flow of one random batch, as far as that is smooth, and how far the next may go."""
    n = len(state)
    for _ in range(TRIES):
        batch = random_batch(system.problem.batch, system.generator)
        strength = 1 / max(system.size(state, batch), TINY)

        def carried(y: Tensor, batch: Any = batch, strength: float = strength) -> Tensor:
            X, DX = system.field(y[:n], batch, strength)
            return torch.cat([X, -(DX.T @ y[n:].view(n, n)).flatten()])

        backward = float(torch.rand((), generator=system.generator)) < 0.5
        after, error = integrate(carried, torch.cat([state, P.flatten()]), -time if backward else time)
        reach = time * max(0.1, 0.9 * (EXACT / max(error, TINY)) ** (1 / ORDER))  # of an error nan a tenth
        if error < EXACT:
            return after[:n], after[n:].view(n, n), min(reach, REACH)
        time = reach
    wrong = "its gradient is not smooth along any batch"
    raise SymlagError("count_laws(model, …)", wrong, "Use activations that are smooth, such as GELU or tanh.")
