"""Shifts of several tensors at once: two biases of one sum, an embedding against another, what a bias takes back.

A shift x of the inputs of a layer changes its output by W·x, which its bias can take back: δb = −W·x. So a bias before
a linear layer with a bias is free, as is that of attention's values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from symlag.networks import _moments as moments
from symlag.networks._moments import SILENT, Stack
from symlag.networks._motions import Affine
from symlag.networks._patterns import relations
from symlag.networks._singles import span
from symlag.networks._spaces import Vectors
from symlag.networks._span import Span
from symlag.networks._terms import Absorb, Free, Shift
from symlag.networks._views import View

Term = Shift | Absorb


def shared(stack: Stack, by_width: Mapping[int, Sequence[View]], still: Sequence[Affine]) -> Iterator[Affine]:
    """Families of shifts that single tensors do not have."""
    known = _known(stack, still)
    for width, views in by_width.items():
        columns = [term for term in _terms(stack, views) if _loud(stack, term)]
        for relation in relations(moments.shift(stack, columns), columns):
            new = tuple(j for j in range(width) if known.add(_single(relation, j)))
            if new:
                terms = tuple(replace(term, coefficient=value) for term, value in relation.items())
                yield Affine(terms, Vectors(width, new))


def _known(stack: Stack, still: Sequence[Affine]) -> Span:
    """What every loss obeys, and the shifts along null vectors of one tensor."""
    known = span(stack)
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


def _terms(stack: Stack, views: Sequence[View]) -> list[Term]:
    absorbed = [Absorb(bias, view, 1.0) for view in views if view.axis == 1 for bias in _bias(stack, view)]
    return [*(Shift(view, 1.0) for view in views), *absorbed]


def _bias(stack: Stack, view: View) -> list[str]:
    """The vector beside a weight in its module that is as long as its first axis; of several, the first to matter."""
    home, shapes = view.tensor.rpartition(".")[0], stack.shapes
    beside = [name for name in shapes if name.rpartition(".")[0] == home and shapes[name] == shapes[view.tensor][:1]]
    return [name for name in beside if stack.loud(View(name, 0, 0, 1, *shapes[name]))][:1]


def _loud(stack: Stack, term: Term) -> bool:
    return float(moments.shift(stack, [term]).abs().max()) > SILENT
