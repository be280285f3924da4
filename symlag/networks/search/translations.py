"""Translations: constant fields of one tensor or several, and shifts of inputs that a bias takes back.

One tensor W with gradient G may be shifted at will in its entries without gradient, and along n⊗y for a null vector n
of an axis, nᵀG = 0, and any y. Behind a softmax the columns of G sum to zero, so n = (1, …, 1) along the axis of
classes; a bias before BatchNorm, or of attention's keys, has no gradient at all.

Several tensors are shifted at once as two biases of one sum, or an embedding against another. A shift x of the inputs
of a layer changes its output by W·x, which its bias can take back: δb = −W·x. So a bias before a linear layer with a
bias is free, as is that of attention's values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod

import torch
from torch import Tensor

from symlag.networks.generators.axis_views import View
from symlag.networks.generators.families import Affine
from symlag.networks.generators.matrix_spaces import AllVectors, Vectors
from symlag.networks.generators.tensor_action import Absorption, NullVectors, Shift
from symlag.networks.search.known_relations import RelationSpace, identities
from symlag.networks.search.null_space import TINY, null_space, reduced_echelon, rows_needed
from symlag.networks.search.sketch import ROUND_OFF, Sketch
from symlag.networks.search.sparse_relations import relations
from symlag.networks.search.view_plan import SOLVED

ShiftTerm = Shift | Absorption


def single_translations(sketch: Sketch) -> list[Affine]:
    """All constant fields of one tensor that leave the loss alone."""
    return [family for name in sketch.plan.shapes for family in (*_zero_gradients(sketch, name), *_null(sketch, name))]


def _zero_gradients(sketch: Sketch, name: str) -> Iterator[Affine]:
    entries = sketch.rates[name].zeros.entries(name)
    if entries.size:
        yield Affine((entries,), AllVectors(entries.size))


def _null(sketch: Sketch, name: str) -> Iterator[Affine]:
    """n⊗y axis by axis: along earlier axes y avoids what is spanned by their null vectors."""
    shape = sketch.plan.shapes[name]
    positions = [_positions_with_gradient(sketch.has_gradient[name, axis]) for axis in range(len(shape))]
    for axis, length in enumerate(shape):
        rows = sketch.draws * prod(shape) / length
        solvable = length <= SOLVED and rows >= rows_needed(length)
        N = _null_vectors(sketch, name, axis) if solvable else _ones(sketch, name, axis)
        if N.shape[1]:
            term = NullVectors(name, axis, N, tuple(positions), shape)
            yield Affine((term,), AllVectors(term.size))
            positions[axis] = _complement(N, sketch.has_gradient[name, axis])


def _positions_with_gradient(there: list[bool]) -> Tensor | None:
    """The positions along an axis where there is any gradient; none for all."""
    return None if all(there) else torch.tensor(there).nonzero().flatten()


def _complement(N: Tensor, there: list[bool]) -> Tensor:
    """Positions whose unit vectors, with the null vectors N in columns, are a basis."""
    pivots = {int(row.nonzero()[0]) for row in reduced_echelon(N.T)}
    others = [i for i, has_gradient in enumerate(there) if has_gradient and i not in pivots]
    return torch.tensor(others, dtype=torch.int64)


def _null_vectors(sketch: Sketch, name: str, axis: int) -> Tensor:
    """The null vectors n with nᵀG = 0 along an axis, in columns."""
    there = sketch.has_gradient[name, axis]
    units = torch.eye(len(there), dtype=torch.float64)[:, there]
    if not any(there):
        return units
    rows = sketch.rates[name].factors[axis] @ units
    scale = rows.norm(dim=0).clamp(min=TINY)
    missing = max(0, rows.shape[1] - len(rows))  # a null space is asked of as many rows as columns
    square = torch.cat([rows / scale, rows.new_zeros(missing, rows.shape[1])])
    return units @ reduced_echelon(null_space(square) / scale).mT


def _ones(sketch: Sketch, name: str, axis: int) -> Tensor:
    """(1, …, 1) where there is any gradient, in a column, if it is a null vector; else no column."""
    there = torch.tensor(sketch.has_gradient[name, axis], dtype=torch.float64)[:, None]
    return there if sketch.rates[name].balanced[axis] and bool(there.any()) else there[:, :0]


def joint_translations(
    sketch: Sketch, by_width: Mapping[int, Sequence[View]], single: Sequence[Affine]
) -> Iterator[Affine]:
    """Families of shifts that single tensors do not have."""
    known = _known_shifts(sketch, single)
    for width, views in by_width.items():
        columns = [term for term in _shift_terms(sketch, views) if float(sketch.shift([term]).abs().max()) > ROUND_OFF]
        for relation in relations(sketch.shift(columns), columns):
            new = tuple(j for j in range(width) if known.add(_at_position(relation, j)))
            if new:
                terms = tuple(replace(term, coefficient=value) for term, value in relation.items())
                yield Affine(terms, Vectors(width, new))


def _known_shifts(sketch: Sketch, single: Sequence[Affine]) -> RelationSpace:
    """What every loss obeys, and the shifts along null vectors of one tensor."""
    known = identities(sketch)
    for term in (term for family in single for term in family.terms if isinstance(term, NullVectors)):
        for n in term.null.T.tolist():
            known.add({(term.tensor, term.axis, i): value for i, value in enumerate(n)})
    return known


def _at_position(relation: Mapping[ShiftTerm, float], j: int) -> dict[tuple[str, str | int, int], float]:
    """What a relation between shifts says of their index j."""
    found: dict[tuple[str, str | int, int], float] = {}
    for term, value in relation.items():
        where = term.view.axis if isinstance(term, Shift) else term.view.tensor
        key = (term.tensor, where, term.view.positions[j])
        found[key] = found.get(key, 0.0) + value
    return found


def _shift_terms(sketch: Sketch, views: Sequence[View]) -> list[ShiftTerm]:
    """The shifts along views, each beside what absorbs it, as of very many only near ones are compared."""
    terms: list[ShiftTerm] = []
    for view in views:
        terms.append(Shift(view, 1.0))
        if view.axis == 1:
            biases = [bias for bias, weights in sketch.plan.absorbed_by.items() if view.tensor in weights]
            # Of several vectors beside a weight the first that has a gradient is its bias.
            terms += [Absorption(bias, view, 1.0) for bias in biases if any(sketch.has_gradient[bias, 0])][:1]
    return terms
