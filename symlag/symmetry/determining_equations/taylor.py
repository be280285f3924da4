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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.modular.linear_algebra import Echelon, UnluckyError, Vector, rref
from symlag.symmetry.modular.power_series import BITS, Part, factorials, homogeneous_parts, monomials, pack, unpack
from symlag.symmetry.modular.specialization import Specialization

# Fibres tried in all; fibres tried where none so far has a value; fibres in a row without a new equation.
FIBRES, HOPELESS, IDLE = 1000, 6, 3

# More than there are unknown functions.
WIDTH = 1 << 10

# A linear equation for Taylor coefficients, by their column numbers.
Row = dict[int, int]

Exponents = tuple[int, ...]

# A term of a derivative of f: the monomial u^γ, the column of the Taylor coefficient, and the factor.
DerivativeTerm = tuple[int, int, int]

# The terms of one degree of ∂^β f_i, from β, the degree and i.
DerivativeTerms = Callable[[Exponents, int, int], Sequence[DerivativeTerm]]

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

    Where no jets but the variables occur, all fibres are alike, and one is enough. A fibre without a value is passed
    over; `UnluckyError` where none has one.
    """
    echelon, chosen, equations, idle = Echelon(at.prime), list[tuple[int, int]](), list[SeriesEquation](), 0
    needed = IDLE if system.fibre else 0
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
        if idle >= needed:
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
    return [_combination([(w, e) for w, e in zip(row, equations, strict=True) if w], prime) for row in weights]


def _combination(terms: Sequence[tuple[int, SeriesEquation]], prime: int) -> SeriesEquation:
    """One linear combination of equations."""
    if [w for w, _ in terms] == [1]:
        return terms[0][1]
    order = max(len(series) for _, equation in terms for series in equation.values())
    total: SeriesEquation = defaultdict(lambda: [{} for _ in range(order)])
    for weight, equation in terms:
        for place, series in equation.items():
            for part, added in zip(total[place], series, strict=True):
                for monomial, c in added.items():
                    part[monomial] = part.get(monomial, 0) + weight * c
    sums = {place: [{m: c % prime for m, c in part.items() if c % prime} for part in s] for place, s in total.items()}
    return {place: series for place, series in sums.items() if any(series)}


def coefficients(equations: Sequence[SeriesEquation]) -> dict[tuple[Any, int, int], Vector]:
    """For each derivative, degree and monomial the list of its coefficients in all equations."""
    columns: defaultdict[tuple[Any, int, int], Vector] = defaultdict(lambda: [0] * len(equations))
    for row, equation in enumerate(equations):
        for place, series in equation.items():
            for degree, part in enumerate(series):
                for monomial, c in part.items():
                    columns[place, degree, monomial][row] = c
    return columns


def coefficient_rows(
    equation: SeriesEquation, variables: int, degree: int, derivative_terms: DerivativeTerms | None = None
) -> list[Row]:
    """The coefficients of one total degree of an equation, as linear equations for Taylor coefficients."""
    derivative_terms = derivative_terms or all_derivative_terms
    rows: defaultdict[int, Row] = defaultdict(dict)
    for (unknown, beta), series in equation.items():
        for lower, part in enumerate(series[: degree + 1]):
            terms = derivative_terms(beta, degree - lower, unknown)
            for monomial, c in part.items():
                for rest, column, factor in terms:
                    row = rows[monomial + rest]
                    row[column] = row.get(column, 0) + c * factor
    return [rows[monomial] for monomial in _packed_monomials(variables, degree) if monomial in rows]


@cache
def _packed_monomials(variables: int, degree: int) -> tuple[int, ...]:
    return tuple(map(pack, monomials(variables, degree)))


@cache
def all_derivative_terms(beta: Exponents, degree: int, unknown: int) -> tuple[DerivativeTerm, ...]:
    """The terms of degree |γ| of ∂^β f = Σ_γ (γ+β)!/γ! c_{γ+β} u^γ."""
    raised = (tuple(r + b for r, b in zip(rest, beta, strict=True)) for rest in monomials(len(beta), degree))
    return tuple(derivative_term(beta, alpha, unknown) for alpha in raised)


def derivative_term(beta: Exponents, alpha: Exponents, unknown: int) -> DerivativeTerm:
    """The term of ∂^β f with the Taylor coefficient c_α, for an α ≥ β."""
    rest = tuple(a - b for a, b in zip(alpha, beta, strict=True))
    return pack(rest), column(unknown, alpha), factorials(alpha) // factorials(rest)


def column(unknown: int, alpha: tuple[int, ...]) -> int:
    """The column number of a Taylor coefficient; higher orders have higher numbers."""
    return (sum(alpha) * WIDTH + unknown) << BITS * len(alpha) | pack(alpha)


def taylor_coefficient(column: int, variables: int) -> tuple[int, tuple[int, ...]]:
    """The unknown function and the exponents of the Taylor coefficient with a column number."""
    return (column >> BITS * variables) % WIDTH, unpack(column, variables)
