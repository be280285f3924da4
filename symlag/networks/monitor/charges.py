"""The lines of a ledger: one family of charges each, and what every tensor has to do with it.

A symmetry has a line for each kind of its generators that some rule holds charges of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symlag.networks.generators.families import Linear
from symlag.networks.generators.tensor_action import Absorption, Action, Entries, NullVectors, Shift
from symlag.networks.monitor.exact_laws import Stepwise
from symlag.networks.monitor.reductions import Pair, Single, Slices, piece
from symlag.networks.result.locations import Location
from symlag.networks.symmetry import Symmetry

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Part:
    """One tensor's part in a line: the numbers chosen from a piece, what stands before them, and the law.

    They are measured `at` the tensor, or at the weight by which it takes back shifts.
    """

    tensor: str
    at: str
    piece: Pair | Single
    chosen: Any
    coefficient: float
    law: Stepwise

    def values(self, numbers: Array) -> Array:
        """The charges in the numbers of a piece, (…, size): of a matrix its symmetric or skew half."""
        return self.coefficient * self._picked(numbers, self._parity)

    def sizes(self, numbers: Array) -> Array:
        """Their magnitudes in those of the numbers, (…, size)."""
        return abs(self.coefficient) * self._picked(numbers, 1)

    def sums(self, numbers: Array) -> Array:
        """The sum of all charges in the numbers of a piece, (…)."""
        if not isinstance(self.piece, Slices):
            return self.coefficient * numbers[..., self.chosen].sum(-1)
        weights = self._weights(self.piece.width)
        return np.einsum("...n,n->...", numbers, weights)  # the same, to the bit, however many steps there are

    def total(self, numbers: Array) -> float:
        """The magnitude of the coefficient times the sum over all indices."""
        if isinstance(self.piece, Slices):
            numbers = numbers.reshape(self.piece.width, -1).diagonal()
        return abs(self.coefficient) * float(numbers.sum())

    @property
    def _parity(self) -> int:
        return -1 if self.law.kind == "skew" else 1

    def _picked(self, numbers: Array, sign: int) -> Array:
        if not isinstance(self.piece, Slices):
            return numbers[..., self.chosen]
        i, j = self.chosen
        there, mirrored = (numbers.take(at, -1) for at in (i * self.piece.width + j, j * self.piece.width + i))
        return (there + sign * mirrored) / 2

    def _weights(self, width: int) -> Array:
        """What each number of a matrix adds to the sum of all charges."""
        M = np.zeros((width, width))
        M[self.chosen] = self.coefficient / 2
        return (M + self._parity * M.T).flatten()


@dataclass(frozen=True, eq=False)
class Line:
    """The charges of a symmetry, of one kind of its generators; not whole where others train some of its tensors.

    The `place` tells the symmetry apart from others of a plan, so that every line has a name of its own.
    """

    symmetry: Symmetry
    place: Location
    kind: str
    parts: tuple[Part, ...]
    whole: bool

    @property
    def name(self) -> str:
        """What and where the charges are."""
        skew = " (skew)" if self.kind == "skew" and len(self.symmetry.family.parts) > 1 else ""
        return f"{self.symmetry.kind}{skew} {', '.join(self.place)}"


def lines(
    symmetry: Symmetry, place: Location, owner: Mapping[str, int], laws: Sequence[Mapping[str, Stepwise | None]]
) -> Iterator[Line]:
    """The lines of a symmetry, one for each kind of its generators that some rule holds charges of."""
    for kind, weights in _kinds(symmetry):
        parts = tuple(_parts(symmetry, kind, weights, owner, laws))
        if parts:
            yield Line(symmetry, place, kind, parts, len(parts) == sum(weight != 0 for weight in weights))


def _kinds(symmetry: Symmetry) -> Iterator[tuple[str, list[float]]]:
    """Symmetric, skew, constant, or a shift that is taken back: with the coefficient of each term."""
    family = symmetry.family
    if isinstance(family, Linear):
        yield from ((part, [term.coefficient(part) for term in family.terms]) for part in family.parts)
    else:
        kind = "absorbed" if family.absorptions else "constant"
        yield kind, [term.coefficient if isinstance(term, Shift | Absorption) else 1.0 for term in family.terms]


def _parts(
    symmetry: Symmetry,
    kind: str,
    weights: Sequence[float],
    owner: Mapping[str, int],
    laws: Sequence[Mapping[str, Stepwise | None]],
) -> Iterator[Part]:
    """What each tensor contributes that this optimizer trains."""
    space = symmetry.family.space
    for term, weight in zip(symmetry.family.terms, weights, strict=True):
        name = term.view.tensor if isinstance(term, Action) else term.tensor
        shifted = kind == "absorbed" and isinstance(term, Shift)
        law = laws[owner[name]]["shift" if shifted else kind] if name in owner else None
        if law is not None and weight:
            made = piece(term, diagonal=getattr(space, "diagonal", False))
            at = term.view.tensor if isinstance(term, Absorption) else name
            yield Part(name, at, made, _chosen(term, space, kind), weight, law)


def _chosen(term: Any, space: Any, kind: str) -> Any:
    """Which numbers of a piece the charges are."""
    if isinstance(term, Action) and not space.diagonal:
        return space.charge_entries(kind)
    if isinstance(term, NullVectors | Entries):
        return slice(None)
    return _even([term.view.positions[i] for i in space.support])


def _even(at: Sequence[int]) -> Any:
    """Positions as a slice, which is read without a copy, where they lie evenly."""
    step = at[1] - at[0] if len(at) > 1 else 1
    return slice(at[0], at[-1] + 1, step) if [*at] == [*range(at[0], at[-1] + 1, step)] else np.array(at)
