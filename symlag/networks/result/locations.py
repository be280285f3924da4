"""Where families act: by the tensors they move, with positions along axes where another of a kind moves the same ones.

>>> from symlag.networks.generators.generators import Linear
>>> from symlag.networks.generators.matrix_spaces import Square
>>> from symlag.networks.generators.axis_views import View
>>> heads = [Linear((Action(View("qkv", axis, 2, 1, 2), 1, 1),), Square(2)) for axis in (0, 1)]
>>> places([Symmetry(head, 0.0, 0.0, "only products enter") for head in heads])
[('qkv[2:4]',), ('qkv[:,2:4]',)]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from symlag.networks.generators.matrix_spaces import Diagonal, Vectors
from symlag.networks.generators.tensor_action import Absorb, Action, Entries, Free, Shift
from symlag.networks.symmetry import Symmetry

Place = tuple[str, ...]
MOST = 4  # runs of positions that are told one by one


def places(symmetries: Sequence[Symmetry]) -> list[Place]:
    """The tensors of each family, told apart from those of its kind: by positions, and by a number as a last resort."""
    plain = [symmetry.tensors for symmetry in symmetries]
    alike = Counter((symmetry.kind, place) for symmetry, place in zip(symmetries, plain, strict=True))
    told = [
        _placed(symmetry) if alike[symmetry.kind, place] > 1 else place
        for symmetry, place in zip(symmetries, plain, strict=True)
    ]
    return [*_numbered([symmetry.kind for symmetry in symmetries], told)]


def acted_on(term: Action | Shift | Free | Entries, space: Any) -> tuple[int, list[int]]:
    """The axis of a tensor along which generators act, and the positions there."""
    match term:
        case Free():
            return term.axis, term.null.any(1).nonzero()[:, 0].tolist()
        case Entries():
            return 0, term.rows
        case _:
            chosen = space.indices if isinstance(space, Diagonal | Vectors) else range(term.view.width)
            return term.view.axis, [term.view.positions[i] for i in chosen]


def runs(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring positions together, each run from its first to behind its last.

    >>> [*runs([5, 0, 1, 4])]
    [(0, 2), (4, 6)]
    """
    for _, run in groupby(enumerate(sorted(positions)), lambda pair: pair[1] - pair[0]):
        together = [at for _, at in run]
        yield together[0], together[-1] + 1


def _numbered(kinds: Sequence[str], told: Sequence[Place]) -> Iterator[Place]:
    """The places, from the second of those that are the same with their number."""
    met = Counter[tuple[str, Place]]()
    for kind, place in zip(kinds, told, strict=True):
        met[kind, place] += 1
        count = met[kind, place]
        yield place if count == 1 else (*place[:-1], f"{place[-1]} #{count}")


def _placed(symmetry: Symmetry) -> Place:
    """The tensors with the positions that move; a tensor that takes back shifts moves as a whole."""
    at: dict[str, dict[int, set[int]]] = {name: {} for name in symmetry.tensors}
    for term in symmetry.motion.terms:
        if not isinstance(term, Absorb):
            axis, positions = acted_on(term, symmetry.motion.space)
            at[term.tensor].setdefault(axis, set()).update(positions)
    return tuple(name + _index(axes) for name, axes in at.items())


def _index(axes: Mapping[int, Collection[int]]) -> str:
    """Positions along axes as an index: [0:2 4:6], or [:,3] along the second axis."""
    told = [_slices(axes[axis]) if axis in axes else ":" for axis in range(max(axes, default=-1) + 1)]
    return f"[{','.join(told)}]" if told else ""


def _slices(positions: Iterable[int]) -> str:
    told = [f"{start}:{stop}" if stop > start + 1 else f"{start}" for start, stop in runs(positions)]
    return " ".join(told if len(told) <= MOST else [*told[:2], "...", told[-1]])
