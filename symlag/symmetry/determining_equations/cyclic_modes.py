"""How solutions depend on a cyclic variable: exponentials, oscillations and powers of it.

Where no equation depends on z, the translation ∂/∂z maps the finite-dimensional space of solutions to itself: it is a
matrix A. Let ∏(λ − λ_j)^{m_j} be the minimal polynomial of A. Then every solution is a sum of zⁱ e^{λ_j z} with i < m_j
(Jordan). The polynomial is found modulo a prime, read back, and factored exactly over ℚ, with the symbols of the
Lagrangian in it. Of each irreducible factor f

1. a linear one gives exp, a quadratic one cos and sin or cosh and sinh;
2. one that is f = g((λ − h)²), as of coupled oscillators under equal friction, gives the same for every root of g: of a
   quadratic g by radicals, of a g of higher degree with numbers as coefficients as `CRootOf`;
3. of others no closed form is sought.

>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> from sympy import Symbol
>>> z, values = Symbol("z"), ParameterValues.draw((), PRIMES[0])
>>> f = Poly([1, 0, 3, 0, 1], Dummy("lambda"), domain=QQ)
>>> [mode.functions for mode in _modes_of_factor(f, 1, z, values)]
[(cos(z*(-1/2 + sqrt(5)/2)), sin(z*(-1/2 + sqrt(5)/2))), (cos(z*(1/2 + sqrt(5)/2)), sin(z*(1/2 + sqrt(5)/2)))]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from sympy import QQ, Abs, Dummy, Expr, Poly, cos, cosh, exp, expand_mul, factor, factor_terms, sin, sinh, sqrt
from sympy.simplify.sqrtdenest import sqrtdenest

from symlag.symmetry.modular.linear_algebra import Vector, dot, null_space
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization


@dataclass(frozen=True)
class Mode:
    """Functions of one variable that its translation maps to combinations of each other, times `powers` powers of it.

    `functions_of` are those of single unknowns, where these are others. `roots` are the square roots that occur in the
    functions, `basis` what spans, beside 1, the field of their squares over that of the parameters. `annihilator` are
    the residues of the coefficients, constant first, of a polynomial in the translation that annihilates the functions,
    if it is known, and those of `conjugates` − 1 modes beside.
    """

    functions: tuple[Expr, ...]
    powers: int
    roots: tuple[Expr, ...] = ()
    basis: tuple[Expr, ...] = ()
    annihilator: tuple[int, ...] = ()
    conjugates: int = 1
    functions_of: tuple[tuple[Any, tuple[Expr, ...]], ...] = ()

    def along(self, unknown: Any) -> tuple[Expr, ...]:
        """The functions that one unknown is made of."""
        return dict(self.functions_of).get(unknown, self.functions)


def translation_modes(matrix: list[Vector], z: Expr, values: ParameterValues) -> list[Mode] | None:
    """The modes of a translation with the given matrix; None where its minimal polynomial cannot be read back."""
    coefficients = [values.number(c) for c in _minimal_polynomial(matrix, values.prime)]
    known = [c for c in coefficients if c is not None]
    if len(known) < len(coefficients):
        return None
    field = {"extension": [*values.basis[1:]]} if len(values.basis) > 1 else {"domain": QQ}
    polynomial = Poly([*reversed(known)], Dummy("lambda"), **field)
    modes: list[Mode] = []
    for irreducible, multiplicity in polynomial.factor_list()[1]:
        annihilator = _residues(irreducible**multiplicity, values.prime)
        own = [*_modes_of_factor(irreducible, multiplicity, z, values)]
        # Conjugate roots have equally many solutions.
        modes += [
            replace(mode, annihilator=annihilator, conjugates=irreducible.degree() // len(mode.functions))
            for mode in own
        ]
    return modes


def _residues(polynomial: Poly, prime: int) -> tuple[int, ...]:
    """The coefficients of a polynomial modulo a prime, constant first."""
    at = Specialization(prime)
    return tuple(at.value(c) for c in reversed(polynomial.all_coeffs()))


def annihilated(modes: Sequence[tuple[list[Vector], Mode]], prime: int) -> list[Vector]:
    """A basis of the vectors that are of the given mode, or its conjugates, for each of some matrices which commute."""
    rows = [row for matrix, mode in modes for row in _polynomial_at(matrix, mode.annihilator, prime)]
    return null_space(rows, prime)


def _polynomial_at(matrix: list[Vector], coefficients: Sequence[int], prime: int) -> list[Vector]:
    """The value of a polynomial at a matrix, by Horner's scheme."""
    n, value = len(matrix), [[0] * len(matrix) for _ in matrix]
    columns = [*zip(*matrix, strict=True)]
    for c in reversed(coefficients):
        value = [[dot(row, column, prime) for column in columns] for row in value]
        for i in range(n):
            value[i][i] = (value[i][i] + c) % prime
    return value


def _minimal_polynomial(matrix: list[Vector], prime: int) -> Vector:
    """The coefficients, constant first, of the monic polynomial of least degree that annihilates a random vector.

    For almost every vector this is the minimal polynomial of the matrix (Wiedemann 1986).
    """
    if not matrix:
        return [1]  # where there is no solution at all
    powers = [[pow(3 + i, 7 + i, prime) for i in range(len(matrix))]]
    for _ in matrix:
        powers.append([dot(row, powers[-1], prime) for row in matrix])
    relation = null_space([list(row) for row in zip(*powers, strict=True)], prime)[0]
    return relation[: 1 + max(i for i, c in enumerate(relation) if c)]


def _modes_of_factor(irreducible: Poly, powers: int, z: Expr, values: ParameterValues) -> Iterator[Mode]:
    """The modes of an irreducible irreducible."""
    degree = irreducible.degree()
    mean = -irreducible.monic().all_coeffs()[1] / degree
    rate = values.with_parameters(mean)
    shifted = (
        irreducible.monic()
        .compose(Poly(irreducible.gen + mean, irreducible.gen, domain=irreducible.domain))
        .all_coeffs()
    )
    if rate is None:
        return
    if degree == 1:
        yield Mode((exp(rate * z),), powers)
    elif not any(shifted[1::2]):
        yield from _modes_of_squares(rate, shifted[::2], powers, z, values)
    elif all(c.is_Rational for c in shifted) and not values.numbers:
        for root in Poly(shifted, irreducible.gen).real_roots():
            yield Mode((exp((rate + root) * z),), powers, (), _powers(root, degree))


def _modes_of_squares(
    mean: Expr, coefficients: Sequence[Expr], powers: int, z: Expr, values: ParameterValues
) -> Iterator[Mode]:
    """The modes λ = h ± √s for the roots s of a polynomial."""
    written = [values.with_parameters(c) for c in coefficients]
    match written:
        case [_, Expr() as c]:
            yield oscillating_mode(mean, -c, powers, z)
        case [_, Expr() as b, Expr() as c]:
            discriminant = factor(b**2 / 4 - c)
            if (coefficients[1] ** 2 / 4 - coefficients[2]).is_positive:
                root = sqrt(discriminant)
                for square, numerically in zip((-b / 2 + root, -b / 2 - root), _squares(coefficients), strict=True):
                    sign = 1 if numerically.is_positive else -1
                    yield replace(_mode_of_sign(mean, square, sign, powers, z), basis=(root,))
            else:
                yield _growing_oscillation(mean, b, c, powers, z)
        case _ if all(c.is_Rational for c in coefficients) and not values.numbers:
            for square in Poly(coefficients, z).real_roots():
                mode = _mode_of_sign(mean, square, 1 if square.is_positive else -1, powers, z)
                yield replace(mode, basis=_powers(square, len(coefficients) - 1))
        case _:
            return


def _squares(coefficients: Sequence[Expr]) -> tuple[Expr, Expr]:
    """The two roots of a quadratic polynomial, as numbers."""
    _, b, c = coefficients
    root = sqrt(b**2 / 4 - c)
    return -b / 2 + root, -b / 2 - root


def oscillating_mode(mean: Expr, square: Expr, powers: int, z: Expr) -> Mode:
    """The mode of λ = h ± √D: e^{hz} times cos and sin or cosh and sinh; for a D of unknown sign, those without √−1."""
    negative = square.is_negative or (not square.is_positive and square.could_extract_minus_sign())
    return _mode_of_sign(mean, square, -1 if negative else 1, powers, z)


def _mode_of_sign(mean: Expr, square: Expr, sign: int, powers: int, z: Expr) -> Mode:
    """The mode of λ = h ± √D with a D of known sign."""
    root = _square_root(sign * (square if square.free_symbols else factor_terms(square)))
    even, odd = (cosh, sinh) if sign == 1 else (cos, sin)
    return Mode((exp(mean * z) * even(root * z), exp(mean * z) * odd(root * z)), powers, (root,))


def _square_root(square: Expr) -> Expr:
    """√s; where that is a rational function r of real parameters r itself and not |r|, since λ = h ± √s has both signs.

    >>> from sympy import Symbol
    >>> _square_root(4 * Symbol("k") ** 2), _square_root(Symbol("k") + 1)
    (2*k, sqrt(k + 1))
    """
    real = {p: Dummy(p.name, real=True) for p in square.free_symbols}
    root = sqrt(factor(square.xreplace(real))).replace(Abs, lambda part: part)
    if real and root.is_rational_function(*real.values()):
        return root.xreplace({dummy: p for p, dummy in real.items()})
    return _denested(sqrt(square))


def _growing_oscillation(mean: Expr, b: Expr, c: Expr, powers: int, z: Expr) -> Mode:
    """The mode of the four λ = h ± (α ± iβ) whose squares (λ − h)² are the complex roots of s² + bs + c."""
    length, height = sqrt(c), sqrt(c - b**2 / 4)
    growth, frequency = (_denested(sqrt((length + sign * b / 2) / 2)) for sign in (-1, 1))
    functions = tuple(
        exp((mean + sign * growth) * z) * wave(frequency * z) for sign, wave in product((1, -1), (cos, sin))
    )
    return Mode(functions, powers, (growth, frequency), (length, height, length * height))


def _denested(root: Expr) -> Expr:
    """A root without roots in roots, where it can be written so, and without a number in it that is a square."""
    if not root.free_symbols:
        return expand_mul(sqrtdenest(root))
    # √c·√P with a primitive P: so that frequencies in a rational proportion are seen to be.
    content, primitive = (root**2).as_content_primitive()
    return sqrt(content) * sqrt(primitive)


def _powers(root: Expr, degree: int) -> tuple[Expr, ...]:
    """The powers of an algebraic number that span its field beside 1."""
    return tuple(root**n for n in range(1, degree))
