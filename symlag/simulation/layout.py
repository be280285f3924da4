"""The state of a motion as one vector: which stretch of it is which coordinate or derivative.

A state of n numbers is a vector of shape (n,), and many states side by side are one array of shape (…, n). A block
takes as many places as it has entries, row by row.

>>> import numpy as np
>>> from symlag.calculus.jets import block, coordinates
>>> x, w = coordinates("x"), block("w", 2)
>>> layout = Layout.of({x: (), w: (2,)})
>>> layout.split(np.array([1.0, 2.0, 3.0]))
{x: np.float64(1.0), w: array([2., 3.])}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """Jets, and the place and shape of each in the vector of a state; () is the shape of a number."""

    shapes: Mapping[Any, Shape]
    places: Mapping[Any, slice]

    @classmethod
    def of(cls, shapes: Mapping[Any, Shape]) -> Self:
        """The layout that has the jets one behind the other."""
        places: dict[Any, slice] = {}
        end = 0
        for jet, shape in shapes.items():
            places[jet] = slice(end, end := end + math.prod(shape))
        return cls(shapes, places)

    @property
    def size(self) -> int:
        """The length of the vector."""
        return sum(map(math.prod, self.shapes.values()))

    def split(self, state: Any) -> dict[Any, Any]:
        """The value of each jet in a state, or in many: a number has the shape (…), a block (…, h, n)."""
        return {jet: self.part(jet, state) for jet in self.shapes}

    def part(self, jet: Any, state: Any) -> Any:
        """The value of one jet in a state, or in many."""
        shape, place = self.shapes[jet], self.places[jet]
        return state[..., place].reshape(state.shape[:-1] + shape) if shape else state.T[place.start].T

    def join(self, values: Mapping[Any, Any]) -> Any:
        """The state with the given values, or many of them where the values have a batch in front."""
        import numpy as np

        arrays = {jet: np.asarray(values[jet], float) for jet in self.shapes}
        batches = [array.shape[: array.ndim - len(self.shapes[jet])] for jet, array in arrays.items()]
        batch = np.broadcast_shapes(*batches)
        flat = [np.broadcast_to(array, batch + self.shapes[jet]).reshape((*batch, -1)) for jet, array in arrays.items()]
        return np.concatenate(flat, axis=-1) if flat else np.zeros((*batch, 0))
