"""How solutions depend on a variable that the equations do not depend on: exponentials, turns and powers of it.

The shift ∂/∂z acts on the finitely many solutions as a matrix. Its minimal polynomial ∏(λ − λ_j)^m says that they are
sums of z^i e^{λ_j z} with i < m. The polynomial is found modulo a prime, read back, and factored exactly: linear
factors give exp, quadratic factors cos and sin or cosh and sinh, with the symbols of the Lagrangian in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import QQ, Dummy, Expr, Poly, Rational, Symbol, cos, cosh, exp, sin, sinh, sqrt

from symlag.symmetry.modular.linear_algebra import Vector, dot, null_space, rational
from symlag.symmetry.modular.reconstruction import Page


@dataclass(frozen=True)
class Mode:
    """Functions of one variable that the shift maps to combinations of each other."""

    functions: tuple[Expr, ...]
    powers: int
    roots: tuple[Expr, ...] = ()


def modes(matrix: list[Vector], variable: Symbol, page: Page) -> list[Mode] | None:
    """The modes of a shift; None where its spectrum cannot be read back."""
    found = [rational(c, page.prime) for c in _minimal(matrix, page.prime)]
    if None in found:
        return None
    polynomial = Poly([Rational(*c) for c in reversed(found) if c], Dummy("lambda"), domain=QQ)
    return [mode for factor, times in polynomial.factor_list()[1] for mode in _modes(factor, times, variable, page)]


def _minimal(matrix: list[Vector], prime: int) -> Vector:
    """The coefficients, constant first, of the monic polynomial of least degree that annihilates a random vector."""
    powers = [[pow(3 + i, 7 + i, prime) for i in range(len(matrix))]]
    for _ in matrix:
        powers.append([dot(row, powers[-1], prime) for row in matrix])
    relation = null_space([list(row) for row in zip(*powers, strict=True)], prime)[0]
    return relation[: 1 + max(i for i, c in enumerate(relation) if c)]


def _modes(factor: Poly, times: int, z: Symbol, page: Page) -> Iterator[Mode]:
    match factor.monic().all_coeffs():
        case [_, c]:
            rate = page.spell(-c)
            if rate is not None:
                yield Mode((exp(rate * z),), times)
        case [_, b, c]:
            mean, square = page.spell(-b / 2), page.spell(b**2 / 4 - c)
            if mean is not None and square is not None:
                yield swinging(mean, square, times, z)
        case _:
            return


def swinging(mean: Expr, square: Expr, times: int, z: Symbol) -> Mode:
    """e^{hz} times the two functions that λ² = D belongs to; of a D of unknown sign, that without a √−1."""
    if square.is_negative or (not square.is_positive and square.could_extract_minus_sign()):
        root = sqrt(-square)
        return Mode((exp(mean * z) * cos(root * z), exp(mean * z) * sin(root * z)), times, (root,))
    root = sqrt(square)
    return Mode((exp(mean * z) * cosh(root * z), exp(mean * z) * sinh(root * z)), times, (root,))
