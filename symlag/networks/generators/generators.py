"""Linear families of vector fields on parameters, and the finite transformations they generate.

A family is a linear space of matrices X (or vectors x) and terms that say what X does to each tensor. On a parameter
dict, `field` is ξ and `flow` is its exponential; coordinates v are those of X in its space. Of one tensor alone,
`change` is ξ where it is not zero, and `move` takes it along the flow in place.

>>> import torch
>>> from symlag.networks.generators.axis_views import View
>>> gains, gives = Action(View("in", 0, 0, 1, 2), 1, 1), Action(View("out", 1, 0, 1, 2), -1, 1)
>>> rescale = Linear((gains, gives), Diagonal(2, (0, 1)))
>>> weights = {"in": torch.ones(2, 3), "out": torch.ones(1, 2)}
>>> rescale.field(weights, torch.tensor([1.0, 0.0]))["out"]
tensor([[-1.,  0.]])
>>> rescale.flow(weights, torch.tensor([1.0, 0.0]), 1.0)["out"]
tensor([[0.3679, 1.0000]])
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from symlag.networks.generators.matrix_spaces import Diagonal, Everything, Square, Triangle, Vectors
from symlag.networks.generators.tensor_action import Absorb, Action, Entries, Free, Shift, Tensors, along

Patch = tuple[Any, Tensor]  # where in a tensor, as torch indexes it, and how much


@dataclass(frozen=True)
class Motion(ABC):
    """What families have in common."""

    terms: tuple[Any, ...]
    space: Any

    @cached_property
    def tensors(self) -> tuple[str, ...]:
        """The names of what is moved."""
        return tuple(dict.fromkeys(term.tensor for term in self.terms))

    def named(self, name: Callable[[str], str]) -> Self:
        """The same with other names for the tensors."""
        return type(self)(tuple(term.named(name) for term in self.terms), self.space)

    @abstractmethod
    def change(self, name: str, W: Tensor, others: Tensors, v: Tensor) -> Patch:
        """ξ of the tensor W called name, where it is not zero."""

    @abstractmethod
    def move(self, name: str, W: Tensor, others: Tensors, v: Tensor, s: float) -> None:
        """Transform W by exp(s·ξ), in place."""

    def still(self, name: str, axes: int) -> int | None:  # noqa: ARG002
        """An axis of a tensor of so many along which it may be cut, as ξ is the same for each of its positions."""
        return None

    def field(self, parameters: Tensors, v: Tensor) -> dict[str, Tensor]:
        """ξ: what is moved, by its name."""
        return {
            name: _spread(parameters[name], self.change(name, parameters[name], parameters, v)) for name in self.tensors
        }

    def flow(self, parameters: Tensors, v: Tensor, s: float) -> dict[str, Tensor]:
        """All parameters after the transformation exp(s·ξ)."""
        after = {name: parameters[name].clone() for name in self.tensors}
        for name, W in after.items():
            self.move(name, W, parameters, v, s)
        return {**parameters, **after}


@dataclass(frozen=True)
class Linear(Motion):
    """Generators that act by matrices along axes."""

    terms: tuple[Action, ...]
    space: Square | Diagonal | Triangle

    def change(self, name: str, W: Tensor, others: Tensors, v: Tensor) -> Patch:  # noqa: ARG002 - shifts need them
        """ξ of the tensor W called name, where it is not zero."""
        X = torch.atleast_1d(W)
        patches = [_changed(X, axis, at, self._matrix(name, axis, v)) for axis, at in self._places[name].items()]
        return patches[0] if len(patches) == 1 else (..., torch.stack([_spread(W, patch) for patch in patches]).sum(0))

    def move(self, name: str, W: Tensor, others: Tensors, v: Tensor, s: float) -> None:  # noqa: ARG002
        """Transform W by exp(s·ξ), in place."""
        for axis, at in self._places[name].items():
            E = self._matrix(name, axis, v)
            E = torch.exp(s * E) if E.ndim == 1 else torch.linalg.matrix_exp(s * E)
            torch.atleast_1d(W).index_copy_(axis, at, along(E, W.index_select(axis, at), axis))

    def still(self, name: str, axes: int) -> int | None:
        """An axis along which nothing acts."""
        return next((axis for axis in range(axes) if axis not in self._places[name]), None)

    @cached_property
    def _places(self) -> dict[str, dict[int, Tensor]]:
        """The positions that move, by tensor and axis."""
        found: dict[str, dict[int, set[int]]] = {}
        for view in (term.view for term in self.terms):
            found.setdefault(view.tensor, {}).setdefault(view.axis, set()).update(view.positions)
        return {name: {a: torch.tensor(sorted(at)) for a, at in axes.items()} for name, axes in found.items()}

    def _matrix(self, name: str, axis: int, v: Tensor) -> Tensor:
        """The sum of all that acts along one axis, on the positions that move; of a diagonal one its entries."""
        X, at = self.space(v), self._places[name][axis]
        E = X.new_zeros([len(at)] * X.ndim)
        for term, i in zip(self.terms, self._numbers, strict=True):
            if (term.view.tensor, term.view.axis) == (name, axis):
                E[(i,) if X.ndim == 1 else (i[:, None], i)] += term.matrix(X)
        return E

    @cached_property
    def _numbers(self) -> list[Tensor]:
        """Of each term its positions, counted among those that move."""
        views = [term.view for term in self.terms]
        return [torch.searchsorted(self._places[v.tensor][v.axis], torch.tensor(v.positions)) for v in views]


@dataclass(frozen=True)
class Affine(Motion):
    """Generators that shift: constant fields, and linear ones of what stands still."""

    terms: tuple[Shift | Absorb | Free | Entries, ...]
    space: Vectors | Everything

    def change(self, name: str, W: Tensor, others: Tensors, v: Tensor) -> Patch:
        """ξ of the tensor W called name."""
        x = self.space(v)
        changes = [term.change(W, others, x) for term in self.terms if term.tensor == name]
        return ..., changes[0] if len(changes) == 1 else torch.stack(changes).sum(0)

    def move(self, name: str, W: Tensor, others: Tensors, v: Tensor, s: float) -> None:
        """Transform W by exp(s·ξ), which is 1 + s·ξ, in place."""
        x = self.space(v)
        for term in (term for term in self.terms if term.tensor == name):
            term.move(W, others, x, s)


def _changed(W: Tensor, axis: int, at: Tensor, E: Tensor) -> Patch:
    if len(at) == W.shape[axis]:
        return ..., along(E, W, axis)
    return (*[slice(None)] * axis, at), along(E, W.index_select(axis, at), axis)


def _spread(W: Tensor, patch: Patch) -> Tensor:
    """A change as a tensor of the shape of W."""
    whole = torch.zeros_like(W)
    whole[patch[0]] = patch[1].to(W)
    return whole
