"""A growing linear space of relations between single positions, that knows what it holds already.

It starts with what every loss obeys: all positions of one axis together are all of another of the same tensor.

>>> span = Span.over([("w", 0), ("w", 1), ("b", 0)])
>>> span.add({("w", 0): 1.0, ("w", 1): 1.0}), span.add({("w", 0): 2.0, ("w", 1): 2.0}), span.add({("b", 0): 1.0})
(True, False, True)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

NEW = 1e-7  # what is left of a unit vector that the space does not hold

Relation = Mapping[Any, float]


@dataclass(frozen=True)
class Span:
    """An orthonormal basis, by the number of each key."""

    numbers: Mapping[Hashable, int]
    basis: list[Tensor] = field(default_factory=list)

    @classmethod
    def over(cls, keys: Iterable[Hashable], basis: Iterable[Tensor] = ()) -> Span:
        """The space of no relations between keys, or of given ones between the first keys."""
        numbers = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        return cls(numbers, [torch.cat([v, v.new_zeros(len(numbers) - len(v))]) for v in basis])

    def add(self, relation: Relation) -> bool:
        """Whether a relation is new; it is kept if so."""
        vector = torch.zeros(len(self.numbers), dtype=torch.float64)
        for key, value in relation.items():
            vector[self.numbers[key]] += value
        size = float(vector.norm())
        for _ in range(2 * bool(self.basis)):  # twice is enough (Kahan)
            Q = torch.stack(self.basis)
            vector = vector - Q.mT @ (Q @ vector)
        left = float(vector.norm())
        if left <= NEW * size:
            return False
        self.basis.append(vector / left)
        return True
