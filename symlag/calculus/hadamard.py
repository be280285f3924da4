"""Entrywise products of matrices, and their sums of entries, in one form.

Diagonal factors stand outside, a rank-one factor is two diagonals, and functions of the same matrix are one function.
Then σ′(Z)∘Z = pσ(Z) for a homogeneous σ is seen, not proved; and a trace with a Hadamard product in it is a sum of
entries, in which no factor comes first.

>>> from symlag.calculus.elementwise import elementwise, homogeneous
>>> from symlag.calculus.jets import block
>>> W = block("W", 3, 4)
>>> relu = homogeneous("sigma", 1)
>>> hadamard(elementwise(lambda z: relu(z).diff(z), W), W) == elementwise(relu, W)
True
"""

from __future__ import annotations

from itertools import product
from typing import Any

from sympy import (
    Add,
    DiagMatrix,
    Expr,
    HadamardProduct,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    S,
    Transpose,
)
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differentiation import Derive, rule
from symlag.calculus.elementwise import Elementwise
from symlag.calculus.hadamard_factors import flipped, merged, taken_apart, word_of
from symlag.calculus.matrices import normal, trace, zero_like
from symlag.calculus.matrix_gradient import adjoint
from symlag.calculus.matrix_words import (
    Word,
    Words,
    closing,
    collected_word,
    ending,
    matrix_of,
    reverse,
    sum_of,
    transposed,
    turned_word,
    words,
)
from symlag.calculus.structured_matrices import all_ones, is_diagonal, ones
from symlag.errors import ShapeError


def hadamard(*factors: MatrixExpr) -> MatrixExpr:
    """The entrywise product of matrices of one shape."""
    if len({factor.shape for factor in factors}) > 1:
        raise ShapeError(f"hadamard({', '.join(map(str, factors))})", "the shapes differ", "matrices of one shape")
    return normal(HadamardProduct(*factors))


@words.register
def _(matrix: HadamardProduct) -> Words:
    if matrix.shape == (1, 1):
        return {(): Mul(*map(trace, matrix.args))}
    choices = product(*(words(factor).items() for factor in matrix.args))
    return sum_of(_entrywise([w for w, _ in choice], Mul(*(c for _, c in choice)), matrix.shape) for choice in choices)


@ending.register(HadamardProduct)
@ending.register(Transpose)
def _(letter: Any, vector: MatrixExpr) -> Words | None:
    """(A∘B)v as the diagonal of A·diag(v)·Bᵀ."""
    turned = isinstance(letter, Transpose)
    product = letter.arg if turned else letter
    if not isinstance(product, HadamardProduct) or len(product.args) != 2 or letter.rows == 1:
        return None
    A, B = map(Transpose, product.args) if turned else product.args
    return words(DiagonalOf(MatMul(A, DiagMatrix(vector), Transpose(B))))


@transposed.register
def _(letter: HadamardProduct) -> tuple[int, MatrixExpr]:
    sign, turned = flipped(letter.args)
    return (sign, letter) if turned == letter else (1, Transpose(letter))


@rule.register
def _(node: HadamardProduct, derive: Derive) -> MatrixExpr:
    moved = [(i, derive(factor)) for i, factor in enumerate(node.args)]
    terms = (HadamardProduct(*node.args[:i], d, *node.args[i + 1 :]) for i, d in moved)
    return MatAdd(zero_like(node), *terms)


@adjoint.register
def _(letter: HadamardProduct, rest: MatrixExpr, variable: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    (moving,) = (factor for factor in letter.args if factor.has(variable))
    still = [factor for factor in letter.args if factor != moving]
    return normal(HadamardProduct(rest, *still)), moving


def _entrywise(factors: list[Word], coefficient: Expr, shape: tuple[Any, Any]) -> Words:
    """The Hadamard product of words, its diagonals outside; with a diagonal matrix in it, it is one."""
    if any(map(is_diagonal, factors)):
        return words(MatMul(coefficient, DiagMatrix(_diagonals(factors, shape))))
    sign, left, cores, right = taken_apart(factors)
    inside = merged(cores, shape)
    return sum_of(collected_word((*left, *word, *right), sign * coefficient * c) for word, c in inside.items())


def _diagonals(factors: list[Word], shape: tuple[Any, Any]) -> MatrixExpr:
    """The entrywise product of the diagonals of words."""
    return HadamardProduct(*(DiagonalOf(matrix_of({word: S.One}, shape)) for word in factors))


@closing.register(Elementwise)
@closing.register(HadamardProduct)
def _(letter: Elementwise | HadamardProduct, rest: MatrixExpr) -> Expr | None:
    """⟨R, letter⟩ as the sum of the entries of R∘letter; a function with a diagonal beside it stays a letter."""
    if isinstance(letter, Elementwise) and all(map(is_diagonal, words(rest))):
        return None
    factors = letter.args if isinstance(letter, HadamardProduct) else (letter,)
    choices = product(*(words(factor).items() for factor in (rest, *factors)))
    return Add(*(Mul(*(c for _, c in choice)) * _entry_sum([w for w, _ in choice], letter.shape) for choice in choices))


def _entry_sum(factors: list[Word], shape: tuple[Any, Any]) -> Expr:
    """The sum of the entries of a Hadamard product of words."""
    if any(map(is_diagonal, factors)):
        return trace(MatMul(Transpose(ones(shape[0])), _diagonals(factors, shape)))
    sign, left, cores, right = taken_apart(factors)
    if (anchored := _anchored(left, cores, right, shape)) is not None:
        return sign * anchored
    rows, columns = ([letter.args[0] for letter in side] for side in (left, right))
    if shape[1] == 1:
        cores, rows = cores + [word for row in rows for word in words(row)], []
    return Add(*(sign * c * _framed(rows, word, columns) for word, c in merged(cores, shape).items()))


def _anchored(left: Word, cores: list[Word], right: Word, shape: tuple[Any, Any]) -> Expr | None:
    """The same, where one of the cores is a letter that closes traces by itself."""
    for i, (first, *more) in enumerate(cores):
        turned = isinstance(first, Transpose)
        letter = first.arg if turned else first
        if more or closing.dispatch(type(letter)) in _PLAIN:
            continue
        others = (matrix_of({word: S.One}, shape) for word in cores[:i] + cores[i + 1 :])
        rest = MatMul(*left, HadamardProduct(all_ones(shape), *others), *right)
        beside = words(Transpose(rest) if turned else rest)
        closed = [(c, closing(letter, matrix_of({word: S.One}, letter.shape))) for word, c in beside.items()]
        if all(term is not None for _, term in closed):
            return Add(*(c * term for c, term in closed))
    return None


def _framed(rows: list[MatrixExpr], word: Word, columns: list[MatrixExpr]) -> Expr:
    """uᵀ M v, the vectors those of the diagonals; without any, the first factor of M against the others."""
    if word[1:] and any(isinstance(letter, DiagMatrix) for letter in (word[0], word[-1])):
        before, core, after = _rid(word)
        return _framed([*rows, *before], core, [*columns, *after])
    if isinstance(word[0], Transpose) and not word[1:]:
        return _framed(columns, (word[0].arg,), rows)
    if rows or columns or not isinstance(word[0], HadamardProduct):
        sign, left = reverse(_vector(rows, word[0].rows))
        return sign * turned_word((*left, *word, *_vector(columns, word[-1].cols)))
    first, *others = word[0].args
    sign, left = reverse(word_of(first))
    ((right, number),) = words(HadamardProduct(*others) if others[1:] else others[0]).items()
    return sign * number * turned_word((*left, *right))


def _rid(word: Word) -> tuple[list[MatrixExpr], Word, list[MatrixExpr]]:
    """The vectors of the diagonals before and after a word, and what is left between them."""
    ends = word[:1], word[-1:]
    before, after = ([letter.args[0] for letter in end if isinstance(letter, DiagMatrix)] for end in ends)
    return before, word[len(before) : len(word) - len(after)], after


def _vector(factors: list[MatrixExpr], size: Any) -> Word:
    """The Hadamard product of vectors as one word."""
    if size == 1:
        return ()
    return word_of(HadamardProduct(*factors) if factors[1:] else factors[0] if factors else ones(size))


# The closings of letters that are parts of a sum of entries, and of those that have none.
_PLAIN = {closing.dispatch(kind) for kind in (object, Elementwise, HadamardProduct, DiagMatrix, DiagonalOf)}
