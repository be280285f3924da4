"""Relations written out by single positions along axes, where all widths can be compared.

>>> single({View("w", 0, 4, 2, 3): 1.0}, 1)
{('w', 0, 6): 1.0}
"""

from __future__ import annotations

from collections.abc import Mapping

from symlag.networks.generators.axis_views import View
from symlag.networks.search.row_space import Span
from symlag.networks.search.sketch import Sketch

Key = tuple[str, int, int]


def single(relation: Mapping[View, float], j: int) -> dict[Key, float]:
    """What a relation says of its index j."""
    found: dict[Key, float] = {}
    for view, value in relation.items():
        key = (view.tensor, view.axis, view.positions[j])
        found[key] = found.get(key, 0.0) + value
    return found


def span(sketch: Sketch) -> Span:
    """The space of what every loss obeys: silent positions are free, and all of one axis is all of another."""
    known = Span()
    for (name, axis), there in sketch.there.items():
        for i, loud in enumerate(there):
            if not loud:
                known.add({(name, axis, i): 1.0})
        if axis > 0:
            known.add(_all(name, 0, sketch.there[name, 0], 1.0) | _all(name, axis, there, -1.0))
    return known


def _all(name: str, axis: int, there: list[bool], value: float) -> dict[Key, float]:
    return {(name, axis, i): value for i, loud in enumerate(there) if loud}
