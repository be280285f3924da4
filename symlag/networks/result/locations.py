"""Where families act: by the tensors they move, with positions along axes where another of a kind moves the same ones.

>>> from symlag.networks.generators.axis_views import View
>>> from symlag.networks.generators.families import Linear
>>> from symlag.networks.generators.matrix_spaces import GeneralLinear
>>> from symlag.networks.generators.tensor_action import Action
>>> heads = [Linear((Action(View("qkv", axis, 2, 1, 2), 1, 1),), GeneralLinear(2)) for axis in (0, 1)]
>>> locations([Symmetry(head, 0.0, 0.0, "only products enter") for head in heads])
[('qkv[2:4]',), ('qkv[:,2:4]',)]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from symlag.networks.generators.matrix_spaces import Space
from symlag.networks.generators.tensor_action import Absorption, Entries, NullVectors, Term
from symlag.networks.symmetry import Symmetry

Location = tuple[str, ...]
MOST = 4  # runs of positions that are written one by one


def locations(symmetries: Sequence[Symmetry]) -> list[Location]:
    """The tensors of each family, told apart from those of its kind: by positions, and by a number as a last resort."""
    alike = Counter((symmetry.kind, symmetry.tensors) for symmetry in symmetries)
    used, found = Counter[tuple[str, Location]](), list[Location]()
    for symmetry in symmetries:
        location = symmetry.tensors
        if alike[symmetry.kind, location] > 1:
            location = _with_positions(symmetry)
        used[symmetry.kind, location] += 1
        number = used[symmetry.kind, location]
        found.append(location if number == 1 else (*location[:-1], f"{location[-1]} #{number}"))
    return found


def acted_on(term: Term, space: Space) -> tuple[int, list[int]]:
    """The axis of a tensor along which generators act, and the positions there."""
    match term:
        case NullVectors():
            return term.axis, term.null.any(1).nonzero()[:, 0].tolist()
        case Entries():
            return 0, term.rows
        case _:
            return term.view.axis, [term.view.positions[i] for i in space.support]


def runs(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring positions together, each run from its first to behind its last.

    >>> [*runs([5, 0, 1, 4])]
    [(0, 2), (4, 6)]
    """
    for _, run in groupby(enumerate(sorted(positions)), lambda pair: pair[1] - pair[0]):
        together = [at for _, at in run]
        yield together[0], together[-1] + 1


def _with_positions(symmetry: Symmetry) -> Location:
    """The tensors with the positions that move; a tensor that takes back shifts moves as a whole."""
    at: dict[str, dict[int, set[int]]] = {name: {} for name in symmetry.tensors}
    for term in symmetry.family.terms:
        if not isinstance(term, Absorption):
            axis, positions = acted_on(term, symmetry.family.space)
            at[term.tensor].setdefault(axis, set()).update(positions)
    return tuple(name + _index(axes) for name, axes in at.items())


def _index(axes: Mapping[int, Collection[int]]) -> str:
    """Positions along axes as an index: [0:2 4:6], or [:,3] along the second axis."""
    slices = [_slices(axes[axis]) if axis in axes else ":" for axis in range(max(axes, default=-1) + 1)]
    return f"[{','.join(slices)}]" if slices else ""


def _slices(positions: Iterable[int]) -> str:
    slices = [f"{start}:{stop}" if stop > start + 1 else f"{start}" for start, stop in runs(positions)]
    return " ".join(slices if len(slices) <= MOST else [*slices[:2], "...", slices[-1]])
