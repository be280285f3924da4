"""All symmetries found of a model, as a sequence of families, with the verdict whether any are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import TYPE_CHECKING, overload

from symlag.citations import GRADIENT_FLOWS, NEURAL_MECHANICS, Cited, Work
from symlag.display import Displayable
from symlag.networks.completeness import MOST_PARAMETERS
from symlag.networks.exact_laws import distinct_rules
from symlag.networks.result.explanations import explain_gradient_only
from symlag.networks.result.locations import Location, locations
from symlag.networks.symmetry import Laws, Symmetry, laws_of

if TYPE_CHECKING:
    from torch.optim import Optimizer


@dataclass(frozen=True)
class Found(Displayable, Cited, Sequence[Symmetry]):
    """The symmetries of a model: a sequence of families, and how much of what leaves the loss alone they explain.

    `len`, iteration, indexing, slicing and `in` are those of the tuple of families that hold. It is what
    `symlag.networks.symmetries` returns.

    Parameters
    ----------
    symmetries : tuple of Symmetry
        The families that hold.
    broken : tuple of Symmetry
        The families that something such as eps or dropout breaks, with how far and by what.
    shapes : mapping of str to tuple of int
        The shapes of all parameters that learn, by name, in the model's order.
    orbit_dimension : int or None
        The rank of all generators at a generic point. This and the next two are None where the model has too many
        parameters to be counted.
    fiber_dimension : int or None
        The number of directions at this point in which no gradient of any batch points.
    dead_dimension : int or None
        How many of these nothing found explains and move only parameters without gradient, as of dead units.
    near : float
        All this holds for parameters within about this share of the model's own; infinite where it holds for all.

    Examples
    --------
    >>> import torch
    >>> from symlag.networks import symmetries
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    >>> found = symmetries(model, torch.nn.functional.mse_loss, (torch.randn(8, 2), torch.randn(8, 2)))
    >>> len(found), found[0] in found, [family.kind for family in found[:2]]
    (2, True, ['GL', 'shift'])
    >>> found.dimension, found.orbit_dimension, found.fiber_dimension
    (6, 6, 6)
    >>> print(found.verdict)
    None missed, proved: 6 directions leave the loss alone, all of them found.
    """

    symmetries: tuple[Symmetry, ...]
    broken: tuple[Symmetry, ...]
    shapes: Mapping[str, tuple[int, ...]]
    orbit_dimension: int | None
    fiber_dimension: int | None
    dead_dimension: int | None
    near: float = inf

    def __len__(self) -> int:
        return len(self.symmetries)

    @overload
    def __getitem__(self, index: int) -> Symmetry: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Symmetry, ...]: ...

    def __getitem__(self, index: int | slice) -> Symmetry | tuple[Symmetry, ...]:
        return self.symmetries[index]

    @property
    def works(self) -> tuple[Work, ...]:
        """The works that the search rests on: neural mechanics, and the laws of gradient flow."""
        return NEURAL_MECHANICS, GRADIENT_FLOWS

    @property
    def parameters(self) -> int:
        """The number of parameters that learn."""
        return sum(map(prod, self.shapes.values()))

    @property
    def located(self) -> Iterator[tuple[Symmetry, Location]]:
        """All families, the broken ones last, with their tensors: told apart by positions where two are alike."""
        for families in (self.symmetries, self.broken):
            yield from zip(families, locations(families), strict=True)

    @property
    def dimension(self) -> int:
        """The number of independent generators of all families."""
        return sum(symmetry.dimension for symmetry in self.symmetries)

    @property
    def unexplained_dimension(self) -> int | None:
        """How many directions leave the loss alone for reasons that were not found."""
        if self.fiber_dimension is None or self.orbit_dimension is None:
            return None
        return self.fiber_dimension - self.orbit_dimension

    @property
    def verdict(self) -> str:
        """Whether the symmetries found are all there are, and which of them the gradient alone has."""
        gradient_only = self._gradient_only
        if not gradient_only:
            return self._count
        names = " and ".join(f"{symmetry.kind} on {', '.join(symmetry.tensors)}" for symmetry in gradient_only)
        return f"{self._count} Note: {explain_gradient_only(max(s.change for s in gradient_only), names)}."

    @property
    def _gradient_only(self) -> list[Symmetry]:
        return [symmetry for symmetry in self.symmetries if symmetry.gradient_only]

    @property
    def _count(self) -> str:
        """How many directions are explained, as a sentence."""
        where = "" if self.near == inf else f" within {self.near:.2g} of the size of the parameters that the model had"
        alone = "have no gradient" if self._gradient_only else "leave the loss alone"
        unexplained = self.unexplained_dimension
        if unexplained is None:
            holding = self.dimension - sum(symmetry.dimension for symmetry in self._gradient_only)
            return (
                f"{holding} symmetries hold{where}; with {self.parameters} parameters the fiber was not "
                "counted, so that others may be missed, scales of many tensors or of families not searched: search the "
                f"same model made narrower, of at most {MOST_PARAMETERS} parameters, to prove that there are none."
            )
        if unexplained == 0:
            return f"None missed{where}, proved: {self.orbit_dimension} directions {alone}, all of them found."
        dead = self.dead_dimension or 0
        reasons: list[str] = []
        if unexplained > dead:
            mixed = "" if self.near == inf else ", or of units that are never off there and mix"
            others = f"{unexplained - dead} not of the families searched"
            reasons.append(f"{others}, maybe of over-wide layers or norms{mixed}")
        if dead > 0:
            reasons.append(f"{dead} of units that are dead there")
        directions = f"{unexplained} more of {self.fiber_dimension} directions {alone} at a generic point{where}"
        return f"{directions}: {' and '.join(reasons)}."

    def laws(self, optimizer: Optimizer | None = None) -> tuple[Laws, ...]:
        """The laws of each family: how many in gradient flow and with momentum, and the exact ones of an optimizer.

        Parameters
        ----------
        optimizer : torch.optim.Optimizer, optional
            The optimizer whose exact laws, from step to step, are asked for; without one only the counts are given.

        Returns
        -------
        tuple of Laws
            One for each family.

        Raises
        ------
        SymlagError
            If symlag has no update rule for the optimizer.
        """
        rules = () if optimizer is None else distinct_rules(optimizer)
        at = locations(self.symmetries)
        return tuple(laws_of(symmetry, location, rules) for symmetry, location in zip(self, at, strict=True))

    def __repr__(self) -> str:
        kinds = Counter(symmetry.kind for symmetry in self.symmetries)
        families = ", ".join(f"{n} of kind {kind}" for kind, n in kinds.items()) or "no symmetries"
        return f"Found({families}; dimension {self.dimension}, {len(self.broken)} broken)"

    def __str__(self) -> str:
        return "\n".join([*(symmetry.summary(location) for symmetry, location in self.located), self.verdict])
