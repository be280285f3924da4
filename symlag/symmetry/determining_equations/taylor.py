"""Determining equations as linear equations for the Taylor coefficients of the unknown functions.

Around a point z₀ let f_i = Σ c_iα uᵅ with u = z − z₀. An equation Σ a_iβ(z, w) ∂^β f_i = 0, in which w stands for the
jets that are no variables (velocities), holds for all w. For a fixed w, a point of the fibre over z₀, its coefficients
are power series in u, and the coefficient of each monomial u^γ is a linear equation for the c_iα, a row
(`coefficient_rows`); the rows of total degree d are those of its derivatives of order d.

Equations over a few random fibres say as much as those over all: the space of linear conditions on the derivatives at
z₀ is finite-dimensional, and grows with almost every new fibre until it is exhausted (`independent_fibres`). The
equations found are then combined so that their highest derivatives are separated, which leaves sparser rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.modular.linear_algebra import Echelon, UnluckyError, Vector, dot, rref
from symlag.symmetry.modular.power_series import BITS, Part, factorials, homogeneous_parts, monomials, pack, unpack
from symlag.symmetry.modular.specialization import Specialization

# Fibres tried in all; fibres tried where none so far has a value; fibres in a row without a new equation.
FIBRES, HOPELESS, IDLE = 1000, 6, 3

# More than there are unknown functions.
WIDTH = 1 << 10

# A linear equation for Taylor coefficients, by their column numbers.
Row = dict[int, int]

# An equation for fixed w: for each derivative (i, β) its coefficient as a power series.
SeriesEquation = dict[tuple[int, tuple[int, ...]], list[Part]]


@dataclass(frozen=True)
class FibreEquations:
    """Equations over fibres that are independent at the point, and combinations of them with few terms there.

    `chosen` are pairs of a fibre and the number of an equation; `weights` are the combinations.
    """

    system: System
    at: Specialization
    chosen: tuple[tuple[int, int], ...]
    weights: tuple[Vector, ...]

    def expanded(self, order: int) -> list[SeriesEquation]:
        """The combined equations as power series up to an order."""
        fibres = {fibre for fibre, _ in self.chosen}
        over = {fibre: expanded(self.system, replace(self.at, order=order, fibre=fibre, cache={})) for fibre in fibres}
        return combined([over[fibre][i] for fibre, i in self.chosen], self.weights, self.at.prime)


def independent_fibres(system: System, at: Specialization) -> FibreEquations:
    """Equations over ever new fibres, until three fibres in a row add none that is independent at the point.

    A fibre without a value is passed over; `UnluckyError` where none has one.
    """
    echelon, chosen, equations, idle = Echelon(at.prime), list[tuple[int, int]](), list[SeriesEquation](), 0
    for fibre in range(FIBRES):
        if fibre > HOPELESS and not equations:
            break
        try:
            candidates = expanded(system, replace(at, fibre=fibre, cache={}))
        except UnluckyError:
            continue
        new = [
            i
            for i, equation in enumerate(candidates)
            if echelon.insert(*coefficient_rows(equation, len(system.variables), 0))
        ]
        chosen += [(fibre, i) for i in new]
        equations += [candidates[i] for i in new]
        idle = 0 if new else idle + 1
        if idle == IDLE:
            return FibreEquations(system, at, tuple(chosen), _separating_weights(equations, at.prime))
    raise UnluckyError


def _separating_weights(equations: list[SeriesEquation], prime: int) -> tuple[Vector, ...]:
    """The combinations that bring the coefficients at the point to reduced echelon form, highest derivatives first."""
    derivatives = sorted({place for equation in equations for place in equation}, key=lambda p: (-sum(p[1]), p))
    values = [[equation[p][0].get(0, 0) if p in equation else 0 for p in derivatives] for equation in equations]
    unit = [[int(i == j) for j in range(len(equations))] for i in range(len(equations))]
    extended = [[*row, *marks] for row, marks in zip(values, unit, strict=True)]
    return tuple(row[len(derivatives) :] for row in rref(extended, prime).values())


def expanded(system: System, at: Specialization) -> list[SeriesEquation]:
    """The equations of a system over one fibre, as power series in the variables."""
    return [
        {place: homogeneous_parts(at.value(a), at.order) for place, a in equation.items()}
        for equation in system.equations
    ]


def combined(equations: Sequence[SeriesEquation], weights: Sequence[Vector], prime: int) -> list[SeriesEquation]:
    """The linear combinations of equations with the given weights."""
    columns = coefficients(equations)
    order = max(degree for _, degree, _ in columns)
    sums: list[SeriesEquation] = [defaultdict(lambda: [{} for _ in range(order + 1)]) for _ in weights]
    for (place, degree, monomial), column in columns.items():
        for equation, row in zip(sums, weights, strict=True):
            if c := dot(row, column, prime):
                equation[place][degree][monomial] = c
    return sums


def coefficients(equations: Sequence[SeriesEquation]) -> dict[tuple[Any, int, int], Vector]:
    """For each derivative, degree and monomial the list of its coefficients in all equations."""
    columns: defaultdict[tuple[Any, int, int], Vector] = defaultdict(lambda: [0] * len(equations))
    for row, equation in enumerate(equations):
        for place, series in equation.items():
            for degree, part in enumerate(series):
                for monomial, c in part.items():
                    columns[place, degree, monomial][row] = c
    return columns


def coefficient_rows(equation: SeriesEquation, variables: int, degree: int) -> list[Row]:
    """The coefficients of one total degree of an equation, as linear equations for Taylor coefficients."""
    rows: defaultdict[int, Row] = defaultdict(dict)
    for (unknown, beta), series in equation.items():
        for lower, part in enumerate(series[: degree + 1]):
            terms = _derivative_terms(beta, degree - lower, unknown)
            for monomial, c in part.items():
                for rest, column, factor in terms:
                    row = rows[monomial + rest]
                    row[column] = row.get(column, 0) + c * factor
    return [rows[pack(alpha)] for alpha in monomials(variables, degree)]


@cache
def _derivative_terms(beta: tuple[int, ...], degree: int, unknown: int) -> tuple[tuple[int, int, int], ...]:
    """∂^β f = Σ_γ (γ+β)!/γ! c_{γ+β} u^γ: for each γ of one degree the monomial, the column and the factor."""
    pairs = ((rest, tuple(r + b for r, b in zip(rest, beta, strict=True))) for rest in monomials(len(beta), degree))
    return tuple((pack(rest), column(unknown, a), factorials(a) // factorials(rest)) for rest, a in pairs)


def column(unknown: int, alpha: tuple[int, ...]) -> int:
    """The column number of a Taylor coefficient; higher orders have higher numbers."""
    return (sum(alpha) * WIDTH + unknown) << BITS * len(alpha) | pack(alpha)


def taylor_coefficient(column: int, variables: int) -> tuple[int, tuple[int, ...]]:
    """The unknown function and the exponents of the Taylor coefficient with a column number."""
    return (column >> BITS * variables) % WIDTH, unpack(column, variables)
