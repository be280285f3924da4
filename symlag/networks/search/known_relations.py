"""What is known already of which sums of rates vanish, so that each symmetry is said once.

A relation says that Σ cᵢ rᵢ = 0 for rates rᵢ of the loss. Relations found along views of different widths are compared
as relations of single positions along axes. They span a linear space, held as an echelon form modulo a prime, where
whether a relation is new is decided without round-off.

>>> known = RelationSpace()
>>> known.add({"w0": 1.0, "w1": 1.0}), known.add({"w0": 2.0, "w1": 2.0}), known.add({"b": 1.0})
(True, False, True)
>>> known.reduce({"w1": 0.5, "b": 1.0})
{'w0': -0.5}
>>> at_position({View("w", 0, 4, 2, 3): 1.0}, 1)
{('w', 0, 6): 1.0}
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from symlag.networks.generators.axis_views import View
from symlag.networks.search.null_space import DENOMINATOR
from symlag.networks.search.sketch import Sketch
from symlag.symmetry.modular.linear_algebra import PRIMES, Echelon, rational_reconstruction

Position = tuple[str, int, int]  # tensor, axis, and where along it


@dataclass(frozen=True)
class RelationSpace:
    """A growing linear space of sparse relations; each key has the number in which it turned up."""

    numbers: dict[Hashable, int] = field(default_factory=dict)
    rows: Echelon = field(default_factory=lambda: Echelon(PRIMES[0]))

    def add(self, relation: Mapping[Any, float]) -> bool:
        """Whether a relation is new; the space then holds it."""
        return bool(self.rows.insert(self._residues(relation)))

    def reduce(self, relation: Mapping[Any, float]) -> dict[Any, float]:
        """What a relation says beyond the space, as one on other keys."""
        left = self.rows.reduce(self._residues(relation))
        keys = list(self.numbers)
        fractions = {i: rational_reconstruction(value, PRIMES[0]) or (0, 1) for i, value in left.items()}
        return {keys[i]: fractions[i][0] / fractions[i][1] for i in sorted(fractions)}

    def _residues(self, relation: Mapping[Any, float]) -> dict[int, int]:
        return {
            self.numbers.setdefault(key, len(self.numbers)): _residue(value) for key, value in relation.items() if value
        }


def at_position(relation: Mapping[View, float], j: int) -> dict[Position, float]:
    """What a relation between views says of their index j."""
    found: dict[Position, float] = {}
    for view, value in relation.items():
        key = (view.tensor, view.axis, view.positions[j])
        found[key] = found.get(key, 0.0) + value
    return found


def identities(sketch: Sketch) -> RelationSpace:
    """What holds of every loss: no rate where there is no gradient, and all rates of one axis sum to those of another.

    The sum of the rates of δW = e_j e_jᵀ W over all positions j is the rate of δW = W, whatever the axis is.
    """

    def whole(name: str, axis: int, value: float) -> dict[Position, float]:
        return {(name, axis, i): value for i, there in enumerate(sketch.has_gradient[name, axis]) if there}

    known = RelationSpace()
    for (name, axis), there in sketch.has_gradient.items():
        for i, has_gradient in enumerate(there):
            if not has_gradient:
                known.add({(name, axis, i): 1.0})
        if axis > 0:
            known.add(whole(name, 0, 1.0) | whole(name, axis, -1.0))
    return known


@cache
def _residue(value: float) -> int:
    """A coefficient modulo the prime, as the fraction of small denominator that it is near."""
    near = Fraction(value).limit_denominator(DENOMINATOR)
    exact = near if abs(near - Fraction(value)) < 1e-9 else Fraction(value)
    return exact.numerator * pow(exact.denominator, -1, PRIMES[0]) % PRIMES[0]
