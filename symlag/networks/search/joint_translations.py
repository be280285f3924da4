"""Shifts of several tensors at once: two biases of one sum, an embedding against another, what a bias takes back.

A shift x of the inputs of a layer changes its output by W·x, which its bias can take back: δb = −W·x. So a bias before
a linear layer with a bias is free, as is that of attention's values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from symlag.networks.generators.axis_views import View
from symlag.networks.generators.generators import Affine
from symlag.networks.generators.matrix_spaces import Vectors
from symlag.networks.generators.tensor_action import Absorb, Free, Shift
from symlag.networks.search.row_space import Span
from symlag.networks.search.single_positions import span
from symlag.networks.search.sketch import SILENT, Sketch
from symlag.networks.search.sparse_relations import relations

Term = Shift | Absorb


def shared(sketch: Sketch, by_width: Mapping[int, Sequence[View]], still: Sequence[Affine]) -> Iterator[Affine]:
    """Families of shifts that single tensors do not have."""
    known = _known(sketch, still)
    for width, views in by_width.items():
        columns = [term for term in _terms(sketch, views) if _loud(sketch, term)]
        for relation in relations(sketch.shift(columns), columns):
            new = tuple(j for j in range(width) if known.add(_single(relation, j)))
            if new:
                terms = tuple(replace(term, coefficient=value) for term, value in relation.items())
                yield Affine(terms, Vectors(width, new))


def _known(sketch: Sketch, still: Sequence[Affine]) -> Span:
    """What every loss obeys, and the shifts along null vectors of one tensor."""
    known = span(sketch)
    for term in (term for family in still for term in family.terms if isinstance(term, Free)):
        for n in term.null.T.tolist():
            known.add({(term.tensor, term.axis, i): value for i, value in enumerate(n)})
    return known


def _single(relation: Mapping[Term, float], j: int) -> dict[tuple[str, str | int, int], float]:
    found: dict[tuple[str, str | int, int], float] = {}
    for term, value in relation.items():
        home = (term.tensor, term.view.axis if isinstance(term, Shift) else term.view.tensor)
        key = (*home, term.view.positions[j])
        found[key] = found.get(key, 0.0) + value
    return found


def _terms(sketch: Sketch, views: Sequence[View]) -> list[Term]:
    """The shifts along views, each beside what takes it back, as of very many only near ones are compared."""
    return [term for view in views for term in (Shift(view, 1.0), *_absorbed(sketch, view))]


def _absorbed(sketch: Sketch, view: View) -> list[Absorb]:
    return [Absorb(bias, view, 1.0) for bias in _bias(sketch, view.tensor)] if view.axis == 1 else []


def _bias(sketch: Sketch, weight: str) -> list[str]:
    """The vector beside a weight that takes back shifts of its inputs; of several, the first to matter."""
    return [b for b, weights in sketch.plan.taken_back.items() if weight in weights and any(sketch.there[b, 0])][:1]


def _loud(sketch: Sketch, term: Term) -> bool:
    return float(sketch.shift([term]).abs().max()) > SILENT
