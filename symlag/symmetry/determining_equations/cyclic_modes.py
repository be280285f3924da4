"""How solutions depend on a cyclic variable: exponentials, oscillations and powers of it.

Where no equation depends on z, the translation ∂/∂z maps the finite-dimensional space of solutions to itself: it is a
matrix A. Let ∏(λ − λ_j)^{m_j} be the minimal polynomial of A. Then every solution is a sum of zⁱ e^{λ_j z} with i < m_j
(Jordan). The polynomial is found modulo a prime, read back, and factored exactly over ℚ: linear factors give exp,
quadratic factors cos and sin or cosh and sinh, with the symbols of the Lagrangian in them. Of factors of higher degree
no closed form is sought.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import QQ, Dummy, Expr, Poly, Rational, Symbol, cos, cosh, exp, sin, sinh, sqrt

from symlag.symmetry.modular.linear_algebra import Vector, dot, null_space, rational_reconstruction
from symlag.symmetry.modular.reconstruction import ParameterValues


@dataclass(frozen=True)
class Mode:
    """Functions of one variable that its translation maps to combinations of each other, times `powers` powers of it.

    `roots` are the square roots that occur in the functions.
    """

    functions: tuple[Expr, ...]
    powers: int
    roots: tuple[Expr, ...] = ()


def translation_modes(matrix: list[Vector], variable: Symbol, values: ParameterValues) -> list[Mode] | None:
    """The modes of a translation with the given matrix; None where its minimal polynomial cannot be read back."""
    coefficients = [rational_reconstruction(c, values.prime) for c in _minimal_polynomial(matrix, values.prime)]
    if None in coefficients:
        return None
    polynomial = Poly([Rational(*c) for c in reversed(coefficients) if c], Dummy("lambda"), domain=QQ)
    return [
        mode
        for factor, multiplicity in polynomial.factor_list()[1]
        for mode in _modes_of_factor(factor, multiplicity, variable, values)
    ]


def _minimal_polynomial(matrix: list[Vector], prime: int) -> Vector:
    """The coefficients, constant first, of the monic polynomial of least degree that annihilates a random vector.

    For almost every vector this is the minimal polynomial of the matrix (Wiedemann 1986).
    """
    powers = [[pow(3 + i, 7 + i, prime) for i in range(len(matrix))]]
    for _ in matrix:
        powers.append([dot(row, powers[-1], prime) for row in matrix])
    relation = null_space([list(row) for row in zip(*powers, strict=True)], prime)[0]
    return relation[: 1 + max(i for i, c in enumerate(relation) if c)]


def _modes_of_factor(factor: Poly, multiplicity: int, z: Symbol, values: ParameterValues) -> Iterator[Mode]:
    """The mode of an irreducible factor of degree one or two over ℚ."""
    match factor.monic().all_coeffs():
        case [_, c]:
            rate = values.rational_expression(-c)
            if rate is not None:
                yield Mode((exp(rate * z),), multiplicity)
        case [_, b, c]:
            mean, square = values.rational_expression(-b / 2), values.rational_expression(b**2 / 4 - c)
            if mean is not None and square is not None:
                yield oscillating_mode(mean, square, multiplicity, z)
        case _:
            return


def oscillating_mode(mean: Expr, square: Expr, powers: int, z: Symbol) -> Mode:
    """The mode of λ = h ± √D: e^{hz} times cos and sin or cosh and sinh; for a D of unknown sign, those without √−1."""
    if square.is_negative or (not square.is_positive and square.could_extract_minus_sign()):
        root = sqrt(-square)
        return Mode((exp(mean * z) * cos(root * z), exp(mean * z) * sin(root * z)), powers, (root,))
    root = sqrt(square)
    return Mode((exp(mean * z) * cosh(root * z), exp(mean * z) * sinh(root * z)), powers, (root,))
