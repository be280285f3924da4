"""A model, a loss and a batch, drawn at random again and again: parameters, batch, and the gradient there.

What holds at random parameters and random batches in float64 holds everywhere, up to chance. The model is a copy: that
of the caller is never touched. Inputs that are whole numbers (tokens, classes) are drawn from those in the given batch,
real ones from a normal law with its mean and spread, those within [0, 1] uniformly.

>>> import torch
>>> problem = pose(torch.nn.Linear(2, 1), torch.nn.functional.mse_loss, (torch.ones(4, 2), torch.ones(4, 1)))
>>> {name: tuple(g.shape) for name, g in problem.draw(0).gradients.items()}
{'weight': (1, 2), 'bias': (1,)}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from symlag.errors import SymlagError

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Draw:
    """Parameters, and the gradient of the loss there on one batch."""

    parameters: Tensors
    gradients: Tensors
    loss: float


@dataclass(frozen=True)
class Problem:
    """A copy of a model in float64, a loss, and a batch (inputs, targets) that others are drawn after."""

    model: nn.Module
    loss: Callable[..., Any]
    batch: Any

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters; one that is shared has one name."""
        return tuple(name for name, p in self.model.named_parameters() if p.requires_grad)

    def point(self, generator: Generator) -> Tensors:
        """Random parameters: of order 1/√(fan in), and vectors about what they are, so that units stay alive."""
        given = {name: self.model.get_parameter(name).detach() for name in self.names}
        return {name: _about(p, _normal(p, generator)) for name, p in given.items()}

    def draw(self, seed: int) -> Draw:
        """Random parameters and a random batch, the same for the same seed."""
        generator = Generator().manual_seed(seed)
        return self.at(self.point(generator), redrawn(self.batch, generator), seed)

    def at(self, parameters: Tensors, batch: Any, seed: int = 0) -> Draw:
        """The loss and its gradient at given parameters on a given batch; dropout is seeded."""
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in parameters.items()}
        value = self.value(leaves, batch, seed)
        found = torch.autograd.grad(value, list(leaves.values()), allow_unused=True, materialize_grads=True)
        return Draw(parameters, dict(zip(leaves, found, strict=True)), float(value.detach()))

    def value(self, parameters: Tensors, batch: Any, seed: int = 0) -> Any:
        """What the loss returns at given parameters for a given batch."""
        inputs, targets = batch
        buffers = {name: buffer.clone() for name, buffer in self.model.named_buffers()}
        arguments, keywords = ((), inputs) if isinstance(inputs, Mapping) else (inputs, {})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            output = torch.func.functional_call(self.model, {**parameters, **buffers}, arguments, dict(keywords))
            return self.loss(output) if targets is None else self.loss(output, targets)


def pose(model: nn.Module, loss: Callable[..., Any], batch: Any) -> Problem:
    """The problem of a model, checked once: `SymlagError` where it has no parameters, devices differ, or no scalar."""
    if not isinstance(batch, tuple) or len(batch) != 2:
        raise SymlagError("batch", "a batch is a pair of inputs and targets", "(inputs, targets), or (inputs, None)")
    parameters = [p for p in model.parameters() if p.requires_grad]
    if not parameters:
        raise SymlagError("symmetries(model, …)", "the model has no parameters that learn", "a model with some")
    devices = {leaf.device for leaf in leaves(batch)} | {p.device for p in parameters}
    if len(devices) > 1:
        raise SymlagError(
            "symmetries(model, loss, batch)",
            f"model and batch live on {' and '.join(sorted(map(str, devices)))}",
            "a batch moved to the model's device",
        )
    problem = Problem(_double(deepcopy(model)), loss, mapped(_double_tensor, batch))
    _require_scalar(problem)
    return problem


def redrawn(batch: Any, generator: Generator) -> Any:
    """A random batch of the same shapes and ranges."""
    return mapped(lambda tensor: _like(tensor, generator), batch)


def mapped(change: Callable[[Tensor], Tensor], tree: Any) -> Any:
    """The same nest of tuples, lists and dicts with every tensor changed."""
    if isinstance(tree, Tensor):
        return change(tree)
    if isinstance(tree, Mapping):
        return {key: mapped(change, value) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        return type(tree)(mapped(change, value) for value in tree)
    return tree


def leaves(tree: Any) -> list[Tensor]:
    """The tensors of a nest of tuples, lists and dicts."""
    found: list[Tensor] = []
    mapped(lambda tensor: found.append(tensor) or tensor, tree)
    return found


def _require_scalar(problem: Problem) -> None:
    parameters = {name: problem.model.get_parameter(name).detach() for name in problem.names}
    value = problem.value(parameters, problem.batch)
    if not isinstance(value, Tensor) or value.numel() != 1:
        shape = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
        raise SymlagError("loss", f"its value is not a scalar but {shape}", "a loss that is summed or averaged")


def _like(tensor: Tensor, generator: Generator) -> Tensor:
    if tensor.dtype == torch.bool or tensor.numel() == 0:
        return tensor
    if not tensor.is_floating_point():
        seen = tensor.unique()
        return seen[torch.randint(len(seen), tensor.shape, generator=generator).to(seen.device)]
    low, high = tensor.min(), tensor.max()
    if low >= 0 and high <= 1 and low < high:
        return torch.rand(tensor.shape, generator=generator, dtype=torch.float64).to(tensor)
    spread = tensor.std() if tensor.numel() > 1 else tensor.new_zeros(())
    return tensor.mean() + _normal(tensor, generator) * torch.where(spread > 0, spread, 1)


def _about(given: Tensor, noise: Tensor) -> Tensor:
    return noise / given[0].numel() ** 0.5 if given.ndim > 1 else given + noise / 2


def _normal(tensor: Tensor, generator: Generator) -> Tensor:
    return torch.randn(tensor.shape, generator=generator, dtype=torch.float64).to(tensor.device)


def _double(model: nn.Module) -> nn.Module:
    return model.double()


def _double_tensor(tensor: Tensor) -> Tensor:
    return tensor.detach().double() if tensor.is_floating_point() else tensor
