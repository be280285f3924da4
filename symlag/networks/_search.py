"""All linear symmetries of the axes of a model's tensors, from random draws, each said once.

Of one width, each view is an unknown coefficient, the same for all indices: null vectors of the skew, symmetric and
diagonal rates are O, GL and rescale symmetries. Width one has no indices left, and asks for any weighted sum of
diagonal entries that vanishes: the scale of a layer before a norm. Wide ones come first, narrow ones add the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, prod

from symlag.networks import _moments as moments
from symlag.networks._moments import Stack
from symlag.networks._motions import Affine, Linear
from symlag.networks._patterns import narrowed, relations
from symlag.networks._shifts import shared
from symlag.networks._singles import Key, single, span
from symlag.networks._spaces import Diagonal, Square, Triangle
from symlag.networks._terms import Action
from symlag.networks._translations import enough, translations
from symlag.networks._views import View, views

Relation = Mapping[View, float]
ByWidth = Mapping[int, Sequence[View]]
FEWEST = 6


def families(stack: Stack) -> list[Linear | Affine]:
    """Every family of symmetries that the draws show."""
    still = translations(stack)
    by_width = {width: [v for v in found if stack.loud(v)] for width, found in views(stack.shapes).items()}
    whole = list(_whole(stack, by_width))
    return [*still, *whole, *_diagonal(stack, by_width, whole), *shared(stack, by_width, still)]


def draws_needed(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """How many draws show all relations: as many rows as unknowns, and some more."""
    by_width = views(shapes)
    paired = [enough(len(v)) / max(1, len(moments.pairs(width)[0])) for width, v in by_width.items() if width > 1]
    single = [2 * enough(len(v)) / width for width, v in by_width.items()]
    along = [enough(length) / (prod(shape) / length) for shape in shapes.values() for length in shape]
    return max(FEWEST, *map(ceil, (*paired, *single, *along)))


def _whole(stack: Stack, by_width: ByWidth) -> Iterator[Linear]:
    """O(w) and GL(w): a skew relation, alone or with a symmetric one between the same views."""
    odds: list[tuple[int, Relation]] = []
    evens: list[tuple[int, Relation]] = []
    for width, columns in by_width.items():
        odd = relations(moments.skew(stack, columns), columns, narrowed(odds, width)) if width > 1 else []
        even = relations(moments.symmetric(stack, columns), columns, narrowed(evens, width)) if width > 1 else []
        odds.extend((width, a) for a in odd)
        evens.extend((width, s) for s in even)
        for a in odd:
            twin = next((s for s in even if s.keys() == a.keys()), None)
            yield Linear(_actions(twin or {}, a), Square(width) if twin else Triangle(width, -1))
        alone = [s for s in even if not any(s.keys() == a.keys() for a in odd)]
        yield from (Linear(_actions(s, {}), Triangle(width, 1)) for s in alone)


def _diagonal(stack: Stack, by_width: ByWidth, whole: Sequence[Linear]) -> Iterator[Linear]:
    """Scales and rescales of single indices that no matrix algebra contains."""
    known = span(stack)
    for family in whole:
        if isinstance(family.space, Square):
            for j in range(family.space.width):
                known.add(single({term.view: term.even for term in family.terms}, j))
    for width, columns in by_width.items():
        for found in relations(moments.diagonal(stack, columns), columns):
            relation = found if width > 1 else _views(known.rest(single(found, 0)))
            new = tuple(j for j in range(width) if known.add(single(relation, j)))
            if new:
                yield Linear(_actions(relation, {}), Diagonal(width, new))


def _views(relation: Mapping[Key, float]) -> Relation:
    return {View(name, axis, at, 1, 1): value for (name, axis, at), value in relation.items()}


def _actions(even: Relation, odd: Relation) -> tuple[Action, ...]:
    return tuple(Action(view, even.get(view, 0.0), odd.get(view, 0.0)) for view in dict.fromkeys((*even, *odd)))
