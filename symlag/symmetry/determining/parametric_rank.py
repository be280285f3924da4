"""The pivots of the determining equations as functions of one parameter.

Equations over several fibres are combined so that the parameter occurs in as few of them as can be. Those without it
are expanded and eliminated once; for each value of the parameter the others are, modulo them. What they still say is
a small matrix, and where none of its pivots is zero there are as few solutions as for almost all values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, count, pairwise
from typing import Any

from sympy import Symbol

from symlag.symmetry.determining.equations import System
from symlag.symmetry.determining.solution_dimension import HIGHEST, certify
from symlag.symmetry.determining.taylor import Row, Terms, by_coefficient, expanded, mixed, rows_of, split
from symlag.symmetry.modular.linear_algebra import Echelon, UnluckyError, Vector, null_space, reduced
from symlag.symmetry.modular.specialization import Specialisation

# The number of a fibre and that of an equation.
Chosen = tuple[tuple[int, int], ...]


def draw(sample: int, prime: int) -> int:
    """A value of the parameter: a square, so that its roots have values."""
    return pow(7 + sample, 2 * (11 + sample), prime)


@dataclass(frozen=True)
class View:
    """The equations as power series around a point, for any value of a parameter.

    What the parameter does not occur in is evaluated once for each fibre, and kept in `steady`.
    """

    system: System
    at: Specialisation
    parameter: Symbol
    steady: dict[int, Mapping[Any, Any]] = field(default_factory=dict, compare=False)

    def equations(self, chosen: Chosen, value: int) -> list[Terms]:
        """The chosen equations; `UnluckyError` where they have no value."""
        there = {fibre: self._over(fibre, value) for fibre in dict.fromkeys(fibre for fibre, _ in chosen)}
        return [there[fibre][i] for fibre, i in chosen]

    def rows(self, equations: Sequence[Terms]) -> Iterator[Row]:
        """The rows of equations, degree by degree."""
        for degree in range(self.at.order + 1):
            for equation in equations:
                yield from rows_of(equation, len(self.system.variables), degree)

    def _over(self, fibre: int, value: int) -> list[Terms]:
        known = dict(self.steady.get(fibre, {}))
        constants = {**self.at.constants, self.parameter: value}
        terms = expanded(self.system, replace(self.at, fibre=fibre, constants=constants, known=known))
        self.steady.setdefault(fibre, {e: v for e, v in known.items() if self.parameter not in e.free_symbols})
        return terms


@dataclass(frozen=True)
class Probe:
    """The equations that change with the parameter, the others in echelon form, and which rows of the former tell."""

    view: View
    changing: Chosen
    still: Echelon
    telling: tuple[bool, ...] = ()
    reduced: dict[int, Row] = field(default_factory=dict, compare=False)

    def pivots(self, value: int) -> Vector:
        """The pivots of the telling rows; `UnluckyError` where one of them has no value, or is zero."""
        echelon = Echelon(self.still.prime)
        found = [echelon.insert(self.modulo(row)) for row in compress(self.rows(value), self.telling)]
        if not all(found):
            raise UnluckyError
        return found

    def rows(self, value: int) -> Iterator[Row]:
        """The rows of the changing equations."""
        return self.view.rows(self.view.equations(self.changing, value))

    def modulo(self, row: Row) -> Row:
        """A row modulo those that do not change."""
        left: Row = {}
        for column, c in row.items():
            for free, weight in self._modulo(column).items():
                left[free] = left.get(free, 0) + c * weight
        return left

    def _modulo(self, column: int) -> Row:
        if column not in self.reduced:
            self.reduced[column] = self.still.reduce({column: 1})
        return self.reduced[column]


def probe(system: System, at: Specialisation, parameter: Symbol) -> Probe:
    """The probe of the lowest degree that gives the number of solutions at a point, of the rows that tell any."""
    degree = next((a.degree for a, b in pairwise(certify(system, at)) if a.dimension == b.dimension), HIGHEST)
    chosen = split(system, at).chosen
    view = View(system, replace(at, order=degree), parameter)
    changes, still = _changes(view, chosen), Echelon(at.prime)
    for row in view.rows(mixed(view.equations(chosen, draw(0, at.prime)), null_space(changes, at.prime), at.prime)):
        still.insert(row)
    found, echelon = Probe(view, tuple(chosen[i] for i in reduced(changes, at.prime)), still), Echelon(at.prime)
    rows = map(found.modulo, found.rows(draw(0, at.prime)))
    return replace(found, telling=tuple(bool(echelon.insert(row)) for row in rows))


def _changes(view: View, chosen: Chosen) -> list[Vector]:
    """What spans the changes of the equations, coefficient by coefficient, from one value of the parameter to others.

    A combination of equations that is the same at several random values, and at one more, is the same at all.
    """
    prime, rows, rank = view.at.prime, list[Vector](), -1
    first = by_coefficient(view.equations(chosen, draw(0, prime)))
    for sample in count(1):
        other = by_coefficient(view.equations(chosen, draw(sample, prime)))
        gaps = [[(b - a) % prime for a, b in zip(first[key], other[key], strict=True)] for key in {**first, **other}]
        rows = [*reduced([*rows, *filter(any, gaps)], prime).values()]
        if len(rows) == rank:
            return rows or [[0] * len(chosen)]
        rank = len(rows)
    raise AssertionError
