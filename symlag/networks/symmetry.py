"""A family of symmetries of a loss: what it moves, how far it holds, and why it is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from symlag.display import Shown
from symlag.networks.exact_laws import by_step, parts
from symlag.networks.generators.generators import Affine, Linear
from symlag.networks.generators.matrix_spaces import Square, Triangle
from symlag.networks.generators.tensor_action import Absorb, Entries, Free, Tensors

if TYPE_CHECKING:
    from symlag.optimizers.exact import DiscreteLaw
    from symlag.optimizers.update_rule import UpdateRule

EXACT = 1e-9  # certificates below are round-off in float64
FELT = 1e-6  # changes of the loss above are far more than that


@dataclass(frozen=True)
class Symmetry(Shown):
    """A linear space of generators ξ of one kind, with ⟨∇f, ξ⟩ = 0.

    `certificate` is the largest |⟨g, ξ⟩| / (|g| |ξ|) over fresh random parameters, or those near the given ones where
    it was searched there, and batches, `change` the largest relative change of the loss there under finite
    transformations, those of all families one after another where none is felt, or of this one alone; `broken_by` names
    what breaks it. Of what tied weights break, the certificate is at least the share of ξ that would move the two uses
    of a tensor apart; of entries without gradient it is that of the generator of which it is largest.
    """

    motion: Linear | Affine
    certificate: float
    change: float
    reason: str
    broken_by: str = ""

    @property
    def kind(self) -> str:
        """One of translation, shift, scale, rescale, GL, O, symmetric."""
        return kind(self.motion)

    @property
    def dimension(self) -> int:
        """The number of independent generators."""
        return self.motion.space.size

    @property
    def tensors(self) -> tuple[str, ...]:
        """The names of the tensors that move."""
        return self.motion.tensors

    @property
    def axes(self) -> tuple[tuple[str, int], ...]:
        """The axes of tensors along which generators act; none for single entries."""
        views = [(t.tensor, t.axis) if isinstance(t, Free) else _axis(t) for t in self.motion.terms]
        return tuple(dict.fromkeys(view for view in views if view))

    @property
    def indices(self) -> dict[tuple[str, int], tuple[int, ...]]:
        """The positions along each axis that the family acts on."""
        found: dict[tuple[str, int], set[int]] = {}
        for term in self.motion.terms:
            if not isinstance(term, Free | Entries):
                found.setdefault((term.view.tensor, term.view.axis), set()).update(term.view.positions)
        return {axis: tuple(sorted(at)) for axis, at in found.items()}

    @property
    def exact(self) -> bool:
        """Whether the symmetry holds to round-off, in the gradient and in the loss itself."""
        return self.certificate < EXACT and self.change < FELT

    @property
    def unseen(self) -> bool:
        """Whether the loss changes where the gradient says that it does not: its laws hold, it is no symmetry."""
        return self.certificate < EXACT and not self.exact

    def xi(self, parameters: Tensors, v: Tensor | None = None) -> dict[str, Tensor]:
        """The generator with coordinates v, (dimension,), at some parameters; the sum of all where v is left out."""
        return self.motion.field(parameters, self._coordinates(parameters, v))

    def apply(self, parameters: Tensors, s: float, v: Tensor | None = None) -> dict[str, Tensor]:
        """All parameters after the finite transformation exp(s·ξ)."""
        return self.motion.flow(parameters, self._coordinates(parameters, v), s)

    def _coordinates(self, parameters: Tensors, v: Tensor | None) -> Tensor:
        return parameters[self.tensors[0]].new_ones(self.dimension) if v is None else v

    def __repr__(self) -> str:
        return f"Symmetry({self.kind} of dimension {self.dimension} on {', '.join(self.tensors)})"

    def __str__(self) -> str:
        return self.told(self.tensors)

    def told(self, place: Sequence[str]) -> str:
        """What is printed of it, with the tensors that move as they are told apart from those of other families."""
        held = "⟨g, ξ⟩ is 0 to" if self.unseen else "holds to" if self.exact else f"broken by {self.broken_by}, by"
        where = ", ".join(place)
        return f"{self.kind} of dimension {self.dimension} on {where}: {self.reason} ({held} {self.certificate:.0e})"


@dataclass(frozen=True)
class Laws:
    """How many conserved functions a family at a place has, without decay (MGP), and its exact laws under an optimizer.

    `exact` holds, for every rule of the optimizer and every part of the generators, the law from step to step: of each
    generator that moves what this rule alone trains.
    """

    symmetry: Symmetry
    place: tuple[str, ...]
    gradient_flow: int
    momentum_flow: int
    exact: tuple[DiscreteLaw, ...] = ()

    def __str__(self) -> str:
        counts = f"{self.gradient_flow} laws in gradient flow, {self.momentum_flow} with momentum"
        steps = [
            f"; by {law.rule.name}: {after} = {said}" for law in self.exact for after, said in law.equations.items()
        ]
        return f"{self.symmetry.kind} on {', '.join(self.place)}: {counts}{''.join(steps)}"


def laws(symmetry: Symmetry, place: tuple[str, ...], rules: Iterable[UpdateRule] = ()) -> Laws:
    """Symmetric generators have a law in gradient flow, skew ones one with momentum, translations one and two."""
    made_of = parts(symmetry.motion)
    exact = tuple(law for rule in rules for law in by_step(made_of, rule))
    return Laws(symmetry, place, *_counted(symmetry, made_of), exact)


def _counted(symmetry: Symmetry, made_of: tuple[str, ...]) -> tuple[int, int]:
    n, space = symmetry.dimension, symmetry.motion.space
    if isinstance(space, Square):
        return space.width * (space.width + 1) // 2, space.width * (space.width - 1) // 2
    return {"symmetric": (n, 0), "skew": (0, n), "constant": (n, 2 * n), "mixed": (0, 0)}[made_of[0]]


def kind(motion: Linear | Affine) -> str:
    """The name of a family."""
    if isinstance(motion, Affine):
        return "shift" if any(isinstance(term, Absorb) for term in motion.terms) else "translation"
    if isinstance(motion.space, Square):
        return "GL"
    if isinstance(motion.space, Triangle):
        return "O" if motion.space.sign < 0 else "symmetric"
    return "scale" if len({term.even > 0 for term in motion.terms}) == 1 else "rescale"


def fields(motion: Linear | Affine, parameters: Tensors) -> Tensor:
    """All generators of a family at a point, one a row, over all parameters."""
    units = torch.eye(motion.space.size, dtype=torch.float64)
    return torch.stack([flat({**_zeros(parameters), **motion.field(parameters, v)}) for v in units])


def flat(tensors: Tensors) -> Tensor:
    """All entries in one vector."""
    return torch.cat([tensor.flatten() for tensor in tensors.values()])


def _zeros(parameters: Tensors) -> dict[str, Tensor]:
    return {name: torch.zeros_like(tensor) for name, tensor in parameters.items()}


def _axis(term: object) -> tuple[str, int] | None:
    view = getattr(term, "view", None)
    return None if view is None else (view.tensor, view.axis)
