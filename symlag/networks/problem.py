"""A model, a loss and a batch, drawn at random again and again: parameters, batch, and the gradient there.

What holds at random parameters and random batches in float64 holds everywhere, up to chance. The model is a copy that
shares its parameters with that of the caller, and never writes them.

>>> import torch
>>> problem = pose(torch.nn.Linear(2, 1), torch.nn.functional.mse_loss, (torch.ones(4, 2), torch.ones(4, 1)))
>>> {name: tuple(g.shape) for name, g in sorted(problem.draw(0).gradients.items())}
{'bias': (1,), 'weight': (1, 2)}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any, TypeVar

import torch
from torch import Generator, Tensor, nn

from symlag.errors import SymlagError
from symlag.networks.batches import mapped, redrawn
from symlag.networks.float64 import float64, searching
from symlag.networks.functional_copy import shared, unchanged
from symlag.networks.generators.generators import Motion
from symlag.networks.padding import padding
from symlag.networks.parameter_substitution import SECOND, See, Tensors, descend, evaluated, uses
from symlag.networks.random_parameters import Point, drawn
from symlag.networks.validate import (
    ANY,
    Followed,
    require_batch,
    require_finite,
    require_loss,
    require_model,
    require_near,
    require_scalar,
    saying,
)

LOSS = "loss(model(inputs), targets)"
FOLLOWED = 1_000_000  # parameters that may all be drawn at once
TRIES = 8  # points at which all units may be dead by chance

M = TypeVar("M", bound=Motion)


@dataclass(frozen=True)
class Draw:
    """Parameters, and the gradient of the loss there on one batch."""

    parameters: Tensors
    gradients: Tensors
    loss: float


@dataclass(frozen=True)
class Problem:
    """A copy of a model, a loss, and a batch (inputs, targets) in float64 that others are drawn after.

    Parameters are drawn `near` those of the model. Gradients are in units of a typical length, and their entries cut
    off beyond ±clip. The second use of an untied parameter is that of another tensor; `inside` is what the model runs
    in.
    """

    model: nn.Module
    loss: Callable[..., Any]
    batch: Any
    unit: float = 1.0
    near: float = inf
    clip: float = inf
    untied: tuple[str, ...] = ()
    inside: Callable[[], AbstractContextManager[Any]] = nullcontext

    @cached_property
    def given(self) -> dict[str, Tensor]:
        """The parameters that learn; one that is shared has one name."""
        found = {name: p.detach() for name, p in self.model.named_parameters() if p.requires_grad}
        return {**found, **{name + SECOND: found[name] for name in self.untied}}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters that learn."""
        return tuple(self.given)

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Their shapes; a number is a vector of one."""
        return {name: tuple(tensor.shape) or (1,) for name, tensor in self.given.items()}

    @cached_property
    def twice(self) -> tuple[str, ...]:
        """The parameters that are used twice."""
        used = uses(lambda: self._loss(self.batch, 0, {}), self._ids, self.point(Generator().manual_seed(0)))
        return tuple(name for name, times in used.items() if times == 2)

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(tensor.numel() for tensor in self.given.values())

    def tied(self, motion: M) -> M:
        """A motion of what may be untied as one of the tensors that there are."""
        return motion.named(lambda name: name if name in self.given else name.removesuffix(SECOND))

    def point(self, generator: Generator) -> Point:
        """Random parameters."""
        return replace(drawn(self.given, generator, self.near), held=self.held)

    def points(self, count: int, generator: Generator) -> Point:
        """Random parameters, (count, …)."""
        return replace(self.point(generator), count=(count,))

    @cached_property
    def held(self) -> dict[str, int]:
        """By tensor the row of padding that is zero and, as it has no gradient, stays so."""
        rows, still = padding(self.model, self._ids), dict[str, int]()

        def see(name: str, G: Tensor) -> None:
            if name in rows and not G[rows[name]].any():
                still[name] = rows[name]

        if rows:
            self.descend(drawn(self.given, Generator().manual_seed(0), self.near), self.batch, 0, see)
        return still

    def chosen(self, seed: int) -> tuple[Point, Any]:
        """Random parameters and a random batch, the same for the same seed."""
        generator = Generator().manual_seed(seed)
        return self.point(generator), redrawn(self.batch, generator)

    def draw(self, seed: int) -> Draw:
        """A point, and all gradients there on a random batch."""
        return self.at(*self.chosen(seed), seed)

    @searching()
    def at(self, parameters: Tensors, batch: Any, seed: int = 0) -> Draw:
        """The loss and its gradient at given parameters on a given batch; dropout is seeded."""
        found: dict[str, Tensor] = {}
        loss = self.descend(parameters, batch, seed, found.__setitem__)
        return Draw(parameters, {name: found[name] for name in parameters}, loss)

    def descend(self, parameters: Tensors, batch: Any, seed: int, see: See) -> float:
        """The loss; its gradients are seen one by one."""
        clip = self.clip / self.unit

        def clipped(name: str, G: Tensor) -> None:
            require_finite(f"the gradient of {name}", G)
            see(name, G if clip == inf else G.clamp(-clip, clip))

        def run() -> Any:
            with saying(f"{LOSS} on numbers drawn like those of the batch", ANY):
                return self._loss(batch, seed, {})

        loss = descend(run, self._ids, parameters, clipped, self.unit)
        require_finite("the loss", torch.tensor(loss))
        return loss

    def value(self, parameters: Tensors, batch: Any, seed: int = 0) -> Any:
        """What the loss returns at given parameters for a given batch; buffers may be given beside parameters."""
        return evaluated(lambda: self._loss(batch, seed, parameters), self._ids, parameters)

    @cached_property
    def _buffers(self) -> dict[str, Tensor]:
        return dict(self.model.named_buffers())

    @cached_property
    def _ids(self) -> dict[int, str]:
        return {id(p): name for name, p in self.model.named_parameters() if p.requires_grad}

    def _loss(self, batch: Any, seed: int, given: Tensors) -> Any:
        inputs, targets = mapped(_own, batch)
        arguments, keywords = ((), inputs) if isinstance(inputs, Mapping) else (inputs, {})
        buffers = {name: given.get(name, buffer).clone() for name, buffer in self._buffers.items()}
        with self.inside(), torch.random.fork_rng(devices=[]), unchanged(self.model):
            torch.default_generator.manual_seed(seed)
            output = torch.func.functional_call(self.model, buffers, arguments, dict(keywords))
            return self.loss(output) if targets is None else self.loss(output, targets)


@searching()
def pose(model: nn.Module, loss: Callable[..., Any], batch: Any, near: float = inf) -> Problem:
    """The problem of a model that runs, checked once: `SymlagError` where nothing could be proved of it."""
    require_model(model)
    require_loss(loss)
    require_near(near)
    require_batch(batch, model)
    with saying(LOSS):
        problem = Problem(shared(model), loss, mapped(_own, batch), near=near)
        value = problem.value(problem.point(Generator().manual_seed(0)), problem.batch)
    require_scalar(value)
    with saying(LOSS):
        _require_followed(problem)
    with saying(f"{LOSS} on numbers drawn like those of the batch", ANY):
        unit = _length(problem, 0)
        if not unit:
            _require_gradient(replace(problem, near=inf))
        return replace(problem, unit=unit or 1.0)


def _require_followed(problem: Problem) -> None:
    """That the model's own parameters are not met on the way to the loss and back."""
    if problem.size <= FOLLOWED:
        point = dict(problem.point(Generator().manual_seed(0)))
        with Followed(problem.given):
            problem.descend(point, problem.batch, 0, lambda *_: None)


def _require_gradient(problem: Problem) -> None:
    """That there is one at some point."""
    if not any(_length(problem, seed) for seed in range(TRIES)):
        wrong = "it has no gradient, as where it is constant or computed from detached numbers"
        raise SymlagError("the loss", wrong, "a loss of the model's outputs as they are, without detach() or argmax()")


def _length(problem: Problem, seed: int) -> float:
    """The length of one gradient."""
    squares: list[float] = []
    problem.descend(*problem.chosen(seed), seed, lambda _, G: squares.append(float(torch.linalg.vector_norm(G)) ** 2))
    return sum(squares) ** 0.5


def _own(tensor: Tensor) -> Tensor:
    """A copy that may be written, and knows no gradients."""
    return float64(tensor.detach().clone())
