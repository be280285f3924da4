"""Optimizers that torch has not, or not in float64, each as its paper has it; their state is named as torch's is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class Plain(torch.optim.Optimizer):
    """An optimizer that moves one parameter after the other."""

    def __init__(self, parameters: Iterable[Tensor], **numbers: Any) -> None:
        super().__init__(parameters, numbers)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]  # noqa: ARG002 - the loss is not asked for
        """Move every parameter by its gradient."""
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
                update = group["weight_decay"] * p + self.moved(p.grad, self.state[p], group)
                p.sub_(group["lr"] * update)

    @abstractmethod
    def moved(self, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        """The update of a parameter before the learning rate, its state brought up to date."""


class SGDW(Plain):
    """SGD with momentum and decoupled weight decay (Loshchilov & Hutter, 1711.05101)."""

    def moved(self, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        """The momentum."""
        state["momentum_buffer"] = group["momentum"] * state["momentum_buffer"] + g
        return state["momentum_buffer"]


class Lion(Plain):
    """Lion (Chen et al., 2302.06675)."""

    def moved(self, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        """The sign of the momentum ahead."""
        (near, far), m = group["betas"], state["momentum_buffer"]
        state["momentum_buffer"] = far * m + (1 - far) * g
        return (near * m + (1 - near) * g).sign()


class Muon(Plain):
    """Muon with the polar factor itself, where torch iterates towards it in bfloat16 (Jordan et al. 2024)."""

    def moved(self, g: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        """U Vᵀ of the momentum U Σ Vᵀ."""
        state["momentum_buffer"] = torch.lerp(g, state["momentum_buffer"], group["momentum"])
        left, _, right = torch.linalg.svd(state["momentum_buffer"], full_matrices=False)
        return left @ right
