"""Determining equations over random fibres, as power series around a point: linear equations for Taylor coefficients.

The jets that are no variables are drawn at random, again for each fibre. As many fibres are taken as give equations
that are independent at the point; these are combined so that their highest derivatives stand apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from symlag.symmetry.determining.equations import System
from symlag.symmetry.modular.linear_algebra import Echelon, UnluckyError, Vector, dot, reduced
from symlag.symmetry.modular.power_series import BITS, Part, by_degree, factorials, monomials, pack, unpack
from symlag.symmetry.modular.specialization import Specialisation

FIBRES = 1000
HOPELESS = 6
WIDTH = 1 << 10

Row = dict[int, int]
Terms = dict[tuple[int, tuple[int, ...]], list[Part]]


@dataclass(frozen=True)
class Split:
    """Fibres over which the equations are independent at the point, and combinations of them with few terms there."""

    system: System
    at: Specialisation
    chosen: tuple[tuple[int, int], ...]
    mixing: tuple[Vector, ...]

    def expanded(self, order: int) -> list[Terms]:
        """The combined equations as power series around the point."""
        fibres = {fibre for fibre, _ in self.chosen}
        there = {fibre: expanded(self.system, replace(self.at, order=order, fibre=fibre, known={})) for fibre in fibres}
        parts = [there[fibre][i] for fibre, i in self.chosen]
        return mixed(parts, self.mixing, self.at.prime)


def split(system: System, at: Specialisation) -> Split:
    """Ever new fibres, until three in a row say nothing new; those without a value are passed over."""
    echelon, chosen, rows, idle = Echelon(at.prime), list[tuple[int, int]](), list[Terms](), 0
    for fibre in range(FIBRES):
        if fibre > HOPELESS and not rows:
            break
        try:
            equations = expanded(system, replace(at, fibre=fibre, known={}))
        except UnluckyError:
            continue
        new = [
            i for i, equation in enumerate(equations) if echelon.insert(*rows_of(equation, len(system.variables), 0))
        ]
        chosen += [(fibre, i) for i in new]
        rows += [equations[i] for i in new]
        idle = 0 if new else idle + 1
        if idle > 2:
            return Split(system, at, tuple(chosen), _mixing(rows, at.prime))
    raise UnluckyError


def _mixing(rows: list[Terms], prime: int) -> tuple[Vector, ...]:
    """The combinations in which the highest derivatives are separated from each other as far as they can be."""
    places = sorted({place for row in rows for place in row}, key=lambda place: (-sum(place[1]), place))
    heads = [[row[place][0].get(0, 0) if place in row else 0 for place in places] for row in rows]
    marked = [[*head, *(int(i == j) for j in range(len(rows)))] for i, head in enumerate(heads)]
    return tuple(row[len(places) :] for row in reduced(marked, prime).values())


def mixed(parts: list[Terms], mixing: Sequence[Vector], prime: int) -> list[Terms]:
    """The combinations of equations with the given weights."""
    columns = by_coefficient(parts)
    order = max(degree for _, degree, _ in columns)
    found: list[Terms] = [defaultdict(lambda: [{} for _ in range(order + 1)]) for _ in mixing]
    for (place, degree, monomial), column in columns.items():
        for equation, weights in zip(found, mixing, strict=True):
            if c := dot(weights, column, prime):
                equation[place][degree][monomial] = c
    return found


def by_coefficient(parts: Sequence[Terms]) -> dict[tuple[Any, int, int], Vector]:
    """What each place, degree and monomial has for a coefficient, a list of one for each equation."""
    columns: defaultdict[tuple[Any, int, int], Vector] = defaultdict(lambda: [0] * len(parts))
    for row, equation in enumerate(parts):
        for place, series in equation.items():
            for degree, part in enumerate(series):
                for monomial, c in part.items():
                    columns[place, degree, monomial][row] = c
    return columns


def expanded(system: System, at: Specialisation) -> list[Terms]:
    """The equations at a point as power series in the variables."""
    return [{place: by_degree(at.value(a), at.order) for place, a in equation.items()} for equation in system.equations]


def rows_of(equation: Terms, variables: int, degree: int) -> list[Row]:
    """The coefficients of one total degree in an equation, as combinations of Taylor coefficients of the unknowns."""
    rows: defaultdict[int, Row] = defaultdict(dict)
    for (unknown, beta), series in equation.items():
        for lower, part in enumerate(series[: degree + 1]):
            columns = _shifted(beta, degree - lower, unknown)
            for monomial, c in part.items():
                for rest, column, factor in columns:
                    row = rows[monomial + rest]
                    row[column] = row.get(column, 0) + c * factor
    return [rows[pack(alpha)] for alpha in monomials(variables, degree)]


@cache
def _shifted(beta: tuple[int, ...], degree: int, unknown: int) -> tuple[tuple[int, int, int], ...]:
    """For each monomial of one degree, the Taylor coefficient whose β-th derivative stands there, and its factor."""
    taken = ((rest, tuple(r + b for r, b in zip(rest, beta, strict=True))) for rest in monomials(len(beta), degree))
    return tuple((pack(rest), column(unknown, a), factorials(a) // factorials(rest)) for rest, a in taken)


def column(unknown: int, alpha: tuple[int, ...]) -> int:
    """The number of a Taylor coefficient; higher orders have higher numbers."""
    return (sum(alpha) * WIDTH + unknown) << BITS * len(alpha) | pack(alpha)


def place_of(column: int, variables: int) -> tuple[int, tuple[int, ...]]:
    """The unknown function and the exponents behind the number of a Taylor coefficient."""
    return (column >> BITS * variables) % WIDTH, unpack(column, variables)
