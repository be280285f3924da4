"""Explicit solutions of determining equations, sought among finitely many functions until the list is complete.

Each unknown f_i is a combination Σ c_j m_j, with constant c_j, of products m_j of

- the modes along cyclic variables, which the analysis of the equations has revealed, and
- polynomials of growing degree in the other variables and in the functions that occur in the Lagrangian.

Evaluated at a random point modulo a prime, the determining equations are linear equations for the c_j. What solves a
few more of them than there are unknowns solves all: it fails to only if a random point is the zero of some polynomial.
The c_j are read back as expressions in the parameters, which have random values, and a solution is accepted if it
solves the equations at other values of the parameters, too. Solutions are independent by construction.

The search ends where there are as many solutions as the analysis allows: then the list is complete, and that is proved.
It works modulo a prime of 61 bits first, to find out which columns (i, m_j) occur in a solution at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count, product
from types import MappingProxyType
from typing import Any

from sympy import Add, Expr, Mul, S

from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.analysis import ATTEMPTS, Analysis
from symlag.symmetry.determining_equations.ansatz import DEFAULT_ANSATZ, Ansatz
from symlag.symmetry.determining_equations.candidate_functions import candidate_functions
from symlag.symmetry.determining_equations.cyclic_modes import Mode
from symlag.symmetry.determining_equations.equations import Operator, System
from symlag.symmetry.determining_equations.separation import separate
from symlag.symmetry.modular.linear_algebra import SHORT_PRIMES, DenseEchelon, UnluckyError, Vector, rref
from symlag.symmetry.modular.power_series import factorials, homogeneous_parts, monomials, pack, unpack
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization

# With more columns than these the search ends.
COLUMNS = 360

# Equations beyond the number of unknowns, so that no combination passes all of them by chance.
SPARE = 6

# The functions of which polynomials are tried for one unknown.
Factors = tuple[Expr, ...]

# (i, m): the unknown function f_i as the function m, a column of the linear equations.
Column = tuple[int, Expr]


def explicit_solutions(
    system: System,
    analysis: Analysis,
    expressions: Iterable[Expr],
    ansatz: Ansatz = DEFAULT_ANSATZ,
    leading: Mapping[Any, Iterable[Expr]] = MappingProxyType({}),
) -> list[dict[Any, Expr]]:
    """The solutions found, each as a map from the unknowns of the system to functions.

    Candidate functions come from the given expressions, for an unknown in `leading` from those given there instead.
    """
    if not any(system.equations):
        raise SymlagError(
            "symmetries(L)",
            "L has no equation of motion, so that every motion is a symmetry",
            "Give a Lagrangian whose Euler–Lagrange equations are not empty.",
        )
    system = separate(system)
    given = tuple(expressions)
    still = [z for z in system.variables if z not in analysis.modes]
    further = [f for mode in analysis.further_modes for f in mode.functions]
    factors: list[Factors] = []
    for unknown in system.unknowns:
        functions = ansatz.functions
        if functions is None:
            functions = (*candidate_functions(leading.get(unknown, given), still), *further)
        factors.append(tuple(dict.fromkeys((*still, *functions))))
    short = _short_point(system, analysis.values, factors)
    best: list[dict[Any, Expr]] = []
    for degree in range(1, ansatz.degree + 1):
        solutions: list[dict[Any, Expr]] = []
        for modes in product(*analysis.modes.values()):
            columns = _columns(analysis, modes, factors, degree, short)
            if columns:
                values = _readable(analysis, modes)
                solutions += _solutions_among(system, columns, values, short)
        best = max(solutions, best, key=len)
        if len(best) == analysis.bound:
            break
    return best


def _columns(
    analysis: Analysis, modes: Sequence[Mode], factors: Sequence[Factors], degree: int, at: Specialization
) -> list[Column]:
    """The columns for one mode along each cyclic variable, of high degree first; none if there are too many."""
    cyclic = [(z, mode.powers - 1) for z, mode in zip(analysis.modes, modes, strict=True) if mode.powers > 1]
    waves = [Mul(*choice) for choice in product(*(mode.functions for mode in modes))]
    products = {own: _products([*((f, degree) for f in own), *cyclic], degree) for own in factors}
    if sum(len(products[own]) for own in factors) * len(waves) > 2 * COLUMNS:
        return []
    products = {own: _independent(functions, at) for own, functions in products.items()}
    columns = [(i, f * wave) for i, own in enumerate(factors) for f in reversed(products[own]) for wave in waves]
    return columns if len(columns) <= COLUMNS else []


def _readable(analysis: Analysis, modes: Sequence[Mode]) -> ParameterValues:
    """The values of parameters, with the irrational numbers that occur in some modes as what may be read back.

    Those of other modes are left out, for modulo a prime nothing tells which of the roots of a polynomial is which.
    """
    every = (*modes, *analysis.further_modes)
    roots = tuple(dict.fromkeys(root for mode in every for root in mode.roots))
    return replace(analysis.values, roots=roots, extensions=tuple((S.One, *m.basis) for m in every if m.basis))


def _products(factors: Sequence[tuple[Expr, int]], degree: int) -> list[Expr]:
    """All products of factors up to a total degree, each factor at most to its own power, of low degree first."""
    if not factors:
        return [S.One]
    return [
        Mul(*(f**e for e, (f, _) in zip(alpha, factors, strict=True)))
        for total in range(degree + 1)
        for alpha in monomials(len(factors), total)
        if all(e <= highest for e, (_, highest) in zip(alpha, factors, strict=True))
    ]


def _independent(functions: Sequence[Expr], at: Specialization) -> list[Expr]:
    """The functions less those that are linear combinations of earlier ones."""
    rows: list[Vector] = []
    for there in _points(replace(at, order=0)):
        try:
            rows.append([there.value(f) for f in functions])
        except UnluckyError:
            continue
        if len(rows) >= len(functions) + SPARE:
            return [functions[i] for i in sorted(rref(rows, at.prime))]
    raise AssertionError


def _solutions_among(
    system: System, columns: Sequence[Column], values: ParameterValues, short: Specialization
) -> Iterator[dict[Any, Expr]]:
    """The combinations of the columns that solve the system, read back and checked at other parameters."""
    vectors = _null_vectors(system, columns, short)
    columns = [column for i, column in enumerate(columns) if any(vector[i] for vector in vectors)]
    candidates: list[list[Expr]] = []
    for vector in _null_vectors(system, columns, Specialization(values.prime, values.numbers, system.variables)):
        terms = [(i, m, values.expression(c)) for (i, m), c in zip(columns, vector, strict=True) if c]
        if all(c is not None for *_, c in terms):
            unknowns = range(len(system.unknowns))
            candidates.append([Add(*(c * m for i, m, c in terms if i == unknown)) for unknown in unknowns])
    for functions, solves in zip(candidates, _solving(system, candidates, values), strict=True):
        if solves:
            yield dict(zip(system.unknowns, functions, strict=True))


def _null_vectors(system: System, columns: Sequence[Column], at: Specialization) -> list[Vector]:
    """A reduced basis of the combinations of columns that solve the system modulo the prime.

    The first column of each combination occurs in no other. Each equation is evaluated at ever new points until one
    more adds no rank. Combinations that pass it there pass it everywhere, or a random point is a zero of some
    polynomial; a fixed number of rows would not do, for rows of one point may depend on each other.
    """
    echelon, points = DenseEchelon(at.prime), list[ColumnsAtPoint]()
    more_points = _columns_at_points(system, columns, at)
    for equation in sorted(system.equations, key=_cost):
        for number in count():
            if number == len(points):
                points.append(next(more_points))
            if not echelon.insert(points[number].row(equation)):
                break
    return [*rref(echelon.null_space(len(columns)), at.prime).values()]


def _cost(equation: Operator) -> int:
    """How long an equation is: short ones come first, which leave little for long ones to add."""
    return sum(a.count_ops() + 1 for a in equation.values())


def _solving(system: System, candidates: Sequence[Sequence[Expr]], values: ParameterValues) -> list[bool]:
    """Which of the candidates, a function for every unknown, solve the system with other values of the parameters."""
    width = len(system.unknowns)
    columns = [(i, f) for candidate in candidates for i, f in enumerate(candidate)]
    for draw in range(ATTEMPTS):
        others = ParameterValues.draw(system.parameters, values.prime, draw)
        if others.numbers and others.numbers == values.numbers:
            continue
        there = Specialization(others.prime, others.numbers, system.variables, draw + 1, draw + 1)
        try:
            point = ColumnsAtPoint.of(system, columns, there)
            rows = [point.row(equation) for equation in system.equations]
        except UnluckyError:
            continue
        starts = range(0, len(columns), width)
        return [not any(sum(row[start : start + width]) % there.prime for row in rows) for start in starts]
    return [False] * len(candidates)


@dataclass(frozen=True)
class ColumnsAtPoint:
    """The derivatives of the functions of some columns at one point, by column and then by monomial."""

    at: Specialization
    derivatives: Sequence[tuple[int, Mapping[int, int]]]

    @classmethod
    def of(cls, system: System, columns: Sequence[Column], at: Specialization) -> ColumnsAtPoint:
        """All derivatives that occur in the system; `UnluckyError` where something in it has no value."""
        around = replace(at, variables=system.variables, order=system.order, cache={})
        on_point = replace(at, variables=system.variables, cache={})
        for equation in system.equations:
            for a in equation.values():
                on_point.value(a)
        functions = {m: _derivatives(m, around) for m in dict.fromkeys(m for _, m in columns)}
        return cls(on_point, [(unknown, functions[m]) for unknown, m in columns])

    def row(self, equation: Operator) -> Vector:
        """The linear equation for the weights of the columns: Σ a_iβ ∂^β m for each column (i, m)."""
        terms: dict[int, list[tuple[int, int]]] = {}
        for (unknown, beta), a in equation.items():
            terms.setdefault(unknown, []).append((pack(beta), self.at.value(a)))
        return [
            sum(a * derivatives.get(beta, 0) for beta, a in terms.get(unknown, ())) % self.at.prime
            for unknown, derivatives in self.derivatives
        ]


def _columns_at_points(system: System, columns: Sequence[Column], at: Specialization) -> Iterator[ColumnsAtPoint]:
    """The columns at ever new points."""
    for there in _points(at):
        with suppress(UnluckyError):
            yield ColumnsAtPoint.of(system, columns, there)


def _derivatives(function: Expr, at: Specialization) -> dict[int, int]:
    """All derivatives up to the order of the expansion, by monomial."""
    parts = homogeneous_parts(at.value(function), at.order)
    return {m: c * factorials(unpack(m, len(at.variables))) for part in parts for m, c in part.items()}


def _points(at: Specialization) -> Iterator[Specialization]:
    """Ever new points, with the same values of the parameters."""
    for point in count(1):
        yield replace(at, point=point, fibre=point, cache={})


def _short_point(system: System, values: ParameterValues, factors: Sequence[Factors]) -> Specialization:
    """A point modulo a short prime at which everything has a value; modulo the long prime if there is none."""
    needed = {*values.roots, *chain(*factors), *(a for equation in system.equations for a in equation.values())}
    for draw in range(ATTEMPTS):
        short = ParameterValues.draw(system.parameters, SHORT_PRIMES[draw % len(SHORT_PRIMES)], draw)
        at = Specialization(short.prime, short.numbers, system.variables, draw, draw)
        with suppress(UnluckyError):
            for expression in needed:
                at.value(expression)
            return at
    return Specialization(values.prime, values.numbers, system.variables)
