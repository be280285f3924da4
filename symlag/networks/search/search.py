"""The families of symmetries that random draws show, each said once.

A linear family lets a matrix X act along views of axes, each view v by a multiple cᵥ of X. It is a symmetry where
Σᵥ cᵥ ⟨G, X·W⟩ᵥ = 0 for all X of its space, all parameters and batches. So for one width the coefficients c of all views
are a null vector of the matrix of rates, whose rows are draws and basis elements of the space: from rates of skew,
symmetric and diagonal X come O, GL and rescale symmetries. Random rows bound the null space from above, and what is in
it is confirmed at fresh draws (`symlag.networks.certificate`). Wide views come first, narrow ones add the rest; scales
of whole tensors add what is too long to be said index by index.

What the families of a space are is said in `symlag.networks.generators.matrix_spaces`; how they are found, here: a new
space of matrices has a class there and a function here that `matrix_families` asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symlag.networks.generators.axis_views import View
from symlag.networks.generators.families import Affine, Linear
from symlag.networks.generators.matrix_spaces import Diagonal, GeneralLinear, SkewMatrices, SymmetricMatrices
from symlag.networks.generators.tensor_action import Action
from symlag.networks.search.known_relations import RelationSpace, at_position, identities
from symlag.networks.search.sketch import Sketch
from symlag.networks.search.sparse_relations import implied_at_width, relations
from symlag.networks.search.translations import joint_translations, single_translations

Relation = Mapping[View, float]
ByWidth = Mapping[int, Sequence[View]]


def all_families(sketch: Sketch) -> list[Linear | Affine]:
    """Every family of symmetries that the draws show."""
    by_width = {
        width: [view for view in views if sketch.view_has_gradient(view)]
        for width, views in sketch.plan.by_width.items()
    }
    single = single_translations(sketch)
    return [*single, *matrix_families(sketch, by_width), *joint_translations(sketch, by_width, single)]


def matrix_families(sketch: Sketch, by_width: ByWidth) -> list[Linear]:
    """Every linear family, those of the larger spaces first: what a larger space holds is not said again."""
    pairs = list(_skew_and_symmetric(sketch))
    return [*pairs, *_diagonal(sketch, by_width, pairs)]


def _skew_and_symmetric(sketch: Sketch) -> Iterator[Linear]:
    """O(w) from a skew relation; GL(w) where there is a symmetric one between the same views, of a pair of both."""
    odds: list[tuple[int, Relation]] = []
    evens: list[tuple[int, Relation]] = []
    for width, paired in sketch.plan.paired.items():
        columns = [view for view in paired if sketch.view_has_gradient(view)]
        odd = relations(sketch.skew(columns), columns, implied_at_width(odds, width))
        even = relations(sketch.symmetric(columns), columns, implied_at_width(evens, width))
        odds.extend((width, relation) for relation in odd)
        evens.extend((width, relation) for relation in even)
        for a in odd:
            s = next((s for s in even if s.keys() == a.keys()), None)
            yield Linear(_actions(s or {}, a), GeneralLinear(width) if s else SkewMatrices(width))
        alone = [s for s in even if not any(s.keys() == a.keys() for a in odd)]
        yield from (Linear(_actions(s, {}), SymmetricMatrices(width)) for s in alone)


def _diagonal(sketch: Sketch, by_width: ByWidth, pairs: Sequence[Linear]) -> Iterator[Linear]:
    """Scales and rescales that GL(w) does not contain: of single indices, then of whole tensors."""
    known = identities(sketch)
    for family in pairs:
        if isinstance(family.space, GeneralLinear):
            for j in range(family.space.width):
                known.add(at_position({term.view: term.even for term in family.terms}, j))
    yield from _scales_by_index(sketch, by_width, known)
    yield from _scales_by_tensor(sketch, known)


def _scales_by_index(sketch: Sketch, by_width: ByWidth, known: RelationSpace) -> Iterator[Linear]:
    """Scales of single indices; at width one any weighted sum of diagonal rates, as that of a layer before a norm."""
    for width, columns in by_width.items():
        for found in relations(sketch.diagonal(columns), columns):
            relation: Relation = found
            if width == 1:
                left = known.reduce(at_position(found, 0))
                relation = {View(name, axis, at, 1, 1): value for (name, axis, at), value in left.items()}
            new = tuple(j for j in range(width) if known.add(at_position(relation, j)))
            if new:
                yield Linear(_actions(relation, {}), Diagonal(width, new))


def _scales_by_tensor(sketch: Sketch, known: RelationSpace) -> Iterator[Linear]:
    """Scales of whole tensors, each with one coefficient, where there are as many draws."""
    names = [name for name in sketch.plan.shapes if any(sketch.has_gradient[name, 0])]
    for found in relations(sketch.whole(names), names):
        relation = {view: value for name, value in found.items() for view in sketch.plan.single_positions(name)}
        if known.add(at_position(relation, 0)):
            yield Linear(_actions(relation, {}), Diagonal(1, (0,)))


def _actions(even: Relation, odd: Relation) -> tuple[Action, ...]:
    return tuple(Action(view, even.get(view, 0.0), odd.get(view, 0.0)) for view in dict.fromkeys((*even, *odd)))
