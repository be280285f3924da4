"""Families of charges: what each tensor adds to the charges of a symmetry, and in which numbers it is found.

A charge of a symmetry ξ is a sum over the tensors that ξ moves, Q = Σ_W ⟨x_W, ξ_W⟩, of a letter x of each tensor: θ
itself for a charge of positions, a momentum for a charge of momenta. Generators AW of one symmetry are of two kinds,
symmetric A and skew A, whose charges have different laws; so a symmetry has one family of charges for each kind of its
generators for which some rule keeps charges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symlag.networks.generators.families import Linear
from symlag.networks.generators.tensor_action import Absorption, Action, Entries, NullVectors, Shift
from symlag.networks.monitor.form_reductions import Reduction, SliceProducts, reduction_of
from symlag.networks.monitor.numeric_laws import StepLaw
from symlag.networks.result.locations import Location
from symlag.networks.symmetry import Symmetry

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Summand:
    """What one tensor adds to the charges of a family.

    Attributes
    ----------
    tensor : str
        The tensor, whose optimizer's group has the law.
    measured_at : str
        The tensor at which forms are measured: the same, or the weight by which it takes back shifts.
    reduction : Reduction
        Which numbers are measured.
    chosen : index
        Which of these numbers belong to charges; of a matrix the entries (i, j).
    coefficient : float
        The factor before them.
    law : StepLaw
        What a step does to the charges.
    """

    tensor: str
    measured_at: str
    reduction: Reduction
    chosen: Any
    coefficient: float
    law: StepLaw

    def values(self, numbers: Array) -> Array:
        """The charges, (…, size), in the numbers of the reduction; in a matrix M they are those of (M ± Mᵀ)/2."""
        return self.coefficient * self._chosen_of(numbers, self._parity)

    def magnitudes(self, numbers: Array) -> Array:
        """The magnitudes of the charges, (…, size), in those of the numbers."""
        return abs(self.coefficient) * self._chosen_of(numbers, 1)

    def sums(self, numbers: Array) -> Array:
        """The sum of all charges, (…)."""
        if not isinstance(self.reduction, SliceProducts):
            return self.coefficient * numbers[..., self.chosen].sum(-1)
        width = self.reduction.width
        M = np.zeros((width, width))
        M[self.chosen] = self.coefficient / 2
        # unlike a product of matrices the same to the bit, however many steps there are
        return np.einsum("...n,n->...", numbers, (M + self._parity * M.T).flatten())

    def trace(self, numbers: Array) -> float:
        """The magnitude of the coefficient times the sum of all numbers, of a matrix those on the diagonal."""
        if isinstance(self.reduction, SliceProducts):
            numbers = numbers.reshape(self.reduction.width, -1).diagonal()
        return abs(self.coefficient) * float(numbers.sum())

    @property
    def _parity(self) -> int:
        return -1 if self.law.kind == "skew" else 1

    def _chosen_of(self, numbers: Array, sign: int) -> Array:
        if not isinstance(self.reduction, SliceProducts):
            return numbers[..., self.chosen]
        i, j = self.chosen
        width = self.reduction.width
        return (numbers.take(i * width + j, -1) + sign * numbers.take(j * width + i, -1)) / 2


@dataclass(frozen=True, eq=False)
class ChargeFamily:
    """The charges of a symmetry for one kind of its generators.

    Attributes
    ----------
    symmetry : Symmetry
        The symmetry.
    place : Location
        Its tensors and positions, which tell it apart from others of a plan, so that every family has its own name.
    kind : str
        The kind of its generators: "symmetric", "skew", "constant" or "absorbed".
    summands : tuple of Summand
        What each tensor adds.
    whole : bool
        Whether this optimizer trains all the tensors that it should sum over.
    """

    symmetry: Symmetry
    place: Location
    kind: str
    summands: tuple[Summand, ...]
    whole: bool

    @property
    def name(self) -> str:
        """What the charges are, and where."""
        skew = " (skew)" if self.kind == "skew" and len(self.symmetry.family.parts) > 1 else ""
        return f"{self.symmetry.kind}{skew} {', '.join(self.place)}"


def charge_families(
    symmetry: Symmetry, place: Location, group_of: Mapping[str, int], laws: Sequence[Mapping[str, StepLaw | None]]
) -> Iterator[ChargeFamily]:
    """The families of charges of a symmetry for which some rule keeps charges.

    `group_of` has the group of every tensor that is trained, and `laws` for each group the law by kind of generator.
    """
    space = symmetry.family.space
    for kind, coefficients in _coefficients_by_kind(symmetry):
        summands = list[Summand]()
        for term, coefficient in zip(symmetry.family.terms, coefficients, strict=True):
            tensor = term.view.tensor if isinstance(term, Action) else term.tensor
            # of a shift that is taken back each part has its own law
            law_kind = "shift" if kind == "absorbed" and isinstance(term, Shift) else kind
            law = laws[group_of[tensor]][law_kind] if tensor in group_of else None
            if law is not None and coefficient:
                measured_at = term.view.tensor if isinstance(term, Absorption) else tensor
                reduction = reduction_of(term, diagonal=getattr(space, "diagonal", False))
                chosen = _chosen_numbers(term, space, kind)
                summands.append(Summand(tensor, measured_at, reduction, chosen, coefficient, law))
        if summands:
            whole = len(summands) == sum(coefficient != 0 for coefficient in coefficients)
            yield ChargeFamily(symmetry, place, kind, tuple(summands), whole)


def _coefficients_by_kind(symmetry: Symmetry) -> Iterator[tuple[str, list[float]]]:
    """The kinds of generators of a symmetry, each with the coefficient of every term."""
    family = symmetry.family
    if isinstance(family, Linear):
        for part in family.parts:
            yield part, [term.coefficient(part) for term in family.terms]
    else:
        kind = "absorbed" if family.absorptions else "constant"
        yield kind, [term.coefficient if isinstance(term, Shift | Absorption) else 1.0 for term in family.terms]


def _chosen_numbers(term: Any, space: Any, kind: str) -> Any:
    """Which numbers of a reduction belong to charges."""
    if isinstance(term, Action) and not space.diagonal:
        return space.charge_entries(kind)
    if isinstance(term, NullVectors | Entries):
        return slice(None)
    return _as_slice([term.view.positions[i] for i in space.support])


def _as_slice(positions: Sequence[int]) -> Any:
    """Positions as a slice, which is read without a copy, where they are consecutive."""
    step = positions[1] - positions[0] if len(positions) > 1 else 1
    span = range(positions[0], positions[-1] + 1, step)
    return slice(span.start, span.stop, step) if [*positions] == [*span] else np.array(positions)
