"""Families of generators: linear spaces of vector fields on the parameters of a model, and the flows of these.

A generator is a vector field ξ on parameters θ; it generates the transformations exp(s·ξ), the flow of θ̇ = ξ(θ). A
family is a linear space of matrices X (or vectors x) and terms that say what X does to each tensor. `field` is ξ at
given parameters and `flow` transforms them; coordinates v are those of X in its space. Of one tensor alone, `patch` is
ξ where it is not zero, and `transform` takes the tensor along the flow in place.

>>> import torch
>>> from symlag.networks.generators.axis_views import View
>>> from symlag.networks.generators.matrix_spaces import Diagonal
>>> gains, gives = Action(View("in", 0, 0, 1, 2), 1, 1), Action(View("out", 1, 0, 1, 2), -1, 1)
>>> rescale = Linear((gains, gives), Diagonal(2, (0, 1)))
>>> rescale.kind.name, rescale.parts
('rescale', {'symmetric': 2})
>>> weights = {"in": torch.ones(2, 3), "out": torch.ones(1, 2)}
>>> rescale.field(weights, torch.tensor([1.0, 0.0]))["out"]
tensor([[-1.,  0.]])
>>> rescale.flow(weights, torch.tensor([1.0, 0.0]), 1.0)["out"]
tensor([[0.3679, 1.0000]])
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from symlag.networks.generators.matrix_spaces import SHIFT, TRANSLATION, AllVectors, Kind, MatrixSpace, Space, Vectors
from symlag.networks.generators.tensor_action import (
    Absorption,
    Action,
    Entries,
    NullVectors,
    Shift,
    Tensors,
    Term,
    multiply_along,
)

Patch = tuple[Any, Tensor]  # where in a tensor, as torch indexes it, and the values of ξ there


@dataclass(frozen=True)
class GeneratorFamily(ABC):
    """What linear and affine families have in common."""

    terms: tuple[Term, ...]
    space: Space

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """What the family is called, how it is explained and drawn."""

    @property
    @abstractmethod
    def parts(self) -> Mapping[str, int]:
        """The dimensions of the parts that laws depend on: symmetric, skew, constant or mixed."""

    @cached_property
    def tensors(self) -> tuple[str, ...]:
        """The names of the tensors that move."""
        return tuple(dict.fromkeys(term.tensor for term in self.terms))

    def renamed(self, name: Callable[[str], str]) -> Self:
        """The same family with other names for the tensors."""
        return replace(self, terms=tuple(term.renamed(name) for term in self.terms))

    @abstractmethod
    def patch(self, name: str, W: Tensor, others: Tensors, v: Tensor) -> Patch:
        """ξ of the tensor W called name, where it is not zero."""

    @abstractmethod
    def transform(self, name: str, W: Tensor, others: Tensors, v: Tensor, s: float) -> None:
        """Transform W by exp(s·ξ), in place."""

    def idle_axis(self, name: str, axes: int) -> int | None:  # noqa: ARG002 - affine families have none
        """An axis on which nothing acts, of a tensor of so many axes: it may be cut along it, and ξ part by part."""
        return None

    def field(self, parameters: Tensors, v: Tensor) -> dict[str, Tensor]:
        """ξ of the tensors that move, by name."""
        return {
            name: _scatter(parameters[name], self.patch(name, parameters[name], parameters, v)) for name in self.tensors
        }

    def basis_fields(self, parameters: Tensors) -> Tensor:
        """The basis generators at a point, one a row, over all parameters."""
        zeros = {name: torch.zeros_like(tensor) for name, tensor in parameters.items()}
        units = torch.eye(self.space.size, dtype=torch.float64)
        return torch.stack([flatten({**zeros, **self.field(parameters, v)}) for v in units])

    def flow(self, parameters: Tensors, v: Tensor, s: float) -> dict[str, Tensor]:
        """All parameters after the transformation exp(s·ξ)."""
        after = {name: parameters[name].clone() for name in self.tensors}
        for name, W in after.items():
            self.transform(name, W, parameters, v, s)
        return {**parameters, **after}


@dataclass(frozen=True)
class Linear(GeneratorFamily):
    """Generators that act by matrices along axes."""

    terms: tuple[Action, ...]
    space: MatrixSpace

    @property
    def kind(self) -> Kind:
        return self.space.kind([term.even for term in self.terms])

    @property
    def parts(self) -> Mapping[str, int]:
        return self.space.parts

    def patch(self, name: str, W: Tensor, others: Tensors, v: Tensor) -> Patch:  # noqa: ARG002 - affine ones need them
        X = torch.atleast_1d(W)
        patches = [_acted(X, axis, at, self._matrix(name, axis, v)) for axis, at in self._positions[name].items()]
        return patches[0] if len(patches) == 1 else (..., torch.stack([_scatter(W, patch) for patch in patches]).sum(0))

    def transform(self, name: str, W: Tensor, others: Tensors, v: Tensor, s: float) -> None:  # noqa: ARG002
        for axis, at in self._positions[name].items():
            E = self._matrix(name, axis, v)
            E = torch.exp(s * E) if E.ndim == 1 else torch.linalg.matrix_exp(s * E)
            torch.atleast_1d(W).index_copy_(axis, at, multiply_along(E, W.index_select(axis, at), axis))

    def idle_axis(self, name: str, axes: int) -> int | None:
        return next((axis for axis in range(axes) if axis not in self._positions[name]), None)

    @cached_property
    def _positions(self) -> dict[str, dict[int, Tensor]]:
        """The positions that move, by tensor and axis."""
        found: dict[str, dict[int, set[int]]] = {}
        for view in (term.view for term in self.terms):
            found.setdefault(view.tensor, {}).setdefault(view.axis, set()).update(view.positions)
        return {name: {a: torch.tensor(sorted(at)) for a, at in axes.items()} for name, axes in found.items()}

    def _matrix(self, name: str, axis: int, v: Tensor) -> Tensor:
        """The sum of all that acts along one axis, on the positions that move; of a diagonal matrix its diagonal."""
        X, at = self.space(v), self._positions[name][axis]
        E = X.new_zeros([len(at)] * X.ndim)
        for term, i in zip(self.terms, self._ranks, strict=True):
            if (term.view.tensor, term.view.axis) == (name, axis):
                E[(i,) if X.ndim == 1 else (i[:, None], i)] += term.matrix(X)
        return E

    @cached_property
    def _ranks(self) -> list[Tensor]:
        """The positions of each term, counted among the positions that move."""
        views = [term.view for term in self.terms]
        return [torch.searchsorted(self._positions[v.tensor][v.axis], torch.tensor(v.positions)) for v in views]


@dataclass(frozen=True)
class Affine(GeneratorFamily):
    """Generators that shift: constant fields, and those linear in tensors that do not move themselves."""

    terms: tuple[Shift | Absorption | NullVectors | Entries, ...]
    space: Vectors | AllVectors

    @property
    def kind(self) -> Kind:
        return SHIFT if self.absorptions else TRANSLATION

    @property
    def parts(self) -> Mapping[str, int]:
        return {"mixed" if self.absorptions else "constant": self.space.size}

    @property
    def absorptions(self) -> list[Absorption]:
        """The terms of biases that take back what a shift of inputs adds."""
        return [term for term in self.terms if isinstance(term, Absorption)]

    def patch(self, name: str, W: Tensor, others: Tensors, v: Tensor) -> Patch:
        x = self.space(v)
        fields = [term.field(W, others, x) for term in self.terms if term.tensor == name]
        return ..., fields[0] if len(fields) == 1 else torch.stack(fields).sum(0)

    def transform(self, name: str, W: Tensor, others: Tensors, v: Tensor, s: float) -> None:
        x = self.space(v)
        for term in (term for term in self.terms if term.tensor == name):
            term.move(W, others, x, s)  # exp(s·ξ) = 1 + s·ξ


def flatten(tensors: Tensors) -> Tensor:
    """All entries in one vector."""
    return torch.cat([tensor.flatten() for tensor in tensors.values()])


def _acted(W: Tensor, axis: int, at: Tensor, E: Tensor) -> Patch:
    """E applied to the positions at of an axis."""
    if len(at) == W.shape[axis]:
        return ..., multiply_along(E, W, axis)
    return (*[slice(None)] * axis, at), multiply_along(E, W.index_select(axis, at), axis)


def _scatter(W: Tensor, patch: Patch) -> Tensor:
    """A patch as a tensor of the shape of W."""
    whole = torch.zeros_like(W)
    whole[patch[0]] = patch[1].to(W)
    return whole
