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

from sympy import Abs, Add, Expr, Mul, S, sign

from symlag.symmetry.determining_equations.analysis import (
    ATTEMPTS,
    TIME,
    Analysis,
    JointMode,
    values_of_parameters,
    with_numbers_of_modes,
)
from symlag.symmetry.determining_equations.ansatz import DEFAULT_ANSATZ, Ansatz
from symlag.symmetry.determining_equations.candidate_functions import candidate_functions
from symlag.symmetry.determining_equations.equations import Operator, System, require_equations
from symlag.symmetry.determining_equations.separation import separate
from symlag.symmetry.modular.linear_algebra import SHORT_PRIMES, DenseEchelon, UnluckyError, Vector, rref
from symlag.symmetry.modular.power_series import factorials, homogeneous_parts, monomials, pack, unpack
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization

# With more columns than these the search ends.
COLUMNS = 360

# Points in a row that add nothing, where functions have corners: all on one side of a corner they are by chance only.
POINTS_BESIDE_CORNERS = 12

# Without a degree given, this one is tried as far as `COLUMNS` allows, and higher ones with up to so many columns.
USUAL_DEGREE, COLUMNS_BEYOND = 6, 120

# Equations beyond the number of unknowns, so that no combination passes all of them by chance.
SPARE = 6

# The functions of which polynomials are tried for one unknown.
Factors = tuple[Expr, ...]

# A function for every unknown.
Solution = dict[Any, Expr]

# (i, m): the unknown function f_i as the function m, a column of the linear equations.
Column = tuple[int, Expr]


def explicit_solutions(
    system: System,
    analysis: Analysis,
    expressions: Iterable[Expr],
    ansatz: Ansatz = DEFAULT_ANSATZ,
    leading: Mapping[Any, Iterable[Expr]] = MappingProxyType({}),
) -> list[Solution]:
    """The solutions found, each as a map from the unknowns of the system to functions.

    Candidate functions come from the given expressions, for an unknown in `leading` from those given there instead.
    """
    require_equations(system)
    system = separate(system)
    given = tuple(expressions)
    factors = {
        joint: [_factors_of_unknowns(system, joint, given, ansatz, leading, inverses=every) for every in (False, True)]
        for joint in analysis.joint
    }
    short = _short_point(system, analysis.values, analysis.joint, chain(*chain(*factors.values())))
    # Solutions of different modes are independent, unless modes in time were guessed.
    overlapping = any(TIME in joint.modes for joint in analysis.joint)
    found: dict[JointMode, list[Solution]] = {joint: [] for joint in analysis.joint}
    best: list[Solution] = []
    before: dict[JointMode, list[Column]] = {}
    for degree, inverses in ((n, inverses) for n in count(1) for inverses in (False, True)):
        choices = {
            joint: _columns(system, joint, factors[joint][inverses], degree, short)
            for joint, known in found.items()
            if len(known) != joint.dimension and not (inverses and factors[joint][0] == factors[joint][1])
        }
        if not inverses:
            # Where every variable is cyclic and there are no functions, a higher degree brings no more columns.
            if choices == before or _exhausted(ansatz, degree, max(map(len, choices.values()), default=0)):
                break
            before = choices
        for joint, columns in choices.items():
            # No numbers of other modes are read back: modulo a prime nothing tells roots of a polynomial apart.
            values = with_numbers_of_modes(analysis.values, system, joint.modes.values())
            found[joint] = max([*_solutions_among(system, columns, values, short)], found[joint], key=len)
            best = [*chain(*found.values())]
            if overlapping:
                best = _independent_solutions(system, best, short)
            if len(best) == analysis.bound:
                return best
    return best


def _exhausted(ansatz: Ansatz, degree: int, most: int) -> bool:
    """Whether a degree is not tried any more, with so many columns at most."""
    if ansatz.degree is not None:
        return degree > ansatz.degree
    return most == 0 or (degree > USUAL_DEGREE and most > COLUMNS_BEYOND)


def _factors_of_unknowns(
    system: System,
    joint: JointMode,
    expressions: Sequence[Expr],
    ansatz: Ansatz,
    leading: Mapping[Any, Iterable[Expr]],
    *,
    inverses: bool,
) -> list[Factors]:
    """The functions of which polynomials are tried for each unknown."""
    cyclic = {z.variable for z in joint.modes}
    still = [z for z in system.variables if z not in cyclic]
    factors: list[Factors] = []
    for unknown in system.unknowns:
        functions = ansatz.functions
        if functions is None:
            functions = candidate_functions(leading.get(unknown, expressions), still, inverses=inverses)
        factors.append(tuple(dict.fromkeys((*still, *functions))))
    return factors


def _columns(
    system: System, joint: JointMode, factors: Sequence[Factors], degree: int, at: Specialization
) -> list[Column]:
    """The columns for one mode along each cyclic variable, of high degree first; none if there are too many.

    Powers of cyclic variables are not counted by the degree, unless there are too many columns with them.
    """
    waves = [_waves(joint, unknown) for unknown in system.unknowns]
    cyclic = [(z.rho, mode.powers - 1) for z, mode in joint.modes.items() if mode.powers > 1]
    highest = max((power for _, power in cyclic), default=0)
    for total in dict.fromkeys((degree + highest, degree)):
        products = {own: _products(own, degree, cyclic, total) for own in factors}
        if (
            sum(len(products[own]) * len(own_waves) for own, own_waves in zip(factors, waves, strict=True))
            > 2 * COLUMNS
        ):
            continue
        products = {own: _independent(functions, at) for own, functions in products.items()}
        columns = [
            (i, f * wave)
            for i, (own, own_waves) in enumerate(zip(factors, waves, strict=True))
            for f in reversed(products[own])
            for wave in own_waves
        ]
        if len(columns) <= COLUMNS:
            return columns
    return []


def _waves(joint: JointMode, unknown: Any) -> list[Expr]:
    """The products of the functions of each mode that belong to an unknown."""
    weight = Mul(*(z.factors.get(unknown, S.One) for z in joint.modes))
    return [Mul(weight, *choice) for choice in product(*(mode.along(unknown) for mode in joint.modes.values()))]


def _products(factors: Sequence[Expr], degree: int, cyclic: Sequence[tuple[Expr, int]], total: int) -> list[Expr]:
    """Products of factors up to a degree, times powers of cyclic variables up to a total, of low degree first."""
    variables = (*factors, *(z for z, _ in cyclic))
    if not variables:
        return [S.One]
    return [
        Mul(*(f**e for e, f in zip(alpha, variables, strict=True)))
        for n in range(total + 1)
        for alpha in monomials(len(variables), n)
        if sum(alpha[: len(factors)]) <= degree
        and all(e <= highest for e, (_, highest) in zip(alpha[len(factors) :], cyclic, strict=True))
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
) -> Iterator[Solution]:
    """The combinations of the columns that solve the system, read back and checked at other parameters."""
    if not columns:
        return
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


def _independent_solutions(system: System, solutions: Sequence[Solution], at: Specialization) -> list[Solution]:
    """The solutions less those that are linear combinations of earlier ones: their rank at points until it stays."""
    echelon = DenseEchelon(at.prime)
    for there in _points(replace(at, order=0)):
        try:
            rows = [[there.value(solution[unknown]) for solution in solutions] for unknown in system.unknowns]
        except UnluckyError:
            continue
        if not sum(echelon.insert(row) for row in rows):
            return [solutions[i] for i in sorted(echelon.rows)]
    raise AssertionError


def _null_vectors(system: System, columns: Sequence[Column], at: Specialization) -> list[Vector]:
    """A reduced basis of the combinations of columns that solve the system modulo the prime.

    The first column of each combination occurs in no other. Each equation is evaluated at ever new points until one
    more adds no rank. Combinations that pass it there pass it everywhere, or a random point is a zero of some
    polynomial; a fixed number of rows would not do, for rows of one point may depend on each other.
    """
    echelon, points = DenseEchelon(at.prime), list[ColumnsAtPoint]()
    more_points = _columns_at_points(system, columns, at)
    functions = {m for _, m in columns}.union(*(equation.values() for equation in system.equations))
    # Where there are absolute values, there are other equations on other sides, which a single point does not tell.
    enough = POINTS_BESIDE_CORNERS if any(f.has(Abs, sign) for f in functions) else 1
    for equation in sorted(system.equations, key=_cost):
        idle = 0
        for number in count():
            if number == len(points):
                points.append(next(more_points))
            idle = 0 if echelon.insert(points[number].row(equation)) else idle + 1
            if idle == enough:
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
        try:
            others = values_of_parameters(system, values.prime, draw)
            if others.numbers and others.numbers == values.numbers:
                continue
            there = Specialization(others.prime, others.numbers, system.variables, draw + 1, draw + 1)
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


def _short_point(
    system: System, values: ParameterValues, joint_modes: Sequence[JointMode], factors: Iterable[Factors]
) -> Specialization:
    """A point modulo a short prime at which everything has a value; modulo the long prime if there is none."""
    waves = (_waves(joint, unknown) for joint in joint_modes for unknown in system.unknowns)
    coefficients = (equation.values() for equation in system.equations)
    needed = {*values.roots, *chain(*factors), *chain(*waves), *chain(*coefficients)}
    for draw in range(ATTEMPTS):
        with suppress(UnluckyError):
            short = values_of_parameters(system, SHORT_PRIMES[draw % len(SHORT_PRIMES)], draw)
            at = Specialization(short.prime, short.numbers, system.variables, draw, draw)
            for expression in needed:
                at.value(expression)
            return at
    return Specialization(values.prime, values.numbers, system.variables)
