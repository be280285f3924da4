"""From symmetries and optimizer groups to what is measured, tensor by tensor, and what the numbers are put together to.

A line is one family of charges: where its numbers are on each of its tracks, and the law of the group that trains that
tensor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from symlag.discrete.forms import Form
from symlag.networks._spaces import Diagonal, Square, Triangle, Vectors
from symlag.networks._symmetry import Symmetry
from symlag.networks._terms import Absorb, Action, Shift
from symlag.networks.monitor._laws import Stepwise, stepwise
from symlag.networks.monitor._pieces import Pair, Single, Slices, piece
from symlag.networks.monitor._track import Track
from symlag.optimizers import Group

Array = NDArray[np.float64]

WRAPPERS = ("_orig_mod.", "module.")  # what torch.compile and DistributedDataParallel put before a name


@dataclass(frozen=True, eq=False)
class Part:
    """One tensor's part in a line: the numbers chosen from a piece, what stands before them, and the law."""

    tensor: str
    piece: Pair | Single
    chosen: Any
    coefficient: float
    law: Stepwise

    def values(self, numbers: Array) -> Array:
        """The charges in the numbers of a piece, (steps, size): of a matrix its symmetric or skew half."""
        return self.coefficient * self._picked(numbers, -1 if self.law.kind == "skew" else 1)

    def total(self, numbers: Array) -> float:
        """The magnitude of the coefficient times the sum over all indices."""
        if isinstance(self.piece, Slices):
            numbers = numbers.reshape(self.piece.width, -1).diagonal()
        return abs(self.coefficient) * float(numbers.sum())

    def sizes(self, numbers: Array) -> Array:
        """Their magnitudes in those of the numbers, (size,)."""
        return abs(self.coefficient) * self._picked(numbers[None], 1)[0]

    def _picked(self, numbers: Array, sign: int) -> Array:
        if not isinstance(self.piece, Slices):
            return numbers[:, self.chosen]
        M = numbers.reshape(-1, self.piece.width, self.piece.width)
        return ((M + sign * M.swapaxes(1, 2)) / 2)[(slice(None), *self.chosen)]


@dataclass(frozen=True, eq=False)
class Line:
    """The charges of a symmetry, of one kind of its generators; not whole where others train some of its tensors."""

    symmetry: Symmetry
    kind: str
    parts: tuple[Part, ...]
    whole: bool

    @property
    def name(self) -> str:
        """What and where the charges are."""
        skew = " (skew)" if self.kind == "skew" and self.symmetry.kind != "O" else ""
        return f"{self.symmetry.kind}{skew} {', '.join(self.symmetry.tensors)}"


@dataclass(frozen=True)
class Plan:
    """What is measured, `width` numbers a step, and what becomes of it; symmetries `skipped`, and why."""

    groups: tuple[Group, ...]
    tracks: tuple[Track, ...]
    lines: tuple[Line, ...]
    width: int
    skipped: tuple[tuple[Symmetry, str], ...] = ()

    @cached_property
    def carried(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the charges are that a step begins with, and where those are that it ends with."""
        begins, ends = list[int](), list[int]()
        for track in self.tracks:
            for begin, end in track.carried:
                begins += range(*begin.indices(self.width))
                ends += range(*end.indices(self.width))
        return np.array(begins, np.int64), np.array(ends, np.int64)


def planned(model: nn.Module, groups: tuple[Group, ...], symmetries: Sequence[Symmetry]) -> Plan:
    """The plan for the symmetries of a model under the rules of an optimizer's groups."""
    named = names(model)
    trained = {p: i for i, group in enumerate(groups) for p in group.parameters}
    owner = {name: trained[p] for name, p in named.items() if p in trained}
    laws = [{kind: stepwise(group.rule, kind) for kind in ("symmetric", "skew", "constant")} for group in groups]
    lines = tuple(line for symmetry in symmetries for line in _lines(symmetry, owner, laws))
    slots: dict[str, dict[tuple[Form, Pair | Single], slice]] = {}
    width = 0
    for part in (part for line in lines for part in line.parts):
        there = slots.setdefault(part.tensor, {})
        size = part.piece.size(tuple(named[part.tensor].shape))
        for key in [(form, part.piece) for form in part.law.measured if (form, part.piece) not in there]:
            there[key] = slice(width, width + size)
            width += size
    often = {
        name: {f for line in lines for part in line.parts if part.tensor == name for f in part.law.forms}
        for name in slots
    }
    tracks = tuple(
        Track(name, named[name], owner[name], there, frozenset({form for form, _ in there} - often[name]))
        for name, there in slots.items()
    )
    followed = {id(line.symmetry) for line in lines}
    skipped = tuple((s, _why(s, owner)) for s in symmetries if id(s) not in followed)
    return Plan(groups, tracks, lines, width, skipped)


def _why(symmetry: Symmetry, owner: Mapping[str, int]) -> str:
    """Why no charge of a symmetry is followed."""
    if not {*symmetry.tensors} & {*owner}:
        return "the optimizer trains none of its tensors"
    if any(isinstance(term, Absorb) for term in symmetry.motion.terms):
        return "its generator is one tensor times another, and the exact laws are those of generators linear in each"
    return "the rule holds no charge of it"


def names(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters of a model by the names they have without wrappers."""
    return {_bare(name): p for name, p in model.named_parameters()}


def _bare(name: str) -> str:
    for wrapper in WRAPPERS:
        name = name.replace(wrapper, "", 1) if name.startswith(wrapper) else name
    return name


def _lines(
    symmetry: Symmetry, owner: Mapping[str, int], laws: Sequence[Mapping[str, Stepwise | None]]
) -> Iterator[Line]:
    """The lines of a symmetry, one for each kind of its generators that some rule holds charges of."""
    for kind, weights in _kinds(symmetry):
        parts = tuple(_parts(symmetry, kind, weights, owner, laws))
        if parts:
            yield Line(symmetry, kind, parts, all(name in owner for name in symmetry.tensors))


def _kinds(symmetry: Symmetry) -> Iterator[tuple[str, list[float]]]:
    """Symmetric, skew, constant: with the coefficient of each term."""
    terms, space = symmetry.motion.terms, symmetry.motion.space
    actions = [term for term in terms if isinstance(term, Action)]
    if isinstance(space, Diagonal | Square) or (isinstance(space, Triangle) and space.sign > 0):
        yield "symmetric", [term.even for term in actions]
    if isinstance(space, Square) or (isinstance(space, Triangle) and space.sign < 0):
        yield "skew", [term.odd for term in actions]
    if not actions and not any(isinstance(term, Absorb) for term in terms):
        yield "constant", [term.coefficient if isinstance(term, Shift) else 1.0 for term in terms]


def _parts(
    symmetry: Symmetry,
    kind: str,
    weights: Sequence[float],
    owner: Mapping[str, int],
    laws: Sequence[Mapping[str, Stepwise | None]],
) -> Iterator[Part]:
    """What each tensor contributes that this optimizer trains."""
    space = symmetry.motion.space
    for term, weight in zip(symmetry.motion.terms, weights, strict=True):
        name = term.view.tensor if isinstance(term, Action) else term.tensor
        law = laws[owner[name]][kind] if name in owner else None
        if law is not None and weight:
            made = piece(term, diagonal=isinstance(space, Diagonal))
            yield Part(name, made, _chosen(term, space, kind), weight, law)


def _chosen(term: Any, space: Any, kind: str) -> Any:
    """Which numbers of a piece the charges are."""
    if isinstance(space, Square | Triangle):
        return np.triu_indices(space.width, int(kind == "skew" or isinstance(space, Triangle)))
    if isinstance(space, Diagonal | Vectors):
        return [term.view.positions[i] for i in space.indices]
    if isinstance(term, Shift):
        return [*term.view.positions]
    return slice(None)
