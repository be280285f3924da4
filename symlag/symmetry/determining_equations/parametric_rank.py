"""Parameter values at which determining equations may have more solutions than at almost all others.

Expand the equations around a point up to a fixed degree (`taylor`). The rows form a matrix M(c), rational in a
parameter c, and the number of solutions is at most the number of its columns less its rank (`solution_dimension`).

Theorem. Eliminate at a generic c, and let p_1(c), …, p_r(c) be the pivots, before each row is divided by its own. They
are rational functions of c, and p_1⋯p_r is a minor of M(c). So at every c₀ at which M(c₀) has a value and no pivot is
zero, the rank is r, and there are as few solutions as for almost all c. Special values are zeros of numerators of
pivots.

A zero at which the rank does not fall belongs to the minor that was chosen, and changes with the point of expansion; a
special value is a zero at every point. `special_parameters` intersects the zeros at two random points, and counts anew.

Each pivot is interpolated from its values at many c (`modular.rational_interpolation`). To make that cheap, equations
over several fibres are combined so that c occurs in as few of them as can be. Those without c are eliminated once
(`constant`), and for each value of c only the others are, modulo them: a small matrix is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import compress, count, islice
from typing import Any

from sympy import Symbol

from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.determining_equations.solution_dimension import HIGHEST, stable_certificate
from symlag.symmetry.determining_equations.taylor import (
    Row,
    SeriesEquation,
    coefficient_rows,
    coefficients,
    combined,
    expanded,
    independent_fibres,
)
from symlag.symmetry.modular.linear_algebra import Echelon, UnluckyError, Vector, null_space, rref
from symlag.symmetry.modular.rational_interpolation import numerator, roots
from symlag.symmetry.modular.specialization import Specialization

# Numbers of parameter values at which pivots are interpolated, until all degrees are high enough.
SAMPLES = (8, 16, 32, 64, 128, 256)

# Pairs of a fibre and the number of an equation.
Chosen = tuple[tuple[int, int], ...]


def parameter_value(sample: int, prime: int) -> int:
    """A value of the parameter modulo the prime: a square, so that its roots have values."""
    return pow(7 + sample, 2 * (11 + sample), prime)


def rank_drop_candidates(system: System, at: Specialization, parameter: Symbol) -> set[int]:
    """The residues of the parameter at which a pivot is zero, at one point of expansion.

    `UnluckyError` where something has no value at the point.
    """
    pivots = Pivots.of(system, at, parameter)
    numerators, unresolved = set[tuple[int, ...]](), set(range(sum(pivots.informative)))
    more_samples, samples = _samples(pivots), list[tuple[int, Vector]]()
    for number in SAMPLES:
        samples += islice(more_samples, number - len(samples))
        for i in tuple(unresolved):
            above = numerator([(c, values[i]) for c, values in samples], at.prime)
            if above is not None:
                numerators.add(tuple(above))
                unresolved.remove(i)
        if not unresolved:
            return {root for above in numerators for root in roots([*above], at.prime)}
    raise SymlagError(
        f"special_values(L, {parameter})",
        f"{parameter} occurs in the determining equations in too high a degree",
        "Give a Lagrangian in which the parameter occurs in a lower degree.",
    )


def _samples(pivots: Pivots) -> Iterator[tuple[int, Vector]]:
    """Parameter values and the pivots there, as far as they have any."""
    for sample in count(1):
        value = parameter_value(sample, pivots.constant.prime)
        try:
            yield value, pivots.values(value)
        except UnluckyError:
            continue


@dataclass(frozen=True)
class EquationFamily:
    """The equations as power series around a point, for any value of a parameter.

    What the parameter does not occur in is evaluated once for each fibre, and stays in `caches`.
    """

    system: System
    at: Specialization
    parameter: Symbol
    caches: dict[int, Mapping[Any, Any]] = field(default_factory=dict, compare=False)

    def equations(self, chosen: Chosen, value: int) -> list[SeriesEquation]:
        """The chosen equations at one value; `UnluckyError` where they have none there."""
        over: dict[int, list[SeriesEquation]] = {}
        for fibre in dict.fromkeys(fibre for fibre, _ in chosen):
            cache = dict(self.caches.get(fibre, {}))
            constants = {**self.at.constants, self.parameter: value}
            there = replace(self.at, fibre=fibre, constants=constants, cache=cache)
            over[fibre] = expanded(self.system, there)
            self.caches.setdefault(fibre, {e: v for e, v in cache.items() if self.parameter not in e.free_symbols})
        return [over[fibre][i] for fibre, i in chosen]

    def rows(self, equations: list[SeriesEquation]) -> Iterator[Row]:
        """The rows of equations, degree by degree."""
        for degree in range(self.at.order + 1):
            for equation in equations:
                yield from coefficient_rows(equation, len(self.system.variables), degree)

    def changes(self, chosen: Chosen) -> list[Vector]:
        """A basis of the differences of coefficients, over the chosen equations, between values of the parameter.

        A combination of equations that these annihilate does not depend on the parameter. The basis is complete where
        one more random value adds nothing.
        """
        prime, rows, rank = self.at.prime, list[Vector](), -1
        first = coefficients(self.equations(chosen, parameter_value(0, prime)))
        for sample in count(1):
            other = coefficients(self.equations(chosen, parameter_value(sample, prime)))
            keys = {**first, **other}
            gaps = [[(b - a) % prime for a, b in zip(first[key], other[key], strict=True)] for key in keys]
            rows = [*rref([*rows, *filter(any, gaps)], prime).values()]
            if len(rows) == rank:
                return rows or [[0] * len(chosen)]
            rank = len(rows)
        raise AssertionError


@dataclass(frozen=True)
class Pivots:
    """The pivots p_i(c) of the equations that change with the parameter, modulo those that do not.

    `changing` are the former, `constant` is the echelon form of the latter. `informative` says which rows of the
    changing equations have a pivot.
    """

    family: EquationFamily
    changing: Chosen
    constant: Echelon
    informative: tuple[bool, ...] = ()
    cache: dict[int, Row] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, system: System, at: Specialization, parameter: Symbol) -> Pivots:
        """The pivots at a point, of the expansion of lowest degree that gives the number of solutions there."""
        confirmed = stable_certificate(system, at)
        degree = confirmed[0].degree if confirmed else HIGHEST
        chosen, first = independent_fibres(system, at).chosen, parameter_value(0, at.prime)
        family = EquationFamily(system, replace(at, order=degree), parameter)
        changes, constant = family.changes(chosen), Echelon(at.prime)
        unchanging = combined(family.equations(chosen, first), null_space(changes, at.prime), at.prime)
        for row in family.rows(unchanging):
            constant.insert(row)
        pivots = cls(family, tuple(chosen[i] for i in rref(changes, at.prime)), constant)
        echelon = Echelon(at.prime)
        return replace(pivots, informative=tuple(bool(echelon.insert(row)) for row in pivots.rows(first)))

    def values(self, value: int) -> Vector:
        """The pivots at one value of the parameter; `UnluckyError` where one of them has no value, or is zero."""
        echelon = Echelon(self.constant.prime)
        pivots = [echelon.insert(row) for row in compress(self.rows(value), self.informative)]
        if not all(pivots):
            raise UnluckyError
        return pivots

    def rows(self, value: int) -> Iterator[Row]:
        """The rows of the changing equations, modulo those that do not change."""
        for row in self.family.rows(self.family.equations(self.changing, value)):
            rest: Row = {}
            for column, c in row.items():
                if column not in self.cache:
                    self.cache[column] = self.constant.reduce({column: 1})
                for free, weight in self.cache[column].items():
                    rest[free] = rest.get(free, 0) + c * weight
            yield rest
