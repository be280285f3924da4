"""Generators among finitely many functions: one linear equation for every random evaluation.

The coefficients of a generator are sought as combinations of given functions of the variables. Each evaluation of the
determining equations at a random point modulo a prime is one equation for the numbers in the combination; what solves
all of them solves the determining equations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from sympy import Expr, Mul, S

from symlag.symmetry.determining.equations import System
from symlag.symmetry.modular.linear_algebra import UnluckyError, Vector, null_space, reduced
from symlag.symmetry.modular.power_series import by_degree, factorials, monomials, pack, unpack
from symlag.symmetry.modular.specialization import Specialisation

# Equations beyond the number of unknowns, so that a vector that passes by chance has none left to pass.
SPARE = 6

Column = tuple[int, Expr]


def solutions(system: System, columns: Sequence[Column], at: Specialisation) -> list[Vector]:
    """A basis of the combinations of the columns (i, m), m standing for f_i, that solve the system modulo the prime.

    The basis is reduced: the first column of each combination occurs in no other.
    """
    rows: list[Vector] = []
    for there in _points(at):
        try:
            rows += _equations(system, columns, there)
        except UnluckyError:
            continue
        if len(rows) >= len(columns) + SPARE:
            return [*reduced(null_space(rows, at.prime), at.prime).values()]
    raise AssertionError


def occurring(system: System, columns: Sequence[Column], at: Specialisation) -> list[Column]:
    """The columns that occur in any combination that solves the system modulo the prime."""
    found = solutions(system, columns, at)
    return [column for i, column in enumerate(columns) if any(vector[i] for vector in found)]


def solve(system: System, candidates: Sequence[Sequence[Expr]], there: Specialisation) -> list[bool]:
    """Which of the candidates, each an expression for every f_i, solve the system at a point."""
    width = len(system.moved)
    columns = [(i, f) for candidate in candidates for i, f in enumerate(candidate)]
    rows = [*_equations(system, columns, there)]
    starts = range(0, len(columns), width)
    return [not any(sum(row[start : start + width]) % there.prime for row in rows) for start in starts]


def independent(functions: Sequence[Expr], at: Specialisation) -> list[Expr]:
    """The functions less those that are combinations of earlier ones."""
    rows: list[Vector] = []
    for there in _points(replace(at, order=0)):
        try:
            rows.append([there.value(f) for f in functions])
        except UnluckyError:
            continue
        if len(rows) >= len(functions) + SPARE:
            return [functions[i] for i in sorted(reduced(rows, at.prime))]
    raise AssertionError


def polynomials(letters: Sequence[tuple[Expr, int]], degree: int) -> list[Expr]:
    """All products of letters up to a total degree, each letter at most to its own, of low degree first."""
    if not letters:
        return [S.One]
    alphas = (alpha for total in range(degree + 1) for alpha in monomials(len(letters), total))
    low = (alpha for alpha in alphas if all(e <= highest for e, (_, highest) in zip(alpha, letters, strict=True)))
    return [Mul(*(letter**e for e, (letter, _) in zip(alpha, letters, strict=True))) for alpha in low]


def _points(at: Specialisation) -> Iterator[Specialisation]:
    """The same draw of parameters at ever new points."""
    for point in count(1):
        yield replace(at, point=point, fibre=point, known={})


def _equations(system: System, columns: Sequence[Column], there: Specialisation) -> Iterator[Vector]:
    """The equations of one point: the coefficients there, contracted with the derivatives of every function."""
    around = replace(there, variables=system.variables, order=system.reach, known={})
    derivatives = {m: _derivatives(around.value(m), around) for m in {m for _, m in columns}}
    on_point = replace(there, variables=system.variables, known={})
    for equation in system.equations:
        terms: dict[int, list[tuple[int, int]]] = {}
        for (unknown, beta), a in equation.items():
            terms.setdefault(unknown, []).append((pack(beta), on_point.value(a)))
        yield [
            sum(a * derivatives[m].get(beta, 0) for beta, a in terms.get(unknown, ())) % there.prime
            for unknown, m in columns
        ]


def _derivatives(value: Any, at: Specialisation) -> dict[int, int]:
    parts = by_degree(value, at.order)
    return {m: c * factorials(unpack(m, len(at.variables))) for part in parts for m, c in part.items()}
