"""Linear families of vector fields on parameters, and the finite transformations they generate.

A family is a linear space of matrices X (or vectors x) and terms that say what X does to each tensor. On a parameter
dict, `field` is ξ and `flow` is its exponential; coordinates v are those of X in its space.

>>> import torch
>>> from symlag.networks._views import View
>>> gains, gives = Action(View("in", 0, 0, 1, 2), 1, 1), Action(View("out", 1, 0, 1, 2), -1, 1)
>>> rescale = Linear((gains, gives), Diagonal(2, (0, 1)))
>>> weights = {"in": torch.ones(2, 3), "out": torch.ones(1, 2)}
>>> rescale.field(weights, torch.tensor([1.0, 0.0]))["out"]
tensor([[-1.,  0.]])
>>> rescale.flow(weights, torch.tensor([1.0, 0.0]), 1.0)["out"]
tensor([[0.3679, 1.0000]])
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from symlag.networks._spaces import Diagonal, Everything, Square, Triangle, Vectors
from symlag.networks._terms import Absorb, Action, Entries, Free, Shift, Tensors, along


@dataclass(frozen=True)
class Linear:
    """Generators that act by matrices along axes."""

    terms: tuple[Action, ...]
    space: Square | Diagonal | Triangle

    @cached_property
    def tensors(self) -> tuple[str, ...]:
        """The names of what is moved."""
        return tuple(dict.fromkeys(term.view.tensor for term in self.terms))

    def field(self, parameters: Tensors, v: Tensor) -> dict[str, Tensor]:
        """ξ: what is moved, by its name."""
        moved = {name: torch.zeros_like(parameters[name]) for name in self.tensors}
        for (name, axis), E in self._matrices(parameters, v).items():
            moved[name] += along(E, parameters[name], axis)
        return moved

    def flow(self, parameters: Tensors, v: Tensor, s: float) -> dict[str, Tensor]:
        """All parameters after the transformation exp(s·ξ)."""
        after = dict(parameters)
        for (name, axis), E in self._matrices(parameters, v).items():
            after[name] = along(_exponential(s * E), after[name], axis)
        return after

    def _matrices(self, parameters: Tensors, v: Tensor) -> dict[tuple[str, int], Tensor]:
        X, found = self.space(v), dict[tuple[str, int], Tensor]()
        for term in self.terms:
            name, axis = term.view.tensor, term.view.axis
            E = term.matrix(X, parameters[name].shape[axis])
            found[name, axis] = found[name, axis] + E if (name, axis) in found else E
        return found


@dataclass(frozen=True)
class Affine:
    """Generators that shift: constant fields, and linear ones of what stands still."""

    terms: tuple[Shift | Absorb | Free | Entries, ...]
    space: Vectors | Everything

    @cached_property
    def tensors(self) -> tuple[str, ...]:
        """The names of what is moved."""
        return tuple(dict.fromkeys(term.tensor for term in self.terms))

    def field(self, parameters: Tensors, v: Tensor) -> dict[str, Tensor]:
        """ξ: what is moved, by its name."""
        moved = {name: torch.zeros_like(parameters[name]) for name in self.tensors}
        for term in self.terms:
            moved[term.tensor] += term.change(parameters, self.space(v))
        return moved

    def flow(self, parameters: Tensors, v: Tensor, s: float) -> dict[str, Tensor]:
        """All parameters after the transformation exp(s·ξ), which is 1 + s·ξ."""
        return {**parameters, **{name: parameters[name] + s * x for name, x in self.field(parameters, v).items()}}


def _exponential(E: Tensor) -> Tensor:
    """exp E, of the rows and columns that are not empty."""
    if torch.equal(E, torch.diag(E.diagonal())):
        return torch.diag(E.diagonal().exp())
    at = torch.nonzero((E != 0).any(0) | (E != 0).any(1)).flatten()
    full = torch.eye(len(E), dtype=E.dtype)
    full[at[:, None], at] = torch.linalg.matrix_exp(E[at[:, None], at])
    return full
