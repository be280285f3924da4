"""A model, a loss and a batch as a function f(θ; batch) of random parameters and random batches, with its gradient.

The search rests on one fact: an identity ⟨∇f, ξ⟩ = 0 that holds at random parameters and random batches, in float64 up
to round-off, holds everywhere with probability one, as an analytic function that is not zero vanishes on a set of
measure zero only. A `Problem` draws the parameters and batches. Its model is a copy that shares its parameters with
that of the caller, and never writes them.

>>> import torch
>>> problem = pose(torch.nn.Linear(2, 1), torch.nn.functional.mse_loss, (torch.ones(4, 2), torch.ones(4, 1)))
>>> parameters, batch = problem.sample(seed=0)
>>> {name: tuple(g.shape) for name, g in sorted(problem.gradients(parameters, batch).items())}
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
from symlag.networks.batches import map_tensors, random_batch
from symlag.networks.float64 import as_float64, float64_with_gradients
from symlag.networks.functional_copy import copy_sharing_parameters, modules_restored
from symlag.networks.generators.families import GeneratorFamily
from symlag.networks.padding import zero_padding_rows
from symlag.networks.parameter_substitution import (
    SECOND_USE,
    GradientCallback,
    Tensors,
    count_uses,
    evaluate,
    stream_gradients,
)
from symlag.networks.random_parameters import RandomParameters, random_parameters
from symlag.networks.validate import (
    USE_ANY_NUMBERS,
    OwnParametersGuard,
    errors_as_sentences,
    require_batch,
    require_finite,
    require_loss,
    require_model,
    require_near,
    require_scalar,
)

LOSS = "loss(model(inputs), targets)"
GUARDED = 1_000_000  # parameters that may all be drawn at once, to see that the model's own are not touched
TRIES = 8  # points at which all units may be dead by chance

Family = TypeVar("Family", bound=GeneratorFamily)


@dataclass(frozen=True)
class Problem:
    """A copy of a model, a loss, and a batch (inputs, targets) in float64 that random batches resemble.

    Random parameters are drawn `near` those of the model. Gradients are divided by `unit`, a typical length, and their
    entries cut off beyond ±clip. The second use of an untied parameter is that of another tensor. The model runs inside
    of `context()`.
    """

    model: nn.Module
    loss: Callable[..., Any]
    batch: Any
    unit: float = 1.0
    near: float = inf
    clip: float = inf
    untied: tuple[str, ...] = ()
    context: Callable[[], AbstractContextManager[Any]] = nullcontext

    @cached_property
    def parameters(self) -> dict[str, Tensor]:
        """The model's own parameters that learn; one that is shared has one name, unless it is untied."""
        own = {name: p.detach() for name, p in self.model.named_parameters() if p.requires_grad}
        return {**own, **{name + SECOND_USE: own[name] for name in self.untied}}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters that learn."""
        return tuple(self.parameters)

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Their shapes; a number is a vector of one."""
        return {name: tuple(tensor.shape) or (1,) for name, tensor in self.parameters.items()}

    @cached_property
    def used_twice(self) -> tuple[str, ...]:
        """The parameters that the model or the loss uses twice."""
        point = self.random_parameters(Generator().manual_seed(0))
        uses = count_uses(lambda: self._loss(self.batch, 0, {}), self._names_by_id, point)
        return tuple(name for name, times in uses.items() if times == 2)

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(tensor.numel() for tensor in self.parameters.values())

    def tied(self, family: Family) -> Family:
        """A family on tensors that may be untied, as one on the tensors that this problem has."""
        return family.renamed(lambda name: name if name in self.parameters else name.removesuffix(SECOND_USE))

    def random_parameters(self, generator: Generator, count: tuple[int, ...] = ()) -> RandomParameters:
        """Random parameters; with a count (n,) so many points at once, along a first axis."""
        return replace(random_parameters(self.parameters, generator, self.near), zero_rows=self.zero_rows, count=count)

    @cached_property
    def zero_rows(self) -> dict[str, int]:
        """By tensor the row of padding that is zero and, as it has no gradient, stays so."""
        rows, without_gradient = zero_padding_rows(self.model, self._names_by_id), dict[str, int]()

        def look(name: str, G: Tensor) -> None:
            if name in rows and not G[rows[name]].any():
                without_gradient[name] = rows[name]

        if rows:
            point = random_parameters(self.parameters, Generator().manual_seed(0), self.near)
            self.stream_gradients(point, self.batch, 0, look)
        return without_gradient

    def sample(self, seed: int) -> tuple[RandomParameters, Any]:
        """Random parameters and a random batch, the same for the same seed."""
        generator = Generator().manual_seed(seed)
        return self.random_parameters(generator), random_batch(self.batch, generator)

    @float64_with_gradients()
    def gradients(self, parameters: Tensors, batch: Any, seed: int = 0) -> dict[str, Tensor]:
        """The gradient of the loss by parameter; dropout is seeded."""
        found: dict[str, Tensor] = {}
        self.stream_gradients(parameters, batch, seed, found.__setitem__)
        return {name: found[name] for name in parameters}

    def stream_gradients(self, parameters: Tensors, batch: Any, seed: int, callback: GradientCallback) -> float:
        """The loss; `callback(name, gradient)` is called for each parameter, and the gradient then let go."""
        clip = self.clip / self.unit

        def clipped(name: str, G: Tensor) -> None:
            require_finite(f"the gradient of {name}", G)
            callback(name, G if clip == inf else G.clamp(-clip, clip))

        def run() -> Any:
            with errors_as_sentences(f"{LOSS} on numbers drawn like those of the batch", USE_ANY_NUMBERS):
                return self._loss(batch, seed, {})

        loss = stream_gradients(run, self._names_by_id, parameters, clipped, self.unit)
        require_finite("the loss", torch.tensor(loss))
        return loss

    def value(self, parameters: Tensors, batch: Any, seed: int = 0) -> Any:
        """What the loss returns at given parameters for a given batch; buffers may be given beside parameters."""
        return evaluate(lambda: self._loss(batch, seed, parameters), self._names_by_id, parameters)

    @cached_property
    def _buffers(self) -> dict[str, Tensor]:
        return dict(self.model.named_buffers())

    @cached_property
    def _names_by_id(self) -> dict[int, str]:
        return {id(p): name for name, p in self.model.named_parameters() if p.requires_grad}

    def _loss(self, batch: Any, seed: int, buffers: Tensors) -> Any:
        inputs, targets = map_tensors(_writable_copy, batch)
        arguments, keywords = ((), inputs) if isinstance(inputs, Mapping) else (inputs, {})
        buffers = {name: buffers.get(name, own).clone() for name, own in self._buffers.items()}
        with self.context(), torch.random.fork_rng(devices=[]), modules_restored(self.model):
            torch.default_generator.manual_seed(seed)
            output = torch.func.functional_call(self.model, buffers, arguments, dict(keywords))
            return self.loss(output) if targets is None else self.loss(output, targets)


@float64_with_gradients()
def pose(model: nn.Module, loss: Callable[..., Any], batch: Any, near: float = inf) -> Problem:
    """The problem of a model that runs, checked once: `SymlagError` where nothing could be proved of it."""
    require_model(model)
    require_loss(loss)
    require_near(near)
    require_batch(batch, model)
    with errors_as_sentences(LOSS):
        problem = Problem(copy_sharing_parameters(model), loss, map_tensors(_writable_copy, batch), near=near)
        value = problem.value(problem.random_parameters(Generator().manual_seed(0)), problem.batch)
    require_scalar(value)
    with errors_as_sentences(LOSS):
        _require_substitution(problem)
    with errors_as_sentences(f"{LOSS} on numbers drawn like those of the batch", USE_ANY_NUMBERS):
        unit = _gradient_length(problem, 0)
        if not unit:
            _require_gradient(replace(problem, near=inf))
        return replace(problem, unit=unit or 1.0)


def _require_substitution(problem: Problem) -> None:
    """Check that random parameters take the place of the model's own all the way to the loss and back."""
    if problem.size <= GUARDED:
        point = dict(problem.random_parameters(Generator().manual_seed(0)))
        with OwnParametersGuard(problem.parameters):
            problem.stream_gradients(point, problem.batch, 0, lambda *_: None)


def _require_gradient(problem: Problem) -> None:
    """Check that there is a gradient at some point."""
    if not any(_gradient_length(problem, seed) for seed in range(TRIES)):
        wrong = "it has no gradient, as where it is constant or computed from detached numbers"
        raise SymlagError("the loss", wrong, "a loss of the model's outputs as they are, without detach() or argmax()")


def _gradient_length(problem: Problem, seed: int) -> float:
    squares: list[float] = []

    def add(_: str, G: Tensor) -> None:
        squares.append(float(torch.linalg.vector_norm(G)) ** 2)

    problem.stream_gradients(*problem.sample(seed), seed, add)
    return sum(squares) ** 0.5


def _writable_copy(tensor: Tensor) -> Tensor:
    """A copy in float64 that may be written, and knows no gradients."""
    return as_float64(tensor.detach().clone())
