"""The symmetries that act along axes of a model's tensors, from random draws, each said once.

Of one width, each view is an unknown coefficient, the same for all indices: null vectors of the skew, symmetric and
diagonal rates are O, GL and rescale symmetries. Width one has no indices left, and asks for any weighted sum of
diagonal entries that vanishes: the scale of a layer before a norm. Wide ones come first, narrow ones add the rest, and
sums over whole tensors what is too long to be said index by index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symlag.networks.generators.axis_views import View
from symlag.networks.generators.generators import Affine, Linear
from symlag.networks.generators.matrix_spaces import Diagonal, Square, Triangle
from symlag.networks.generators.tensor_action import Action
from symlag.networks.search.joint_translations import shared
from symlag.networks.search.row_space import Span
from symlag.networks.search.single_positions import Key, single, span
from symlag.networks.search.sketch import Sketch
from symlag.networks.search.sparse_relations import narrowed, relations
from symlag.networks.search.translations import translations

Relation = Mapping[View, float]
ByWidth = Mapping[int, Sequence[View]]


def families(sketch: Sketch) -> list[Linear | Affine]:
    """Every family of symmetries that the draws show."""
    still = translations(sketch)
    by_width = {width: [v for v in found if sketch.loud(v)] for width, found in sketch.plan.by_width.items()}
    whole = list(_whole(sketch))
    return [*still, *whole, *_diagonal(sketch, by_width, whole), *shared(sketch, by_width, still)]


def _whole(sketch: Sketch) -> Iterator[Linear]:
    """O(w) and GL(w): a skew relation, alone or with a symmetric one between the same views."""
    odds: list[tuple[int, Relation]] = []
    evens: list[tuple[int, Relation]] = []
    for width, every in sketch.plan.paired.items():
        columns = [view for view in every if sketch.loud(view)]
        odd = relations(sketch.skew(columns), columns, narrowed(odds, width))
        even = relations(sketch.symmetric(columns), columns, narrowed(evens, width))
        odds.extend((width, a) for a in odd)
        evens.extend((width, s) for s in even)
        for a in odd:
            twin = next((s for s in even if s.keys() == a.keys()), None)
            yield Linear(_actions(twin or {}, a), Square(width) if twin else Triangle(width, -1))
        alone = [s for s in even if not any(s.keys() == a.keys() for a in odd)]
        yield from (Linear(_actions(s, {}), Triangle(width, 1)) for s in alone)


def _diagonal(sketch: Sketch, by_width: ByWidth, whole: Sequence[Linear]) -> Iterator[Linear]:
    """Scales and rescales that no matrix algebra contains."""
    known = span(sketch)
    for family in whole:
        if isinstance(family.space, Square):
            for j in range(family.space.width):
                known.add(single({term.view: term.even for term in family.terms}, j))
    yield from _by_index(sketch, by_width, known)
    yield from _by_tensor(sketch, known)


def _by_index(sketch: Sketch, by_width: ByWidth, known: Span) -> Iterator[Linear]:
    """Scales and rescales of single indices."""
    for width, columns in by_width.items():
        for found in relations(sketch.diagonal(columns), columns):
            relation = found if width > 1 else _views(known.rest(single(found, 0)))
            new = tuple(j for j in range(width) if known.add(single(relation, j)))
            if new:
                yield Linear(_actions(relation, {}), Diagonal(width, new))


def _by_tensor(sketch: Sketch, known: Span) -> Iterator[Linear]:
    """Scales of whole tensors, each with one coefficient, where there are as many draws."""
    names = [name for name in sketch.plan.shapes if any(sketch.there[name, 0])]
    for found in relations(sketch.whole(names), names):
        relation = {view: value for name, value in found.items() for view in sketch.plan.singles(name)}
        if known.add(single(relation, 0)):
            yield Linear(_actions(relation, {}), Diagonal(1, (0,)))


def _views(relation: Mapping[Key, float]) -> Relation:
    return {View(name, axis, at, 1, 1): value for (name, axis, at), value in relation.items()}


def _actions(even: Relation, odd: Relation) -> tuple[Action, ...]:
    return tuple(Action(view, even.get(view, 0.0), odd.get(view, 0.0)) for view in dict.fromkeys((*even, *odd)))
