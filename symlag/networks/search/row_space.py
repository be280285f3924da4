"""A growing linear space of sparse relations, that knows what it holds already: an echelon form modulo a prime.

>>> span = Span()
>>> span.add({"w0": 1.0, "w1": 1.0}), span.add({"w0": 2.0, "w1": 2.0}), span.add({"b": 1.0})
(True, False, True)
>>> span.rest({"w1": 0.5, "b": 1.0})
{'w0': -0.5}
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from symlag.networks.search.null_space import DENOMINATOR
from symlag.symmetry.modular.linear_algebra import PRIMES, Echelon, rational


@dataclass(frozen=True)
class Span:
    """An echelon form of relations, by the number of each key, given as keys turn up."""

    numbers: dict[Hashable, int] = field(default_factory=dict)
    rows: Echelon = field(default_factory=lambda: Echelon(PRIMES[0]))

    def add(self, relation: Mapping[Any, float]) -> bool:
        """Whether a relation is new; it is kept if so."""
        return bool(self.rows.insert(self._residues(relation)))

    def rest(self, relation: Mapping[Any, float]) -> dict[Any, float]:
        """What a relation says beyond the space, as one on other keys."""
        left = self.rows.reduce(self._residues(relation))
        keys = list(self.numbers)
        fractions = {i: rational(value, PRIMES[0]) or (0, 1) for i, value in left.items()}
        return {keys[i]: fractions[i][0] / fractions[i][1] for i in sorted(fractions)}

    def _residues(self, relation: Mapping[Any, float]) -> dict[int, int]:
        return {self._number(key): _residue(value) for key, value in relation.items() if value}

    def _number(self, key: Hashable) -> int:
        return self.numbers.setdefault(key, len(self.numbers))


@cache
def _residue(value: float) -> int:
    near = Fraction(value).limit_denominator(DENOMINATOR)
    exact = near if abs(near - Fraction(value)) < 1e-9 else Fraction(value)
    return exact.numerator * pow(exact.denominator, -1, PRIMES[0]) % PRIMES[0]
