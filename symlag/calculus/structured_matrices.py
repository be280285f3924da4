"""Letters made of other matrices: inverses, diagonals, and ones.

Each kind says what words it is made of, what becomes of its transpose and between its neighbours, what its derivative
is, and how it hands an inner product on to its parts.

>>> from sympy import MatrixSymbol
>>> A, d = MatrixSymbol("A", 3, 3), MatrixSymbol("d", 3, 1)
>>> words(A * Inverse(A) * diagonal(d))
{(DiagMatrix(d),): 1}
"""

from __future__ import annotations

from typing import Any, Self

from sympy import (
    Basic,
    DiagMatrix,
    Expr,
    HadamardProduct,
    Identity,
    Inverse,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    S,
    Transpose,
)
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differentiation import Derive, rule
from symlag.calculus.matrices import Symmetric, normal, trace
from symlag.calculus.matrix_gradient import adjoint
from symlag.calculus.matrix_words import (
    Word,
    Words,
    closing,
    collected_word,
    ending,
    matrix_of,
    meeting,
    reverse,
    sum_of,
    transposed,
    words,
)
from symlag.calculus.term_order import spelled


class Ones(MatrixExpr):
    """The vector of ones."""

    def __new__(cls, size: Any) -> Self:
        return Basic.__new__(cls, S(size))

    @property
    def shape(self) -> tuple[Any, Any]:
        return (self.args[0], S.One)

    def _sympystr(self, _: Any) -> str:
        return "1"


def ones(size: Any) -> Ones:
    """The vector of ones, of integer or symbolic length."""
    return Ones(size)


def all_ones(shape: tuple[Any, Any]) -> MatrixExpr:
    """The matrix of ones."""
    rows, columns = shape
    return ones(rows) if columns == 1 else MatMul(ones(rows), Transpose(ones(columns)))


def diagonal(vector: MatrixExpr) -> DiagMatrix:
    """The diagonal matrix of a vector."""
    return DiagMatrix(vector)


@words.register
def _(matrix: Ones) -> Words:
    return {(matrix,) if matrix.rows != 1 else (): S.One}


@words.register
def _(matrix: OneMatrix) -> Words:
    return words(all_ones(matrix.shape))


@words.register
def _(matrix: Inverse) -> Words:
    inside = matrix.arg
    turned = isinstance(inside, Transpose)
    return words(Transpose(Inverse(inside.arg))) if turned else collected_word((Inverse(inside),), S.One)


@words.register
def _(matrix: DiagMatrix) -> Words:
    vector = matrix.args[0] if matrix.args[0].cols == 1 else Transpose(matrix.args[0])
    if vector.rows == 1:
        return words(vector)
    return sum_of({_spread(word): c} for word, c in words(vector).items())


@words.register
def _(matrix: DiagonalOf) -> Words:
    if matrix.arg.shape == (1, 1):
        return words(matrix.arg)
    return sum_of(_diagonal_of(word, c, matrix.rows) for word, c in words(matrix.arg).items())


@transposed.register
def _(letter: DiagMatrix) -> tuple[int, MatrixExpr]:
    return 1, letter


@transposed.register
def _(letter: Inverse) -> tuple[int, MatrixExpr]:
    return 1, letter if isinstance(letter.arg, Symmetric) else Transpose(letter)


@meeting.register
def _(left: MatrixExpr, right: MatrixExpr) -> Words | None:
    if isinstance(left, DiagMatrix) and isinstance(right, DiagMatrix):
        return words(DiagMatrix(HadamardProduct(*left.args, *right.args)))
    if isinstance(right, Ones) and left == Transpose(right):
        return {(): right.rows}
    return {(): S.One} if _inverse(left) == right or left == _inverse(right) else None


@ending.register
def _(letter: DiagMatrix, vector: MatrixExpr) -> Words:
    return words(HadamardProduct(*letter.args, vector))


@closing.register
def _(letter: DiagMatrix, rest: MatrixExpr) -> Expr | None:
    """The trace of a diagonal matrix is a sum of entries; of plain loops at one index, the first stands open."""
    (vector,) = letter.args
    if isinstance(rest, Identity):
        return trace(MatMul(Transpose(ones(rest.rows)), vector))
    factors = vector.args if isinstance(vector, HadamardProduct) else (vector,)
    around = normal(DiagonalOf(rest))
    first = min((around, *(factor for factor in factors if isinstance(factor, DiagonalOf))), key=spelled)
    if first == around or rest.has(DiagMatrix) or first.has(DiagMatrix):
        return None
    others = [factor for factor in factors if factor != first]
    return trace(MatMul(DiagMatrix(HadamardProduct(around, *others)), first.arg))


@closing.register
def _(letter: DiagonalOf, rest: MatrixExpr) -> Expr:
    """⟨v, the diagonal of M⟩ = tr(diag(v)M)."""
    return trace(MatMul(DiagMatrix(rest), letter.arg))


@rule.register
def _(node: DiagMatrix, derive: Derive) -> MatrixExpr:
    return DiagMatrix(derive(node.args[0]))


@rule.register
def _(node: DiagonalOf, derive: Derive) -> MatrixExpr:
    return DiagonalOf(derive(node.arg))


@rule.register
def _(node: Inverse, derive: Derive) -> MatrixExpr:
    return MatMul(S.NegativeOne, node, derive(node.arg), node)


@adjoint.register
def _(letter: DiagMatrix, rest: MatrixExpr, _: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    return normal(DiagonalOf(rest)), letter.args[0]


@adjoint.register
def _(letter: DiagonalOf, rest: MatrixExpr, _: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    return normal(DiagMatrix(rest)), letter.arg


def _inverse(letter: MatrixExpr) -> MatrixExpr | None:
    """The matrix that a letter is the inverse of, where it is one."""
    if isinstance(letter, Transpose) and isinstance(letter.arg, Inverse):
        return transposed(letter.arg.arg)[1]
    return letter.arg if isinstance(letter, Inverse) else None


def _diagonal_of(word: Word, coefficient: Expr, size: Any) -> Words:
    """The diagonal of a word: diagonal factors stand outside, and of a word and its transpose one is taken."""
    if is_diagonal(word):
        return collected_word((*word, ones(size)), coefficient)
    turn, before, core, after = bared(word)
    outside = (*before, *after)
    if not core:
        return collected_word((*outside, ones(size)), turn * coefficient)
    sign, mirrored = reverse(core)
    if sign < 0 and mirrored == core:
        return {}
    kept, number = min((core, S.One), (mirrored, S(sign)), key=lambda pair: tuple(map(spelled, pair[0])))
    inside = DiagonalOf(matrix_of({kept: S.One}, (core[0].rows, core[0].rows)))
    return collected_word((*outside, inside), coefficient * number)


def is_diagonal(word: Word) -> bool:
    """Whether a word is the identity, or made of diagonals alone."""
    return all(isinstance(letter, DiagMatrix) for letter in word)


def bared(word: Word) -> tuple[int, Word, Word, Word]:
    """A sign, the diagonals before, the core, and the diagonals after; a rank-one word is diagonals alone."""
    if word and isinstance(word[0], DiagMatrix):
        sign, before, core, after = bared(word[1:])
        return sign, (word[0], *before), core, after
    if word and isinstance(word[-1], DiagMatrix):
        sign, before, core, after = bared(word[:-1])
        return sign, before, core, (*after, word[-1])
    cut = next((i for i, letter in enumerate(word) if i and letter.rows == 1), None)
    if cut is not None:
        sign, column = reverse(word[cut:])
        return sign, _spread(word[:cut]), (), _spread(column)
    return 1, (), () if _all_one(word) else word, ()


def _all_one(word: Word) -> bool:
    first = word[0].arg if isinstance(word[0], Transpose) else word[0]
    return len(word) == 1 and isinstance(first, Ones)


def _spread(vector: Word) -> Word:
    """The diagonal matrix of a vector; none for the vector of ones."""
    if not vector or _all_one(vector):
        return ()
    return (DiagMatrix(matrix_of({vector: S.One}, (vector[0].rows, S.One))),)
